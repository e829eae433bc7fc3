"""Who looks at files in a scan: extractors, the facts of programs, the search for secrets."""

from collections.abc import Iterable

from outrider.model.finding import Secret
from outrider.scan.inventory.program import facts, large
from outrider.scan.inventory.registry import EXTRACTORS
from outrider.scan.secrets import search
from outrider.scan.walk.interest import Interest, compiled
from outrider.scan.walk.readers import Readers

_VERSION = 1
"""Raised whenever the search for secrets or the facts of programs answer differently."""

_WITHOUT_SECRETS = 1000
"""Added where secrets are not searched for: what was stored then says nothing of them."""


def interest_of(only: frozenset[str]) -> Interest:
    """Packages are read for inventories, and for rules that ask about them."""
    return compiled(EXTRACTORS if only & {"os", "language", "compliance"} else ())


def readers_of(only: frozenset[str]) -> Readers:
    """Rules ask about secrets as well."""
    if only & {"secrets", "compliance"}:
        return Readers(
            secret_wanted=search.wanted,
            secrets=search.search,
            facts=facts.facts,
            large=large.search,
            version=_VERSION,
        )
    return Readers(
        secret_wanted=_not_wanted,
        secrets=_none,
        facts=facts.facts,
        large=large.search,
        version=_VERSION + _WITHOUT_SECRETS,
    )


def _not_wanted(path: str, size: int, head: bytes) -> bool:
    """Nothing is searched."""
    return False


def _none(path: str, chunks: Iterable[bytes]) -> tuple[Secret, ...]:
    """Nothing is found."""
    return ()
