"""`outrider db build`, `info` and `bundle`: from feeds to a folder, and what there is to say of it."""

import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from outrider.cli.database import apt
from outrider.cli.database.directory import default_directory
from outrider.cli.database.opening import open_database
from outrider.errors import EnvironmentFault, InvalidInput
from outrider.scan.advisories.ordering import key_of
from tests.unit.cli.commands import Outrider

ROOT = Path(__file__).parents[4]
FEEDS = ROOT / "tests" / "data" / "scan" / "feeds"
BUILT = ("--built", "2026-11-27T12:00:00Z")
GOOD = (FEEDS / "osv", FEEDS / "nodejs-security-wg", FEEDS / "ruby-advisory-db", FEEDS / "kev" / "kev.csv")


def files(directory: Path) -> dict[str, bytes]:
    """The database itself: manifest, signature and shards."""
    names = ("manifest.*", "*.sqlite")
    return {path.name: path.read_bytes() for name in names for path in directory.glob(name)}


def names(directory: Path, ecosystem: str, package: str, version: str) -> list[str]:
    key = key_of(ecosystem)
    assert key
    opened = open_database(directory)
    try:
        return [hit.advisory for hit in opened.lookup.hits(ecosystem, package, version, key(version))]
    finally:
        opened.lookup.close()


def test_the_same_sources_in_any_order_make_the_same_bytes(outrider: Outrider, tmp_path: Path) -> None:
    outrider.ok("db", "build", *GOOD, *BUILT, "-o", tmp_path / "one")
    outrider.ok("db", "build", *reversed(GOOD), GOOD[0], *BUILT, "-o", tmp_path / "two")
    assert files(tmp_path / "one") == files(tmp_path / "two")
    assert len(files(tmp_path / "one")) > 6


def test_every_source_is_accounted_for(outrider: Outrider, tmp_path: Path) -> None:
    result = outrider("db", "build", FEEDS, *BUILT, "-o", tmp_path, "--json")
    assert result.status == 3
    report = json.loads(result.out)
    formats = {o["subject"].partition(": ")[2] for o in report["outcomes"] if o["outcome"] == "covered"}
    assert formats == {path.name for path in FEEDS.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert any("ALAS2023-2026-903" in o["subject"] for o in report["outcomes"] if o["outcome"] == "failed")
    assert {"debian-12", "alpine-v3.20", "pypi", "red-hat-9", "amazon-linux-2", "cve", "node"} <= {
        shard["name"] for shard in report["shards"]
    }


def test_what_was_built_can_be_asked(outrider: Outrider, tmp_path: Path) -> None:
    outrider.ok("db", "build", *GOOD, "-o", tmp_path)
    assert names(tmp_path, "PyPI", "coach-door", "1.4.1") == ["OTR-2026-0001"]
    assert names(tmp_path, "PyPI", "coach-door", "1.4.2") == []
    assert names(tmp_path, "Node", "node", "14.21.0") == ["NSWG-CORE-901"]
    assert names(tmp_path, "RubyGems", "wheelhouse", "1.4.3") == []
    opened = open_database(tmp_path)
    assert opened.lookup.advisory("pypi", "OTR-2026-0001").aliases == (
        "CVE-2026-11111",
        "GHSA-aaaa-bbbb-cccc",
    )
    exploited = opened.lookup.decoration("CVE-2026-22222").exploited
    assert exploited
    assert exploited.added == "2026-02-01"


def test_only_some_ecosystems(outrider: Outrider, tmp_path: Path) -> None:
    outrider.ok("db", "build", *GOOD, "--only", "PyPI", "--only", "Ubuntu", "-o", tmp_path)
    assert {path.name.partition(".")[0] for path in tmp_path.glob("*.sqlite")} == {"pypi", "ubuntu-22"}


def test_a_format_can_be_named(outrider: Outrider, tmp_path: Path) -> None:
    (tmp_path / "feed").write_bytes((FEEDS / "osv" / "UBUNTU-CVE-2026-22222.json").read_bytes())
    assert outrider("db", "build", tmp_path / "feed", "-o", tmp_path / "db").status == 4
    outrider.ok("db", "build", f"osv:{tmp_path / 'feed'}", "-o", tmp_path / "db")


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ((), 2),
        (("no-such-file",), 2),
        ((ROOT / "README.md",), 4),
        ((FEEDS / "osv", "--built", "soon"), 2),
        ((FEEDS / "osv", "--only", "///"), 2),
        ((FEEDS / "osv", "--key", "no-such-key"), 2),
    ],
)
def test_what_cannot_be_done_says_so(
    outrider: Outrider, tmp_path: Path, arguments: tuple[object, ...], status: int
) -> None:
    result = outrider("db", "build", *arguments, "-o", tmp_path / "db")
    assert result.status == status, result
    assert "hint:" in result.err
    assert not (tmp_path / "db" / "manifest.json").exists()


