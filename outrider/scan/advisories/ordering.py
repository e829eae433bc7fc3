"""The order of an ecosystem's versions, or none where we do not know it."""

from collections.abc import Callable
from functools import lru_cache, partial

from outrider.scan.versions.registry import scheme_of
from outrider.scan.versions.scheme import Scheme


def key_of(ecosystem: str) -> Callable[[str], bytes] | None:
    """The key function of an ecosystem's versions; None: we know none."""
    found = scheme_of(ecosystem)
    return partial(_key, found) if found else None


@lru_cache(maxsize=1 << 15)
def _key(order: Scheme, version: str) -> bytes:
    """A key, remembered: the same bounds come again for every flaw of a package."""
    return order.key(version)
