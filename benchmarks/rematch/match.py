"""Run as a program: the delta of two databases against an index, as the rematch function does it.

`python -m benchmarks.rematch.match DIR` says seconds, MiB at most, artifacts concerned, findings told,
versions matched. For each artifact an envelope is written as JSON; nothing is sent."""

import json
import resource
import sys
import time
from pathlib import Path

from benchmarks.rematch import account
from outrider.model.envelope import Envelope, Subject, SubjectKind, Topic, dump, identity
from outrider.scan.advisories import delta
from outrider.scan.advisories.database import Database
from outrider.scan.advisories.manifest import Manifest, Shard
from scanner_lambda.index import Index
from scanner_lambda.rematching import Affected, Rematched, rematch


def _manifest(database: Database, digest: str) -> Manifest:
    """What `delta` needs of one."""
    shards = (Shard(name=n, sha256=digest, size=1, ecosystems=(e,)) for n, e in database.shards.items())
    return Manifest(built="2026-01-01T00:00:00Z", shards=tuple(shards))


def _told(done: Rematched, one: Affected) -> str:
    """An envelope with all that is new of an artifact."""
    changes = [done.changes[place] for place in one.changes]
    new = [
        {"id": f.id, "package": c.name, "version": c.version, "severity": f.severity.word, "fixed": f.fixed}
        for c in changes
        for f in c.said.appeared
    ]
    envelope = Envelope(
        topic=Topic.SCAN,
        id=identity(Topic.SCAN, one.artifact, "delta"),
        time="2026-01-01T00:00:00Z",
        account="123456789012",
        region="eu-west-1",
        program="scanner",
        subject=Subject(kind=SubjectKind.IMAGE, id=one.artifact),
        detail={"new": new},
    )
    return json.dumps(dump(envelope))


def main(folder: str) -> None:
    """Measure."""
    old, new = account.database(changed=False), account.database(changed=True)
    started = time.perf_counter()
    manifests = _manifest(old, "a" * 64), _manifest(new, "b" * 64)
    found = delta.between(*manifests, ("a" * 64, "b" * 64), old.open, new.open)
    index = Index(account.Folder(Path(folder)), lambda: 0)
    done = rematch(index, index.head(), found.changed, (old, new))
    artifacts = told = 0
    for one in done.affected():
        artifacts += 1
        told += sum(len(done.changes[place].said.appeared) for place in one.changes)
        _told(done, one)
    took = time.perf_counter() - started
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(f"{took} {held} {artifacts} {told} {done.versions} {found.advisories}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
