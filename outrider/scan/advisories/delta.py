"""What changed from one database to the next: names of packages whose advisories are not the same.

A shard with the same digest is the same. Of others, advisories are compared by the bytes of their bodies,
which say all there is of ranges, severity and status. Of what is known of a CVE only KEV counts: EPSS gives
every flaw another score every day, and a score is nothing new about a package."""

import json
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from outrider import limits
from outrider.errors import InvalidInput
from outrider.model import json_document
from outrider.scan.advisories import bodies, schema
from outrider.scan.advisories.manifest import Manifest
from outrider.scan.advisories.names import CVE_SHARD, is_shard
from outrider.scan.versions.registry import scheme_of

FORMAT = 1
"""Version of the delta's form."""

Open = Callable[[str], sqlite3.Connection]
"""Opens a shard for reading only. May raise InvalidInput."""

_SHA256 = re.compile(r"[0-9a-f]{64}\Z")
_ADVISORIES = "SELECT name, body FROM advisory ORDER BY name"
_PACKAGES = """
SELECT DISTINCT p.name, a.name FROM advisory a JOIN entry e ON e.advisory = a.id
JOIN (SELECT package, entry FROM span UNION ALL SELECT package, entry FROM single) s ON s.entry = e.id
JOIN package p ON p.id = s.package WHERE a.name IN (SELECT value FROM json_each(?))
"""
_EXPLOITED = "SELECT cve, added, due, ransomware FROM exploited ORDER BY cve"


@dataclass(frozen=True, slots=True, order=True)
class Changed:
    """A package, and those of its advisories that are not as before."""

    shard: str
    name: str
    """As shards keep it."""
    advisories: tuple[str, ...]
    """Names of records, sorted; some may be in one of the two databases only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """From one database to another."""

    before: str
    """SHA-256 of the older manifest, hex; empty: there was none."""
    after: str
    """SHA-256 of the newer one."""
    changed: tuple[Changed, ...] = ()
    """Sorted, each package once."""
    advisories: int = 0
    """How many records were added, changed or taken away, KEV's counted in."""


def between(old: Manifest, new: Manifest, digests: tuple[str, str], open_old: Open, open_new: Open) -> Delta:
    """What changed; `digests` are those of the two manifests, hex.

    Raises InvalidInput for a shard of the new database that is damaged. One of the old that cannot be opened
    is taken for empty: then all that the new one has is new."""
    found: dict[tuple[str, str], set[str]] = {}
    count = 0
    for name in sorted({shard.name for shard in (*old.shards, *new.shards)} - {CVE_SHARD}):
        before, after = old.shard(name), new.shard(name)
        if before and after and before.sha256 == after.sha256:
            continue
        was = _perhaps(name, old, open_old)
        now = _checked(name, new, open_new) if after else None
        changed = list(_changed(was, now, name))
        count += len(changed)
        for connection in filter(None, (was, now)):
            for package, record in _packages(connection, changed, name):
                found.setdefault((name, package), set()).add(record)
    exploited = _exploited(old, new, open_old, open_new)
    count += len(exploited)
    for shard, package, record in _exploitable(new, open_new, exploited):
        found.setdefault((shard, package), set()).add(record)
    changes = tuple(Changed(*package, tuple(sorted(records))) for package, records in sorted(found.items()))
    return Delta(before=digests[0], after=digests[1], changed=changes, advisories=count)


def _checked(name: str, manifest: Manifest, open_: Open) -> sqlite3.Connection:
    """A shard that has our form. Raises InvalidInput."""
    shard = manifest.shard(name)
    connection = open_(name)
    ecosystems = shard.ecosystems if shard else ()
    tables = schema.CVES if name == CVE_SHARD else schema.PACKAGES
    schema.check(connection, tables, scheme_of(ecosystems[0]) if ecosystems else None, name)
    return connection


def _perhaps(name: str, manifest: Manifest, open_: Open) -> sqlite3.Connection | None:
    """A shard of the old database; None where there is none that can be read."""
    if manifest.shard(name) is None:
        return None
    try:
        return _checked(name, manifest, open_)
    except InvalidInput:
        return None


def _changed(was: sqlite3.Connection | None, now: sqlite3.Connection | None, shard: str) -> Iterator[str]:
    """Records that only one has, or of which the bodies differ: both are read once, in the order of names."""
    old, new = _advisories(was, shard), _advisories(now, shard)
    left, right = next(old, None), next(new, None)
    while left and right:
        if left == right:
            left, right = next(old, None), next(new, None)
            continue
        yield min(left[0], right[0])
        behind = left[0], right[0]
        left = next(old, None) if behind[0] <= behind[1] else left
        right = next(new, None) if behind[1] <= behind[0] else right
    for rest, first in ((old, left), (new, right)):
        if first:
            yield first[0]
        yield from (name for name, _ in rest)


