"""DatabaseFunction: feeds of the mirror → shards in S3, a signed manifest written last, a job for what
changed.

A database appears when `db/manifest.json` is replaced, by a conditional write: its shards, its signature
and its kept copy are there before. An older one than the one there is refused. How old the database's
knowledge is goes out as the metric `DatabaseAgeDays`, whether the build succeeded or not."""

import hashlib
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from outrider import limits
from outrider.errors import EnvironmentFault
from outrider.model.outcome import Covered, Failed, Outcome
from outrider.scan.advisories import manifest, signing
from outrider.scan.advisories.dates import parse_date
from outrider.scan.advisories.manifest import Manifest
from outrider.scan.matching.match import STALE_AFTER
from scanner_lambda import settings_database
from scanner_lambda.building import Built, build, carried
from scanner_lambda.delta import tell
from scanner_lambda.feeds import Mirror
from scanner_lambda.settings_database import Feed
from scanner_lambda.shards import Shards, shard_key
from scanner_lambda.shelf import CURRENT, SIGNATURES, Shelf, kept
from scanner_lambda.sweeping import report

_SECONDS_A_DAY = 86_400
_SIGNATURES = 10
"""Lines of older manifests that are kept."""

logger = Logger()


class Objects(Protocol):
    """The state bucket."""

    def get(self, key: str, limit: int) -> bytes | None:
        """A small object."""

    def put(self, key: str, data: bytes) -> None:
        """Write one."""

    def download(self, key: str, path: Path, size: int) -> str:
        """An object into a file; its SHA-256 in hex, empty: there is none."""

    def upload(self, path: Path, key: str) -> None:
        """A file into an object."""

    def has(self, key: str) -> bool:
        """Whether there is one."""

    def versioned(self, key: str, limit: int) -> tuple[bytes, str] | None:
        """A small object and its ETag."""

    def replace(self, key: str, data: bytes, tag: str) -> bool:
        """Write one in place of that with an ETag."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the builder works with."""

    objects: Objects
    mirror: str
    feeds: Sequence[Feed]
    private_key: Callable[[], bytes]
    send: Callable[[str], bool]
    """Sends a rematch job."""
    age: Callable[[float], None]
    """Tells how many days old the database's knowledge is."""
    now: Callable[[], datetime]


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Build the database anew, by schedule."""
    from scanner_lambda.aws.building import parts  # noqa: PLC0415 - boto3 is not needed to import this

    metrics = Metrics()

    def age(days: float) -> None:
        metrics.add_metric(name="DatabaseAgeDays", unit=MetricUnit.Count, value=days)
        metrics.flush_metrics()

    made = parts(settings_database.database(os.environ), age)
    with tempfile.TemporaryDirectory(prefix="outrider-db-") as folder:
        outcomes = run(made, Path(folder))
    told = report(list(outcomes))
    failed = sum(isinstance(one, Failed) for one in outcomes)
    (logger.warning if failed else logger.info)("database", extra={"outcomes": told})
    return {"failed": failed, "outcomes": told}


def run(parts: Parts, folder: Path) -> Sequence[Outcome]:
    """One build; what came of it, the database's age last.

    Raises RefusedDatabase or EnvironmentFault when there is no new database; the old one stays, and its
    age is told all the same."""
    before = parts.objects.versioned(CURRENT, limits.ADVISORY_MANIFEST)
    known = manifest.parse(before[0], CURRENT) if before else None
    try:
        new, outcomes = _build(parts, folder, known, before)
    except Exception:
        if known:
            parts.age(_age(known, parts.now()))
        raise
    days = _age(new, parts.now())
    parts.age(days)
    return (*outcomes, _aged(days))


def _build(
    parts: Parts, folder: Path, known: Manifest | None, before: tuple[bytes, str] | None
) -> tuple[Manifest, list[Outcome]]:
    """Fetch, build, publish, tell of the delta."""
    fetched = [Mirror(parts.mirror, parts.objects, folder).fetch(feed) for feed in parts.feeds]
    outcomes: list[Outcome] = [outcome for _, outcome in fetched]
    built = build([feed for feed, _ in fetched if feed], folder, parts.now().strftime("%Y-%m-%dT%H:%M:%SZ"))
    outcomes += built.outcomes
    new = built.manifest
    if known:
        failed = any(isinstance(one, Failed) for one in outcomes)
        new, told = carried(new, known, failed)
        outcomes += told
        signing.refuse_older(new.built, known.built, "this build")
    key = parts.private_key()
    digest = _publish(parts, new, built, key, before)
    outcomes.append(Covered("database", f"{len(new.shards)} shards, manifest sha256:{digest}"))
    shards = Shards(parts.objects.download, folder / "shelf")
    shelf = Shelf(parts.objects.get, shards, lambda: _public(key))
    outcomes.append(tell(parts.objects, shelf, new, digest, parts.send))
    return new, outcomes


def _publish(parts: Parts, new: Manifest, built: Built, key: bytes, before: tuple[bytes, str] | None) -> str:
    """Put the database in place: shards, copies and signatures first, the manifest last. Its digest."""
    for shard in new.shards:
        if shard.file in built.files and not parts.objects.has(shard_key(shard)):
            parts.objects.upload(built.files[shard.file], shard_key(shard))
    data = manifest.write(new)
    digest, line = hashlib.sha256(data).hexdigest(), signing.sign(data, key)
    parts.objects.put(kept(digest), data)
    parts.objects.put(kept(digest).replace(".json", ".sig"), line)
    _sign(parts, line)
    if not parts.objects.replace(CURRENT, data, before[1] if before else ""):
        raise EnvironmentFault("another builder put its database in place", hint="that one counts.")
    return digest


def _sign(parts: Parts, line: bytes) -> None:
    """Add a line to the signatures. Those of the last ones stay: whoever reads the manifest before finds
    its own, and of two builders at once neither takes the other's away."""
    found = parts.objects.versioned(SIGNATURES, signing.MAX_BYTES)
    lines = found[0].splitlines(keepends=True)[-_SIGNATURES:] if found else []
    if line not in lines and not parts.objects.replace(
        SIGNATURES, b"".join([*lines, line]), found[1] if found else ""
    ):
        raise EnvironmentFault("another builder is at work", hint="its database counts.")


def _public(private_key: bytes) -> bytes:
    """The public half."""
    from outrider.policy.signing import public_key  # noqa: PLC0415 - pulls in all of policies

    return public_key(private_key)


def _age(found: Manifest, now: datetime) -> float:
    """Days since the oldest of its feeds was published, as far as they say."""
    as_of = parse_date(found.as_of())
    return max((now - as_of).total_seconds() / _SECONDS_A_DAY, 0.0) if as_of else 0.0


def _aged(days: float) -> Outcome:
    """Whether it can be relied on."""
    if days > STALE_AFTER:
        error = f"STALE_DB({days:.1f} days): what was published since is not known"
        return Failed("age of the database", error, "look at the mirror")
    return Covered("age of the database", f"{days:.1f} days")


def now() -> datetime:
    """The time."""
    return datetime.now(UTC)
