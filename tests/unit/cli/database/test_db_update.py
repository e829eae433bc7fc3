"""`outrider db update`: from a server that is well, ill or hostile, from a folder, from a bundle."""

import json
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from outrider.cli.database import signing
from outrider.cli.database.origins import BundleOrigin, FolderOrigin, WebOrigin
from outrider.cli.database.updating import Updated, update
from outrider.cli.database.web import Web
from outrider.errors import EnvironmentFault, InvalidInput, OutriderError
from tests.unit.cli.commands import Outrider
from tests.unit.cli.database.servers import Served, serving
from tests.unit.cli.database.test_db_build import GOOD, files, names


@pytest.fixture
def published(outrider: Outrider, tmp_path: Path) -> Path:
    """A database as somebody publishes it, signed; its keys lie beside it."""
    outrider.ok("policy", "keygen", "-o", tmp_path / "key")
    build(outrider, tmp_path, "2026-11-20", *GOOD)
    return tmp_path / "published"


def build(outrider: Outrider, tmp_path: Path, built: str, *sources: object) -> None:
    outrider.ok(
        "db", "build", *sources, "--built", built, "--key", tmp_path / "key", "-o", tmp_path / "published"
    )


@pytest.fixture
def server(published: Path) -> Iterator[Served]:
    with serving(published) as served:
        yield served


def key(tmp_path: Path) -> bytes:
    return signing.read_key(str(tmp_path / "key.pub"))


def web(*served: Served) -> Web:
    return Web(
        plain_http=[one.address for one in served],
        pauses=(0.0, 0.0),
        timeout=(2.0, 0.3),
        sleep=lambda seconds: None,
    )


def fetch(tmp_path: Path, *served: Served, **options: object) -> Updated:
    asker = web(*served)
    origins = [WebOrigin(f"http://{one.address}/db/", asker) for one in served]
    settings = {"key": key(tmp_path), "wanted": lambda name: True, **options}
    return update(origins, tmp_path / "mine", **settings)  # type: ignore[arg-type]


def test_everything_comes_and_can_be_asked(server: Served, tmp_path: Path) -> None:
    done = fetch(tmp_path, server)
    assert files(tmp_path / "mine") == files(server.root)
    assert done.fetched == sum(path.stat().st_size for path in server.root.glob("*.sqlite"))
    assert names(tmp_path / "mine", "PyPI", "coach-door", "1.4.1") == ["OTR-2026-0001"]


def test_nothing_new_costs_one_request(server: Served, tmp_path: Path) -> None:
    fetch(tmp_path, server)
    server.asked.clear()
    assert fetch(tmp_path, server).fetched == 0
    assert server.files == ["manifest.json"]


def test_only_shards_that_changed_are_fetched(outrider: Outrider, server: Served, tmp_path: Path) -> None:
    fetch(tmp_path, server)
    server.asked.clear()
    build(outrider, tmp_path, "2026-11-21", *GOOD, "--only", "npm", "--only", "Node")
    fetch(tmp_path, server)
    assert [name.partition(".")[0] for name in server.files] == ["manifest", "manifest"]
    extra = tmp_path / "extra.json"
    extra.write_text(json.dumps({
        "id": "X-1", "modified": "2026-11-01",
        "affected": [{"package": {"ecosystem": "npm", "name": "x"}, "versions": ["1.0.0"]}],
    }))  # fmt: skip
    server.asked.clear()
    build(outrider, tmp_path, "2026-11-22", *GOOD, extra)
    fetch(tmp_path, server)
    fetched = [name.partition(".")[0] for name in server.files if name.endswith(".sqlite")]
    assert fetched == ["npm"]


def test_only_what_is_wanted(server: Served, tmp_path: Path) -> None:
    fetch(tmp_path, server, wanted=lambda name: name == "pypi")
    assert [path.name.partition(".")[0] for path in (tmp_path / "mine").glob("*.sqlite")] == ["pypi"]
    assert names(tmp_path / "mine", "npm", "reins", "1.0.0") == []


def test_a_broken_download_goes_on_where_it_stopped(server: Served, tmp_path: Path) -> None:
    server.cut, server.cuts = 5000, 2
    fetch(tmp_path, server, wanted=lambda name: name == "pypi")
    assert [wanted for name, wanted in server.asked if name.startswith("pypi")] == [
        "",
        "bytes=5000-",
        "bytes=10000-",
    ]
    assert names(tmp_path / "mine", "PyPI", "coach-door", "1.4.1") == ["OTR-2026-0001"]


def test_an_update_that_was_interrupted_goes_on_in_the_next(server: Served, tmp_path: Path) -> None:
    server.cut = 5000
    with pytest.raises(EnvironmentFault):
        fetch(tmp_path, server, wanted=lambda name: name == "pypi")
    assert not (tmp_path / "mine" / "manifest.json").exists()
    server.cut = 0
    server.asked.clear()
    fetch(tmp_path, server, wanted=lambda name: name == "pypi")
    assert [wanted for name, wanted in server.asked if name.startswith("pypi")] == ["bytes=15000-"]
    assert not list((tmp_path / "mine" / ".partial").iterdir())


def test_faults_that_pass_are_waited_for(server: Served, tmp_path: Path) -> None:
    server.statuses = [503, 429]
    fetch(tmp_path, server)
    assert server.files[:3] == ["manifest.json"] * 3


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [
        ({"change": True}, InvalidInput),
        ({"more": b"x" * 50_000}, InvalidInput),
        ({"stall": 1.0}, EnvironmentFault),
        ({"statuses": [403]}, EnvironmentFault),
        ({"statuses": [500] * 9}, EnvironmentFault),
        ({"location": "http://example.org/"}, InvalidInput),
    ],
)
def test_a_server_that_lies_stalls_or_refuses(
    server: Served, tmp_path: Path, behaviour: dict[str, object], error: type[OutriderError]
) -> None:
    for name, value in behaviour.items():
        setattr(server, name, value)
    with pytest.raises(error):
        fetch(tmp_path, server)
    assert not (tmp_path / "mine" / "manifest.json").exists()