def _advisories(connection: sqlite3.Connection | None, shard: str) -> Iterator[tuple[str, bytes]]:
    """Names and bodies as they lie there. SQLite's order of text is that of its UTF-8, and so is Python's."""
    if connection is None:
        return
    for name, body in _rows(connection, _ADVISORIES, (), shard):
        if not isinstance(name, str) or not isinstance(body, bytes):
            raise schema.damaged(shard, "an advisory is of another type")
        yield name, body


def _packages(
    connection: sqlite3.Connection, advisories: Iterable[str], shard: str
) -> Iterator[tuple[str, str]]:
    """(package, record) of some advisories."""
    for name, record in _rows(connection, _PACKAGES, (json.dumps(list(advisories)),), shard):
        if not _is_word(name) or not _is_word(record):
            raise schema.damaged(shard, "a package's name is none")
        yield name, record


def _exploited(old: Manifest, new: Manifest, open_old: Open, open_new: Open) -> set[str]:
    """CVEs of which KEV says something else than before."""
    before, after = old.shard(CVE_SHARD), new.shard(CVE_SHARD)
    if not after or (before and before.sha256 == after.sha256):
        return set()
    was, now = _perhaps(CVE_SHARD, old, open_old), _checked(CVE_SHARD, new, open_new)
    known = set(_rows(was, _EXPLOITED, (), CVE_SHARD)) if was else set()
    different = known ^ set(_rows(now, _EXPLOITED, (), CVE_SHARD))
    return {f"CVE-{number // 10**9}-{number % 10**9:04}" for number, *_ in different}


def _exploitable(new: Manifest, open_new: Open, cves: set[str]) -> Iterator[tuple[str, str, str]]:
    """Packages of the new database that have one of these flaws: records by that name, or that mention it."""
    if not cves:
        return
    mentioned = re.compile(b"|".join(re.escape(f'"{cve}"'.encode()) for cve in sorted(cves)))
    for shard in new.shards:
        if shard.name == CVE_SHARD:
            continue
        connection = _checked(shard.name, new, open_new)
        found = [
            name
            for name, body in _advisories(connection, shard.name)
            if name in cves or mentioned.search(bodies.opened(body, f"{name[:80]} of {shard.name}"))
        ]
        yield from ((shard.name, *pair) for pair in _packages(connection, found, shard.name))


def _rows(
    connection: sqlite3.Connection, query: str, values: tuple[Any, ...], shard: str
) -> Iterator[tuple[Any, ...]]:
    """The rows of an answer. Raises InvalidInput where the file is not what it should be."""
    try:
        yield from connection.execute(query, values)
    except (sqlite3.Error, UnicodeDecodeError, OverflowError) as error:
        raise schema.damaged(shard, str(error)[:200]) from None


def write(delta: Delta) -> bytes:
    """As JSON: names under their shard. The same for the same delta."""
    shards: dict[str, dict[str, tuple[str, ...]]] = {}
    for one in delta.changed:
        shards.setdefault(one.shard, {})[one.name] = one.advisories
    value = {
        "format": FORMAT,
        "from": delta.before,
        "to": delta.after,
        "advisories": delta.advisories,
        "changed": shards,
    }
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def parse(data: bytes) -> Delta:
    """Read what `write` gave. Raises InvalidInput for anything else."""
    if len(data) > limits.ADVISORY_DELTA:
        raise InvalidInput(f"a delta has at most {limits.ADVISORY_DELTA} bytes, this one {len(data)}")
    value = json_document.parse(data, "the delta")
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise InvalidInput(f"not a delta of form {FORMAT}")
    before, after, count = value.get("from"), value.get("to"), value.get("advisories")
    if not (isinstance(before, str) and (not before or _SHA256.match(before))):
        raise InvalidInput("the delta does not say from which database")
    if not (isinstance(after, str) and _SHA256.match(after)):
        raise InvalidInput("the delta does not say to which database")
    if not isinstance(count, int) or isinstance(count, bool) or not 0 <= count < 1 << 53:
        raise InvalidInput("the delta's number of advisories is none")
    changed = tuple(sorted(_changes(value.get("changed"))))
    return Delta(before=before, after=after, changed=changed, advisories=count)


def _changes(value: Any) -> Iterator[Changed]:
    """The packages of the document."""
    if not isinstance(value, dict):
        raise InvalidInput("the delta has no packages")
    for shard, names in value.items():
        if not is_shard(shard) or not isinstance(names, dict):
            raise InvalidInput(f"the delta speaks of a shard that is none: {shard[:80]!r}")
        for name, records in names.items():
            if not _is_word(name) or not isinstance(records, list) or not all(map(_is_word, records)):
                raise InvalidInput(f"the delta has a package that is none: {name[:80]!r}")
            yield Changed(shard, name, tuple(sorted(set(records))))


def _is_word(value: Any) -> bool:
    """Whether it can be a package's or a record's name."""
    return isinstance(value, str) and 0 < len(value) <= limits.VERSION