def test_a_build_that_fails_leaves_what_was_there(outrider: Outrider, tmp_path: Path) -> None:
    outrider.ok("db", "build", *GOOD, *BUILT, "-o", tmp_path)
    before = files(tmp_path)
    assert outrider("db", "build", ROOT / "README.md", "-o", tmp_path).status == 4
    assert files(tmp_path) == before
    assert not list(tmp_path.glob(".work-*"))


def test_shards_of_the_database_before_stay_until_the_one_after_next(
    outrider: Outrider, tmp_path: Path
) -> None:
    outrider.ok("db", "build", GOOD[0], "-o", tmp_path)
    first = set(files(tmp_path))
    opened = open_database(tmp_path)
    outrider.ok("db", "build", GOOD[1], "-o", tmp_path)
    assert first <= set(files(tmp_path))
    key = key_of("PyPI")
    assert key
    assert opened.lookup.hits("PyPI", "coach-door", "1", key("1"))
    outrider.ok("db", "build", GOOD[2], "-o", tmp_path)
    assert not (first - {"manifest.json"}) & set(files(tmp_path))


def test_two_at_once_are_refused(outrider: Outrider, tmp_path: Path) -> None:
    from outrider.cli.database.directory import locked  # noqa: PLC0415

    with locked(tmp_path):
        result = outrider("db", "build", GOOD[0], "-o", tmp_path)
    assert result.status == 4
    assert "another process" in result.err


