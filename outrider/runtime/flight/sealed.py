"""The manifest of a sealed part of a record, schema `outrider.sealed/1`, and its chain with other seals."""

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from outrider.errors import InvalidInput, UsageError
from outrider.model import json_document
from outrider.runtime.flight.caps import MANIFEST
from outrider.runtime.flight.segment import file_number

SCHEMA = "outrider.sealed/1"
FILE = "manifest.json"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}", re.ASCII)


@dataclass(frozen=True, slots=True)
class SealedFile:
    """One segment, or what there was of it."""

    name: str
    size: int
    """Bytes."""
    sha256: str
    """Hex."""
    head: str
    """Chain value before it, hex: what its header says of the segment before."""
    tail: str
    """Chain value at its end, hex."""


@dataclass(frozen=True, slots=True)
class Seal:
    """What was put aside, and of what."""

    number: int
    """1 for a record's first seal, then one more each time."""
    name: str
    container: str
    instance: str
    """The life of the container that was last on record when the seal was made."""
    from_ns: int
    to_ns: int
    """What was asked for; the files begin before and end after, as far as the record does."""
    sealed_ns: int
    files: tuple[SealedFile, ...]
    previous: str = ""
    """SHA-256 of the manifest of the seal before, hex; empty for the first."""

    def encode(self) -> bytes:
        """The manifest: the same seal gives the same bytes."""
        said = {"schema": SCHEMA, **asdict(self), "head": self.files[0].head, "tail": self.files[-1].tail}
        return json.dumps(said, indent=2).encode() + b"\n"


_ADAPTER = TypeAdapter(Seal)


def check_name(name: str) -> str:
    """Return the name of a seal, which becomes one of a directory. Raises UsageError."""
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{name[:60]!r} is no name for a seal", hint="letters, digits, - and _, at most 128."
        )
    return name


def parse(data: bytes) -> Seal:
    """Read a manifest. Raises InvalidInput."""
    if len(data) > MANIFEST:
        raise InvalidInput(f"a manifest of {len(data)} bytes, {MANIFEST} is the most")
    value: Any = json_document.parse(data, "the manifest")
    if not isinstance(value, dict) or value.get("schema") != SCHEMA:
        raise InvalidInput(f"not a manifest of schema {SCHEMA}")
    try:
        seal: Seal = _ADAPTER.validate_python(value)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise InvalidInput(f"the manifest, {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    if not seal.files or any(file_number(file.name) is None for file in seal.files):
        raise InvalidInput("the manifest names no segments, or files that are none")
    if seal.encode() != data:
        raise InvalidInput("the manifest is not written as a seal's is: it was changed")
    return seal


def digest(manifest: bytes) -> str:
    """SHA-256 of a manifest, hex: what the next seal calls `previous`."""
    return hashlib.sha256(manifest).hexdigest()
