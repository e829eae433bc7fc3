"""/opt: layers in order, and zips that would land elsewhere."""

import stat
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outrider import limits
from outrider.cli.emulator import layers
from outrider.cli.emulator.local_function import LocalFunction
from outrider.errors import InvalidInput, UsageError

Make = Callable[..., LocalFunction]


def zipped(path: Path, entries: dict[str, str], mode: int = 0o100644) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in entries.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            archive.writestr(info, text)
    return path


def test_a_later_layer_wins(tmp_path: Path, local: Make) -> None:
    first = zipped(tmp_path / "1.zip", {"a": "1", "b": "1", "python/own.py": "VALUE = 7"})
    second = tmp_path / "second"
    second.mkdir()
    (second / "b").write_text("2")
    function = local(layers=[first, second])
    assert function.invoke({"do": "read", "path": "/opt/a"}).json() == "1"
    assert function.invoke({"do": "read", "path": "/opt/b"}).json() == "2"
    assert function.invoke({"do": "write", "path": "/opt/a"}).json() == "EROFS"


def test_modes_and_links_of_a_zip(tmp_path: Path) -> None:
    program = zipped(tmp_path / "1.zip", {"extensions/run": "#!"}, 0o100755)
    link = zipped(tmp_path / "2.zip", {"link": "extensions/run"}, stat.S_IFLNK | 0o777)
    layers.merge([program, link], tmp_path / "opt")
    assert (tmp_path / "opt/extensions/run").stat().st_mode & 0o777 == 0o755
    assert (tmp_path / "opt/link").readlink() == Path("extensions/run")
    assert layers.extensions(tmp_path / "opt") == ("run",)


@pytest.mark.parametrize("name", ["../out", "a/../../out", "/etc/out"])
def test_entries_that_leave_the_layer(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidInput, match="leaves the layer"):
        layers.merge([zipped(tmp_path / "1.zip", {name: "x"})], tmp_path / "opt")


def test_an_entry_behind_a_link_that_leaves(tmp_path: Path) -> None:
    link = zipped(tmp_path / "1.zip", {"out": str(tmp_path)}, stat.S_IFLNK | 0o777)
    behind = zipped(tmp_path / "2.zip", {"out/file": "x"})
    with pytest.raises(InvalidInput, match="through a link"):
        layers.merge([link, behind], tmp_path / "opt")
    assert not (tmp_path / "file").exists()


def test_an_entry_over_a_link_replaces_it(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("kept")
    link = zipped(tmp_path / "1.zip", {"file": str(outside)}, stat.S_IFLNK | 0o777)
    layers.merge([link, zipped(tmp_path / "2.zip", {"file": "new"})], tmp_path / "opt")
    assert outside.read_text() == "kept"
    assert (tmp_path / "opt/file").read_text() == "new"


def test_caps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    layer = zipped(tmp_path / "1.zip", {"a": "x" * 60, "b": "x" * 60})
    with pytest.raises(UsageError):
        layers.merge([layer] * 6, tmp_path / "six")
    monkeypatch.setattr(limits, "LAYER_UNZIPPED", 100)
    with pytest.raises(InvalidInput, match="over 100 bytes"):
        layers.merge([layer], tmp_path / "large")
    monkeypatch.setattr(limits, "LAYER_ENTRIES", 1)
    with pytest.raises(InvalidInput, match="more than 1 entries"):
        layers.merge([layer], tmp_path / "many")
    with pytest.raises(UsageError, match="a zip file or a directory"):
        layers.merge([tmp_path / "none.zip"], tmp_path / "none")


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["a", "b/c", "../x", "b/../y", "/z", "a/b", "b", "./q", "c//d"]), max_size=5))
def test_no_zip_writes_outside(tmp_path_factory: pytest.TempPathFactory, names: list[str]) -> None:
    where = tmp_path_factory.mktemp("zip")
    archive = zipped(where / "1.zip", dict.fromkeys(names, "x"))
    with suppress(InvalidInput, OSError):
        layers.merge([archive], where / "opt")
    assert {path.name for path in where.iterdir()} <= {"1.zip", "opt"}
