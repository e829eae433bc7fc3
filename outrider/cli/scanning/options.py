"""What the user asked of a scan."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from outrider.cli.scanning.cache import Cache
from outrider.model.image import Platform

LOOKED_FOR = ("os", "language", "secrets", "compliance")
"""What can be looked for; all of it, unless `--only` says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Options of one scan."""

    only: frozenset[str] = frozenset(LOOKED_FOR)
    platform: Platform
    """Which image of several; of an only one see `platform_asked`."""
    platform_asked: bool = False
    """The user named the platform: an image of another one is not what was asked for."""
    plain_http: frozenset[str] = frozenset()
    cache: Cache = field(default_factory=lambda: Cache(None))
    jobs: int = 1
    """Processes that read layers at once."""
    database: Path | None = None
    """None: the default place."""
    database_key: str = ""
    """Ed25519 public key, in base64 or in a file, that must have signed the database; empty: whatever is
    there is taken."""
    stale_days: float = 7.0
    """A database older than this is an outcome of its own."""
    models: tuple[str, ...] = ()
    vex: tuple[str, ...] = ()
    packs: frozenset[str] = frozenset()
    """Empty: all."""
    fail_on: str = ""
    thresholds: str = ""
    ignores: tuple[str, ...] = ()
    baseline: str = ""
    today: date
