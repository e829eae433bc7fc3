"""The order of an ecosystem's versions, or none where we do not know it."""

from collections.abc import Callable
from functools import lru_cache, partial

from outrider.scan.versions import gem
from outrider.scan.versions.registry import scheme_of
from outrider.scan.versions.scheme import Scheme

RUBY = "Ruby"
"""Ours: Ruby's engines themselves (`ruby`, `jruby` …), as ruby-advisory-db speaks of them."""


def scheme(ecosystem: str) -> Scheme | None:
    """The version scheme of an ecosystem; None: we know none, and can say nothing of its ranges."""
    return gem.SCHEME if ecosystem == RUBY else scheme_of(ecosystem)


def key_of(ecosystem: str) -> Callable[[str], bytes] | None:
    """The key function of an ecosystem's versions; None: we know none."""
    found = scheme(ecosystem)
    return partial(_key, found) if found else None


@lru_cache(maxsize=1 << 15)
def _key(order: Scheme, version: str) -> bytes:
    """A key, remembered: the same bounds come again for every flaw of a package."""
    return order.key(version)