class TestInfo:
    def test_it_says_what_there_is(self, outrider: Outrider, tmp_path: Path) -> None:
        outrider.ok("db", "build", *GOOD, *BUILT, "-o", tmp_path)
        report = json.loads(outrider.ok("db", "info", "--db", tmp_path, "--json").out)
        assert report["built"] == "2026-11-27T12:00:00Z"
        assert {shard["state"] for shard in report["shards"]} == {"whole"}
        assert "pypi" in outrider.ok("db", "info", "--db", tmp_path).out

    def test_age(self, outrider: Outrider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        outrider.ok("db", "build", *GOOD, "--built", "2026-11-01", "-o", tmp_path)
        monkeypatch.setenv("SOURCE_DATE_EPOCH", "1794700800")  # 2026-11-15
        assert outrider("db", "info", "--db", tmp_path, "--max-age", 10).status == 1
        report = json.loads(outrider.ok("db", "info", "--db", tmp_path, "--max-age", 20, "--json").out)
        assert report["age_days"] == 14.0

    @pytest.mark.parametrize("said", ["soon", "9" * 30])
    def test_a_moment_that_is_none(
        self, outrider: Outrider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str
    ) -> None:
        monkeypatch.setenv("SOURCE_DATE_EPOCH", said)
        result = outrider("db", "build", *GOOD, "-o", tmp_path)
        assert result.status == 2
        assert "SOURCE_DATE_EPOCH" in result.err

    def test_damage(self, outrider: Outrider, tmp_path: Path) -> None:
        outrider.ok("db", "build", *GOOD, *BUILT, "-o", tmp_path)
        shard = next(tmp_path.glob("pypi*.sqlite"))
        data = bytearray(shard.read_bytes())
        data[-1] ^= 1
        shard.write_bytes(data)
        result = outrider("db", "info", "--db", tmp_path, "--json")
        assert result.status == 3
        assert {s["name"]: s["state"] for s in json.loads(result.out)["shards"]}["pypi"] == "damaged"
        with pytest.raises(InvalidInput, match="pypi"):
            names(tmp_path, "PyPI", "coach-door", "1")

    def test_a_manifest_that_was_changed(self, outrider: Outrider, tmp_path: Path) -> None:
        outrider.ok("policy", "keygen", "-o", tmp_path / "key")
        db = tmp_path / "db"
        outrider.ok("db", "build", *GOOD, *BUILT, "--key", tmp_path / "key", "-o", db)
        public = (tmp_path / "key.pub").read_text().strip()
        assert "signed with" in outrider.ok("db", "info", "--db", db, "--key", public).out
        data = (db / "manifest.json").read_bytes()
        (db / "manifest.json").write_bytes(data.replace(b"2026-11-27T12", b"2026-11-28T12"))
        assert outrider("db", "info", "--db", db, "--key", public).status == 1

    def test_without_a_database_it_says_how_to_make_one(self, outrider: Outrider, tmp_path: Path) -> None:
        result = outrider("db", "info", "--db", tmp_path)
        assert result.status == 4
        assert "db build --from-apt" in result.err


class TestOpening:
    def test_a_shard_is_read_once_and_remembered(self, outrider: Outrider, tmp_path: Path) -> None:
        outrider.ok("db", "build", *GOOD, "-o", tmp_path)
        (tmp_path / "verified.json").write_text("{damaged")
        assert names(tmp_path, "PyPI", "coach-door", "1.4.1")
        marks = json.loads((tmp_path / "verified.json").read_text())
        assert [name.partition(".")[0] for name in marks] == ["pypi"]

    def test_another_database_in_the_place_of_a_shard(self, outrider: Outrider, tmp_path: Path) -> None:
        outrider.ok("db", "build", *GOOD, "-o", tmp_path)
        shard = next(tmp_path.glob("pypi*.sqlite"))
        shard.unlink()
        sqlite3.connect(shard).execute("CREATE TABLE package (id, name)")
        with pytest.raises(InvalidInput, match="pypi"):
            names(tmp_path, "PyPI", "coach-door", "1.4.1")

    def test_a_shard_that_is_not_there_is_not_covered(self, outrider: Outrider, tmp_path: Path) -> None:
        outrider.ok("db", "build", *GOOD, "-o", tmp_path)
        next(tmp_path.glob("pypi*.sqlite")).unlink()
        assert not open_database(tmp_path).lookup.covers("PyPI")

    def test_places(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.delenv("OUTRIDER_DB", raising=False)
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
        assert default_directory() == tmp_path / "outrider" / "db"
        monkeypatch.setenv("OUTRIDER_DB", str(tmp_path / "x"))
        assert default_directory() == tmp_path / "x"
        with pytest.raises(EnvironmentFault, match="no advisory database"):
            open_database()


class TestApt:
    NAME = "deb.example.org_debian-security_dists_bookworm-security_main_binary-amd64_Packages"

    def lists(self, tmp_path: Path) -> Path:
        lists = tmp_path / "lists"
        lists.mkdir()
        shutil.copy(FEEDS / "apt-packages" / "bookworm-security" / "Packages", lists / self.NAME)
        suite = self.NAME.removesuffix("main_binary-amd64_Packages")
        (lists / f"{suite}InRelease").write_text(
            "Origin: Debian\nDate: Wed, 25 Nov 2026 22:33:12 UTC\nSHA256:\n"
        )
        (lists / "deb.example.org_debian_dists_bookworm_main_binary-amd64_Packages").write_text(
            "Package: a\n"
        )
        return lists

    def test_security_suites_and_their_dates(self, tmp_path: Path) -> None:
        (feed,) = apt.feeds(self.lists(tmp_path))
        assert (feed.name, feed.published) == (self.NAME, "2026-11-25T22:33:12Z")

    def test_the_age_of_the_database_is_that_of_the_index(
        self, outrider: Outrider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        found = apt.feeds(self.lists(tmp_path))
        monkeypatch.setattr(apt, "feeds", lambda: found)
        outrider("db", "build", "--from-apt", "--built", "2026-12-25", "-o", tmp_path / "db")
        assert open_database(tmp_path / "db").manifest.as_of() == "2026-11-25T22:33:12Z"
        assert names(tmp_path / "db", "Debian:12", "wheel", "1.0") == ["DEBIAN-SECURITY:wheel"]

    def test_without_indexes_it_says_what_to_do(self, tmp_path: Path) -> None:
        with pytest.raises(EnvironmentFault) as fault:
            apt.feeds(tmp_path)
        assert "apt-get update" in fault.value.hint
