"""Every real feed is read completely, and the database says what its records say."""

import json
import random
import resource
import zipfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from packaging.version import InvalidVersion, Version
from whole_feeds import FEEDS

from outrider.cli.database.building import Built, build
from outrider.cli.database.opening import OpenDatabase, open_database
from outrider.cli.database.sources import FileFeed
from outrider.errors import InvalidInput
from outrider.model.outcome import Failed
from outrider.scan.advisories.ordering import key_of

RECORDS = {
    "Go.zip": {"osv": 4291},
    "PyPI.zip": {"osv": 2661},
    "crates.io.zip": {"osv": 1206},
    "ruby-advisory-db.zip": {"ruby-advisory-db": 1382},
    "nodejs-security-wg.zip": {"nodejs-security-wg": 638},
    "alpine-secdb.zip": {"alpine-secdb": 11458},
    "debian-dsa.zip": {"debian-lists": 8906},
    "kev.zip": {"kev": 1404},
}
"""What the feeds' README counts: 171 + 467 of nodejs-security-wg, flaws by document of Alpine's 12,028 fixes,
and of the DSA and DLA lists those announcements that fix something."""


def versions(feed: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Records and affected entries of an OSV feed."""
    with zipfile.ZipFile(FEEDS / feed) as archive:
        for name in archive.namelist():
            record = json.loads(archive.read(name))
            for entry in record.get("affected", []):
                yield record, entry


def names(database: OpenDatabase, ecosystem: str, package: str, version: str) -> set[str]:
    key = key_of(ecosystem)
    assert key
    try:
        wanted = key(version)
    except InvalidInput:
        wanted = b""
    return {hit.advisory for hit in database.lookup.hits(ecosystem, package, version, wanted)}


def by_the_record(entry: dict[str, Any], version: str) -> bool:
    """Whether a record of PyPA covers a version, by its list and by the order of `packaging`, not by ours."""
    asked, covered = Version(version), version in entry.get("versions", [])
    for bounds in entry.get("ranges", []):
        inside = False
        events = [next(iter(event.items())) for event in bounds["events"] if bounds["type"] == "ECOSYSTEM"]
        for kind, at in sorted(events, key=lambda event: Version(event[1])):
            if kind == "last_affected":
                inside = inside and asked <= Version(at)
            elif asked >= Version(at):
                inside = kind == "introduced"
        covered = covered or inside
    return covered


def check_versions(database: OpenDatabase, every: int) -> None:
    """Versions that PyPA knows of a package are covered by a record exactly when the record says so.

    Of each `every`th record the first and last that it lists, and two that it does not.
    """
    known: dict[str, set[str]] = {}
    for _, entry in versions("PyPI.zip"):
        known.setdefault(entry["package"]["name"], set()).update(entry.get("versions", []))
    chance, wrong, listed, others = random.Random(0), [], 0, 0  # noqa: S311 - the same choice each time
    for record, entry in islice(versions("PyPI.zip"), 0, None, every):
        name, inside = entry["package"]["name"], entry.get("versions", [])
        outside = sorted(known[name] - set(inside))
        chosen = [*inside[:1], *inside[-1:], *chance.sample(outside, min(2, len(outside)))]
        for version in chosen:
            try:
                expected = by_the_record(entry, version) and not record.get("withdrawn")
            except InvalidVersion:
                expected = version in inside and not record.get("withdrawn")
            listed, others = listed + (version in inside), others + (version not in inside)
            if (record["id"] in names(database, "PyPI", name, version)) != expected:
                wrong.append((record["id"], name, version, expected))
    assert min(listed, others) * every > 2500
    assert wrong == []


@pytest.fixture(scope="module")
def pypi(feeds: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Built]:
    """A database of what is quick to read."""
    directory = tmp_path_factory.mktemp("pypi")
    files = [FileFeed(feeds / name) for name in ("PyPI.zip", "kev.zip", "nodejs-security-wg.zip")]
    return directory, build(files, directory, built="2026-11-27T00:00:00Z")


class TestQuick:
    def test_counts(self, pypi: tuple[Path, Built]) -> None:
        _, done = pypi
        assert {name: dict(tally.records) for name, tally in done.tallies} == {
            name: RECORDS[name] for name in ("PyPI.zip", "kev.zip", "nodejs-security-wg.zip")
        }
        assert not [outcome for outcome in done.outcomes if isinstance(outcome, Failed)]

    def test_versions_are_covered_as_the_records_say(self, pypi: tuple[Path, Built]) -> None:
        check_versions(open_database(pypi[0]), every=4)

    def test_node_s_patched_versions_are_not_covered(self, pypi: tuple[Path, Built]) -> None:
        database = open_database(pypi[0])
        assert names(database, "Node", "node", "14.21.0")
        assert names(database, "Node", "node", "99.0.0") == set()
        assert names(database, "npm", "lodash", "4.17.4")
        assert names(database, "npm", "lodash", "4.18.0") == set()

    def test_log4shell_is_exploited(self, pypi: tuple[Path, Built]) -> None:
        exploited = open_database(pypi[0]).lookup.decoration("CVE-2021-44228").exploited
        assert exploited
        assert (exploited.added, exploited.ransomware) == ("2021-12-10", True)


@pytest.mark.long
class TestAll:
    def test_every_feed_is_read_completely(self, all_feeds: tuple[Path, Built]) -> None:
        _, done = all_feeds
        assert {name: dict(tally.records) for name, tally in done.tallies} == RECORDS
        assert not [outcome for outcome in done.outcomes if isinstance(outcome, Failed)]

    def test_packages_and_shards(self, all_feeds: tuple[Path, Built]) -> None:
        shards = {shard.name: shard for shard in all_feeds[1].manifest.shards}
        assert {"go", "pypi", "crates.io", "rubygems", "npm", "node", "ruby", "debian-11", "cve"} <= set(
            shards
        )
        assert len([name for name in shards if name.startswith("alpine-")]) == 9
        assert (shards["go"].advisories, shards["go"].withdrawn) == (4274, 17)

    def test_in_another_order_the_same_bytes(self, all_feeds: tuple[Path, Built], tmp_path: Path) -> None:
        directory, done = all_feeds
        feeds = [FileFeed(path) for path in sorted(FEEDS.glob("*.zip"), reverse=True)]
        again = build(feeds, tmp_path, built="2026-11-27T00:00:00Z")
        assert again.data == done.data
        for shard in again.manifest.shards:
            assert (tmp_path / shard.file).read_bytes() == (directory / shard.file).read_bytes()

    def test_memory(self, all_feeds: tuple[Path, Built]) -> None:
        """Of this whole process, KiB: the cap for a build is 512 MiB."""
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 512 << 10

    def test_python_says_what_its_records_say(self, all_feeds: tuple[Path, Built]) -> None:
        check_versions(open_database(all_feeds[0]), every=1)

    def test_go_and_rust_say_what_their_records_say(self, all_feeds: tuple[Path, Built]) -> None:
        """The first version with the fix is not covered; the version that introduced a flaw is."""
        database = open_database(all_feeds[0])
        wrong, looked = [], 0
        for feed, ecosystem in (("Go.zip", "Go"), ("crates.io.zip", "crates.io")):
            for record, entry in versions(feed):
                packages = [other["package"]["name"] for other in record["affected"]]
                several = packages.count(entry["package"]["name"]) > 1  # what one fixes another may not
                for bounds in [] if record.get("withdrawn") or several else entry["ranges"]:
                    fixed = [event["fixed"] for event in bounds["events"] if "fixed" in event]
                    for event in bounds["events"]:
                        ((kind, version),) = event.items()
                        if version != "0":
                            looked += 1
                            expected = kind == "introduced" and version not in fixed  # both: it never had it
                            covered = record["id"] in names(
                                database, ecosystem, entry["package"]["name"], version
                            )
                            wrong += [(record["id"], event)] if covered != expected else []
        assert looked > 5000
        assert wrong == []
