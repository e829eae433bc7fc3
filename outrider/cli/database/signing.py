"""Keys of databases: where `outrider db` finds the one that must have signed. The signatures themselves are
`outrider.scan.advisories.signing`; the keys are as `outrider policy keygen` makes them."""

import os
from pathlib import Path

from outrider import limits
from outrider.cli.database.directory import TRUSTED
from outrider.cli.files import read_text, write_atomic
from outrider.errors import InvalidInput
from outrider.policy.signing import KEY_BYTES, format_key, parse_key
from outrider.scan.advisories.signing import MAX_BYTES, RefusedDatabase, line_for, refuse_older, sign, verify

__all__ = [
    "MAX_BYTES",
    "RefusedDatabase",
    "line_for",
    "read_key",
    "refuse_older",
    "shown",
    "sign",
    "trust",
    "trusted_key",
    "verify",
]

_VARIABLE = "OUTRIDER_DB_KEY"


def read_key(given: str) -> bytes:
    """A key from a file, or from the 44 characters themselves. Raises InvalidInput or UsageError."""
    try:
        return parse_key(given)
    except InvalidInput:
        if len(given) == len(format_key(bytes(KEY_BYTES))) and not Path(given).exists():
            raise
    return parse_key(read_text(given, limits.KEY_FILE, "the key"))


def trusted_key(directory: Path, given: str = "") -> bytes | None:
    """The key that must have signed: the one given, that of OUTRIDER_DB_KEY, or the one the database came
    with."""
    chosen = given or os.environ.get(_VARIABLE, "")
    if chosen:
        return read_key(chosen)
    path = directory / TRUSTED
    return read_key(str(path)) if path.is_file() else None


def trust(directory: Path, public_key: bytes) -> None:
    """Remember a key for the updates to come."""
    write_atomic(directory / TRUSTED, f"{format_key(public_key)}\n")


def shown(public_key: bytes) -> str:
    """A public key as people compare it."""
    return format_key(public_key)
