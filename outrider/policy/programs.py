"""The programs of an image, as a scan found them: what day zero lets start. Schema `outrider.programs/1`.

The list's own digest goes into the task definition: who can write where the list lies cannot add to it.
"""

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from outrider.errors import InvalidInput
from outrider.model import json_document
from outrider.model.artifact import Contents, Kind
from outrider.model.outcome import Failed

SCHEMA = "outrider.programs/1"
MOST = 20_000
"""Programs of a list, a count: as many as a compiled policy takes (policy.h). A desktop has 5,000."""
LARGEST = 4 << 20
"""Bytes of a list: MOST paths of 150 bytes. Where it lies must be able to hold it; SSM is not."""

_DIGEST = re.compile(r"(sha256:[0-9a-f]{64})?")
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, order=True)
class Program:
    """One file that may be started."""

    path: str
    sha256: str
    mode: int
    """Permission bits, with set-user-ID and set-group-ID."""


@dataclass(frozen=True, slots=True)
class ProgramList:
    """All of an image."""

    image: str
    """Digest of the image or of its manifest, as its scan names it; empty when it named none."""
    programs: tuple[Program, ...]
    """By path."""

    @property
    def hashes(self) -> tuple[bytes, ...]:
        """As a compiled policy has them: 32 bytes each, ascending, each once."""
        return tuple(sorted({bytes.fromhex(program.sha256) for program in self.programs}))


def of_report(data: bytes, what: str = "the report") -> ProgramList:
    """The programs in a JSON report of `outrider scan`. Raises InvalidInput: none, or none of an image."""
    report = json_document.parse(data, what)
    artifact = report.get("artifact") if isinstance(report, dict) else None
    found = report.get("executables") if isinstance(report, dict) else None
    if not isinstance(artifact, dict) or not isinstance(found, list):
        raise InvalidInput(
            f"{what} is no report of a scan", hint="outrider scan registry:IMAGE --format json -o report.json"
        )
    if artifact.get("kind") != "image":
        raise InvalidInput(f"{what} is not of an image", hint="day zero is for what runs as a container.")
    rows = [
        [one.get("sha256"), one.get("mode"), one.get("path")] if isinstance(one, dict) else one
        for one in found
    ]
    return _checked(artifact.get("digest", ""), rows, what)


def of_contents(contents: Contents) -> ProgramList:
    """The programs of an image that was just read: what `of_report` takes of its report.

    Raises InvalidInput: none, or not of an image, or a layer could not be read. What is missing on a list is
    stopped, so that a part of the programs is worse than no list. (Failures of single files, whose subject is
    a path, are of what their readers made of them: programs are hashed all the same.)
    """
    if contents.kind is not Kind.IMAGE:
        raise InvalidInput(
            f"{contents.name} is not an image", hint="day zero is for what runs as a container."
        )
    for outcome in contents.outcomes:
        if isinstance(outcome, Failed) and not outcome.subject.startswith("/"):
            raise InvalidInput(f"its programs are not all known: {outcome.subject}: {outcome.error}")
    rows = [[one.sha256, one.mode, one.path] for one in contents.executables]
    return _checked(contents.digest, rows, "the image")


def dump(listed: ProgramList) -> bytes:
    """The list as a file; the same programs give the same bytes. Raises InvalidInput: it is too large."""
    rows = [[program.sha256, program.mode, program.path] for program in listed.programs]
    plain = {"schema": SCHEMA, "image": listed.image, "programs": rows}
    data = json.dumps(plain, separators=(",", ":"), ensure_ascii=True).encode() + b"\n"
    if len(data) > LARGEST:
        raise InvalidInput(f"a list of its programs would have {len(data)} bytes, {LARGEST} is the most")
    return data


def parse(data: bytes, what: str = "the list of programs") -> ProgramList:
    """Read a list. Raises InvalidInput."""
    if len(data) > LARGEST:
        raise InvalidInput(f"{what} has {len(data)} bytes, {LARGEST} is the most")
    plain = json_document.parse(data, what)
    if not isinstance(plain, dict) or plain.get("schema") != SCHEMA:
        raise InvalidInput(f"{what} is none of schema {SCHEMA}", hint="`outrider policy programs` makes one.")
    return _checked(plain.get("image"), plain.get("programs"), what)


def digest(data: bytes) -> str:
    """What a list is known by: SHA-256 of its bytes, hex."""
    return hashlib.sha256(data).hexdigest()


def _checked(image: Any, rows: Any, what: str) -> ProgramList:
    """The values, when they are what they should be."""
    if not isinstance(image, str) or not _DIGEST.fullmatch(image) or not isinstance(rows, list):
        raise InvalidInput(f"{what} has no image's digest, or no list")
    if not 1 <= len(rows) <= MOST:
        raise InvalidInput(
            f"{what} has {len(rows)} programs; 1 to {MOST} can be decided on",
            hint="an image without programs starts none; one with more is for a learned policy.",
        )
    return ProgramList(image, tuple(sorted(set(_programs(rows, what)))))


def _programs(rows: Iterable[Any], what: str) -> Iterable[Program]:
    """One after the other."""
    for row in rows:
        parts: list[Any] = row if isinstance(row, list) and len(row) == 3 else [None, None, None]
        sha256, mode, path = parts
        typed = isinstance(sha256, str) and isinstance(path, str) and isinstance(mode, int)
        if not typed or not _HASH.fullmatch(sha256) or not path or not 0 <= mode <= 0o7777:
            raise InvalidInput(f"{what} has an entry that is no program: {str(row)[:120]}")
        yield Program(path, sha256, mode)
