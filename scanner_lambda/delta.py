"""From the database that was last rematched to the newest: the delta in the bucket, and the job.

`db/rematched.json` names the manifest up to which jobs were sent. A builder that ends between its
database and its job leaves the mark as it was: the next delta begins there, and nothing is passed
over."""

import json
import sqlite3
from collections.abc import Callable
from typing import Protocol

from outrider.errors import EnvironmentFault, InvalidInput, OutriderError
from outrider.model import json_document
from outrider.model.outcome import Covered, Failed, Outcome, Skipped
from outrider.scan.advisories import delta
from outrider.scan.advisories.manifest import Manifest
from outrider.scan.packed import pack
from scanner_lambda import caps
from scanner_lambda.rematch_messages import Job, dump
from scanner_lambda.shelf import Shelf

MARK = "db/rematched.json"

_SUBJECT = "rematch"


class Objects(Protocol):
    """The state bucket."""

    def get(self, key: str, limit: int) -> bytes | None:
        """A small object."""

    def put(self, key: str, data: bytes) -> None:
        """Write one."""


def last(objects: Objects) -> str:
    """Digest of the manifest up to which jobs were sent; empty: none was, or the mark is damaged."""
    data = objects.get(MARK, caps.FEED_MARK)
    try:
        value = json_document.parse(data, MARK) if data else {}
    except InvalidInput:
        return ""
    digest = value.get("manifest") if isinstance(value, dict) else None
    right = isinstance(digest, str) and len(digest) == 64 and set(digest) <= set("0123456789abcdef")
    return str(digest) if right else ""


def tell(objects: Objects, shelf: Shelf, new: Manifest, digest: str, send: Callable[[str], bool]) -> Outcome:
    """Keep the delta to the newest database and send its job, then move the mark. Raises EnvironmentFault."""
    before = last(objects)
    old = _older(shelf, before)
    if old is None:
        _mark(objects, digest)
        return Skipped(_SUBJECT, "there was no database before: scans use this one from now on")

    def opened(manifest: Manifest) -> Callable[[str], sqlite3.Connection]:
        return lambda name: shelf.shards.open(manifest, name)

    try:
        found = delta.between(old, new, (before, digest), opened(old), opened(new))
    except OutriderError as error:
        return Failed(_SUBJECT, f"no delta: {error.message}", "the next build tries again")
    if not found.changed:
        _mark(objects, digest)
        return Skipped(_SUBJECT, "no advisory changed")
    key = f"db/deltas/{before[:16]}-{digest[:16]}.json.zst"
    objects.put(key, pack(delta.write(found)))
    if not send(dump(Job(before, digest, key))):
        raise EnvironmentFault("the rematch queue did not take the job", hint="the next build sends it.")
    _mark(objects, digest)
    return Covered(_SUBJECT, f"{found.advisories} advisories changed, of {len(found.changed)} packages")


def _older(shelf: Shelf, digest: str) -> Manifest | None:
    """The manifest of a digest; None: there is none that can be believed."""
    try:
        return shelf.manifest(digest) if digest else None
    except OutriderError:
        return None


def _mark(objects: Objects, digest: str) -> None:
    """Move the mark."""
    objects.put(MARK, json.dumps({"manifest": digest}).encode())
