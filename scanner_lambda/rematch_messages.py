"""What the rematch queue brings: a newer database to be matched, and artifacts that it concerns.

A job names the delta; its changes are kept once, as a document of the state bucket, and messages of artifacts
name their places in it: 50 artifacts are one message."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from outrider.errors import InvalidInput
from outrider.model import json_document
from outrider.model.finding import Vulnerability
from outrider.scan.packed import pack, unpack
from scanner_lambda import caps
from scanner_lambda.rematching import Affected, Change
from scanner_lambda.segments import LATEST

VERSION = 1
MESSAGE = 200 << 10
"""Bytes of one message of artifacts."""

ARTIFACTS = 50
"""Of one message: each is judged again, which takes a second where it is large."""

_DIGEST = re.compile(r"([0-9a-f]{64})?\Z")
_DELTA = re.compile(r"db/deltas/[0-9a-f]{0,16}-[0-9a-f]{16}\.json\.zst\Z")
_CHANGES = re.compile(r"rematch/[0-9a-f]{0,16}-[0-9a-f]{16}/[0-9]{1,9}\.[0-9]{1,16}\.json\.zst\Z")


@dataclass(frozen=True, slots=True)
class Job:
    """A newer database."""

    before: str
    """SHA-256 of the older manifest, hex; empty: there was none."""
    after: str
    delta: str
    """Key of the delta."""
    start: int = 0
    """The place among the changed packages to go on from."""
    since: int = 0
    """Only artifacts scanned then or later, microseconds; 0: all, and once more those that were being
    scanned."""


@dataclass(frozen=True, slots=True)
class Concerned:
    """Artifacts that a newer database concerns."""

    changes: str
    """Key of the document of changes."""
    after: str
    artifacts: tuple[tuple[str, tuple[int, ...]], ...]
    """Artifact → places in the document."""


def dump(job: Job) -> str:
    """A job as a message."""
    told = {"from": job.before, "to": job.after, "delta": job.delta, "start": job.start, "since": job.since}
    return json.dumps({"outrider_rematch": VERSION, **told}, sort_keys=True)


def parse(body: str) -> Job | Concerned:
    """Read one message. Raises InvalidInput."""
    if len(body) > caps.REMATCH_MESSAGE:
        raise InvalidInput(f"a message has at most {caps.REMATCH_MESSAGE} characters")
    value = json_document.parse(body, "the message")
    if not isinstance(value, dict) or value.get("outrider_rematch") != VERSION:
        raise InvalidInput(f"not a rematch of version {VERSION}")
    if value.get("kind") == "artifacts":
        return _concerned(value)
    before, after, delta = (_text(value, name) for name in ("from", "to", "delta"))
    start, since = value.get("start", 0), value.get("since", 0)
    if not (_DIGEST.match(before) and _DIGEST.match(after) and after and _DELTA.match(delta)):
        raise InvalidInput("the job does not name two databases and their delta")
    if not (_count(start) and _count(since)):
        raise InvalidInput("the job's start and since are no counts")
    return Job(before, after, delta, start, since)


def _concerned(value: dict[str, Any]) -> Concerned:
    """A message of artifacts."""
    key, after, artifacts = _text(value, "changes"), _text(value, "to"), value.get("artifacts")
    if not _CHANGES.match(key) or not after or not _DIGEST.match(after) or not isinstance(artifacts, list):
        raise InvalidInput("the message does not name its changes and artifacts")
    return Concerned(key, after, tuple(map(_artifact, artifacts)))


def _artifact(value: Any) -> tuple[str, tuple[int, ...]]:
    """One artifact of a message."""
    match value:
        case [str(artifact), [*places]] if 0 < len(artifact) <= caps.INDEX_ARTIFACT and all(
            map(_count, places)
        ):
            return artifact, tuple(places)
    raise InvalidInput("the message has an artifact that is none")


def _text(value: dict[str, Any], name: str) -> str:
    """A field that must be text."""
    found = value.get(name)
    if not isinstance(found, str) or len(found) > caps.INDEX_ARTIFACT:
        raise InvalidInput(f"the message's {name} is no text")
    return found


def _count(value: Any) -> bool:
    """Whether it is a whole number from 0 that JSON carries exactly."""
    return type(value) is int and 0 <= value <= LATEST


def messages(key: str, after: str, affected: Iterable[Affected]) -> Iterator[str]:
    """Artifacts as messages: at most `ARTIFACTS` each, and `MESSAGE` bytes but for one artifact's own."""
    head = json.dumps({"outrider_rematch": VERSION, "kind": "artifacts", "changes": key, "to": after})[:-1]
    told: list[str] = []
    size = 0
    for one in affected:
        words = json.dumps([one.artifact, list(one.changes)], separators=(",", ":"))
        if told and (size + len(words) > MESSAGE or len(told) == ARTIFACTS):
            yield f'{head}, "artifacts": [{",".join(told)}]}}'
            told, size = [], 0
        told.append(words)
        size += len(words) + 1
    if told:
        yield f'{head}, "artifacts": [{",".join(told)}]}}'


def write_changes(changes: Sequence[Change]) -> bytes:
    """The document of changes."""
    value = [
        {
            "shard": one.shard,
            "name": one.name,
            "version": one.version,
            "new": [_finding(found) for found in one.said.appeared],
            "changed": [_finding(found) for found in one.said.changed],
            "gone": list(one.said.gone),
        }
        for one in changes
    ]
    return pack(json.dumps(value, separators=(",", ":")).encode())


def parse_changes(data: bytes) -> list[dict[str, Any]]:
    """Read what `write_changes` gave. Raises InvalidInput."""
    value = json_document.parse(unpack(data, caps.REMATCH_CHANGES, "the changes"), "the changes")
    if not isinstance(value, list) or not all(_is_change(one) for one in value):
        raise InvalidInput("the changes are not of our form")
    return value


def _is_change(value: Any) -> bool:
    """Whether it has all fields, of their types."""
    return (
        isinstance(value, dict)
        and all(isinstance(value.get(name), str) for name in ("shard", "name", "version"))
        and all(isinstance(value.get(name), list) for name in ("new", "changed", "gone"))
    )


def _finding(one: Vulnerability) -> dict[str, Any]:
    """What an envelope tells of a finding; the report has the rest."""
    return {
        "family": "vulnerability",
        "id": one.id,
        "severity": one.severity.word,
        "fixed": list(one.fixed[:3]),
        "exploited": one.exploited is not None,
        "summary": one.summary[:200],
    }