@pytest.mark.parametrize(
    "behaviour", [{"change": True}, {"statuses": [500] * 9}, {"stall": 1.0}, {"more": b"x"}]
)
def test_the_next_mirror_has_what_the_first_has_not(
    server: Served, tmp_path: Path, behaviour: dict[str, object]
) -> None:
    for name, value in behaviour.items():
        setattr(server, name, value)
    with serving(server.root) as mirror:
        fetch(tmp_path, server, mirror)
    assert files(tmp_path / "mine") == files(server.root)


class TestSignatures:
    def test_one_of_another_key_is_refused(self, outrider: Outrider, server: Served, tmp_path: Path) -> None:
        outrider.ok("policy", "keygen", "-o", tmp_path / "other")
        with pytest.raises(signing.RefusedDatabase):
            fetch(tmp_path, server, key=signing.read_key(str(tmp_path / "other.pub")))
        assert not list((tmp_path / "mine").glob("*.sqlite"))

    def test_a_manifest_that_was_changed_is_refused(self, server: Served, tmp_path: Path) -> None:
        path = server.root / "manifest.json"
        path.write_bytes(path.read_bytes().replace(b"2026-11-20", b"2027-11-20"))
        with pytest.raises(signing.RefusedDatabase):
            fetch(tmp_path, server)

    def test_a_database_that_is_not_signed_is_refused_where_a_key_is_trusted(
        self, outrider: Outrider, published: Path, tmp_path: Path
    ) -> None:
        mine = tmp_path / "mine"
        outrider.ok("db", "update", "--source", published, "--key", tmp_path / "key.pub", "-o", mine)
        (published / "manifest.sig").unlink()
        result = outrider("db", "update", "--source", published, "-o", mine)
        assert (result.status, "not signed" in result.err) == (1, True)

    def test_the_key_of_the_environment_counts(
        self, outrider: Outrider, published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        outrider.ok("policy", "keygen", "-o", tmp_path / "other")
        monkeypatch.setenv("OUTRIDER_DB_KEY", (tmp_path / "other.pub").read_text().strip())
        assert outrider("db", "update", "--source", published, "-o", tmp_path / "mine").status == 1


class TestAge:
    def test_an_older_database_is_refused_unless_asked_for(
        self, outrider: Outrider, published: Path, tmp_path: Path
    ) -> None:
        mine = tmp_path / "mine"
        outrider.ok("db", "update", "--source", published, "-o", mine)
        build(outrider, tmp_path, "2026-11-19", GOOD[0])
        result = outrider("db", "update", "--source", published, "-o", mine)
        assert (result.status, "before the one here" in result.err) == (1, True)
        outrider.ok("db", "update", "--source", published, "-o", mine, "--force")
        assert names(mine, "npm", "reins", "1.0.0") == []


class TestBundles:
    def test_there_and_back(self, outrider: Outrider, published: Path, tmp_path: Path) -> None:
        for name in ("one.tar", "two.tar"):
            outrider.ok("db", "bundle", "--db", published, "-o", tmp_path / name)
        assert (tmp_path / "one.tar").read_bytes() == (tmp_path / "two.tar").read_bytes()
        outrider.ok(
            "db",
            "update",
            "--bundle",
            tmp_path / "one.tar",
            "--key",
            tmp_path / "key.pub",
            "-o",
            tmp_path / "mine",
        )
        assert files(tmp_path / "mine") == files(published)

    def test_damage(self, outrider: Outrider, published: Path, tmp_path: Path) -> None:
        bundle = tmp_path / "db.tar"
        outrider.ok("db", "bundle", "--db", published, "-o", bundle)
        whole = bundle.read_bytes()
        for data in (b"", b"nonsense", whole[:-9000], whole[:30_000], whole[:-6000] + b"\1" + whole[-5999:]):
            bundle.write_bytes(data)
            with pytest.raises(OutriderError):
                update([BundleOrigin(bundle)], tmp_path / "mine", key=None, wanted=lambda name: True)
        assert not (tmp_path / "mine" / "manifest.json").exists()

    def test_names_in_a_bundle_mean_nothing(self, published: Path, tmp_path: Path) -> None:
        bundle = tmp_path / "db.tar"
        with tarfile.open(bundle, "w") as target:
            target.add(published / "manifest.json", "manifest.json")
            target.add(published / "manifest.json", "../../escaped")
            link = tarfile.TarInfo("pypi.sqlite")
            link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
            target.addfile(link)
        with pytest.raises(InvalidInput):
            update([BundleOrigin(bundle)], tmp_path / "mine", key=None, wanted=lambda name: True)
        assert not (tmp_path.parent / "escaped").exists()


@pytest.mark.parametrize(
    "arguments",
    [(), ("--source", "http://example.org/db"), ("--source", "ftp://example.org"),
     ("--source", "x", "--bundle", "y"), ("--bundle", "no-such-file"),
     ("--source", "https://example.org", "--only", "///")],
)  # fmt: skip
def test_wrong_usage(outrider: Outrider, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    result = outrider("db", "update", *arguments, "-o", tmp_path)
    assert result.status == 2, result


def test_a_folder_without_a_database(outrider: Outrider, tmp_path: Path) -> None:
    assert outrider("db", "update", "--source", tmp_path, "-o", tmp_path / "mine").status == 4
    assert FolderOrigin(tmp_path).name == str(tmp_path)
