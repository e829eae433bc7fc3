"""A folder of this machine: whatever lies in it, it is walked once, and what was not read is said."""

import os
import socket
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from outrider.cli.scanning.options import LOOKED_FOR
from outrider.cli.targets import parts
from outrider.cli.targets.parts import DirectoryPart
from outrider.model.outcome import Failed, Outcome, Skipped
from outrider.scan.looking import interest_of, readers_of
from outrider.scan.walk.contents import LayerContents
from outrider.scan.walk.merge import Merged, merge
from tests.unit.cli.scanning.artifacts import APP, BASE, KEY, folder

ALL = frozenset(LOOKED_FOR)


def read(path: Path) -> LayerContents:
    return DirectoryPart(name=str(path), path=path).read(interest_of(ALL), readers_of(ALL))


def merged(path: Path) -> Merged:
    return merge([read(path)], interest_of(ALL), layered=False, names=[str(path)])


def failures(outcomes: tuple[Outcome, ...]) -> dict[str, str]:
    return {one.subject: one.error for one in outcomes if isinstance(one, Failed)}


def test_packages_secrets_and_release_are_found(tmp_path: Path) -> None:
    found = merged(folder(tmp_path, {**BASE, **APP}))
    assert {package.name for package in found.packages} == {"lamp", "coach-door"}
    assert found.release and found.release.version == "12"
    assert [(one.path, one.line) for one in found.secrets] == [("/app/settings.ini", 1)]
    assert not failures(found.outcomes)
    assert found.outcomes[0].subject == str(tmp_path)


def test_pipes_sockets_and_circles_are_passed_by(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "package.json")
    (tmp_path / "self").symlink_to(".")
    (tmp_path / "up").symlink_to("..")
    (tmp_path / "METADATA").symlink_to("METADATA")
    folder(tmp_path, BASE)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "composer.lock"))
        found = merged(tmp_path)
    assert [package.name for package in found.packages] == ["lamp"]
    assert not failures(found.outcomes)


def test_names_that_are_not_utf_8_are_shown_and_do_not_stop_it(tmp_path: Path) -> None:
    odd = os.fsencode(tmp_path) + b"/caf\xe9\x1b[31m"
    os.mkdir(odd)  # noqa: PTH102 - a name that Path would have to carry as surrogates
    Path(os.fsdecode(odd), "settings.ini").write_text(f"aws_access_key_id = {KEY}\n")
    (secret,) = merged(tmp_path).secrets
    assert secret.path == "/caf\\xe9\\x1b[31m/settings.ini"


def test_what_may_not_be_read_fails_by_name_and_the_rest_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder(tmp_path, {**BASE, **APP, "locked/package.json": b"{}", "closed.ini": b"x"})
    open_, scandir = os.open, os.scandir

    def refusing_open(path: Path, flags: int, *rest: int, **more: int) -> int:
        if str(path).endswith("closed.ini"):
            raise PermissionError(13, "Permission denied", str(path))
        return open_(path, flags, *rest, **more)

    def refusing_scandir(path: str) -> object:
        if str(path).endswith("locked"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(parts.os, "open", refusing_open)
    monkeypatch.setattr(os, "scandir", refusing_scandir)
    found = merged(tmp_path)
    assert failures(found.outcomes) == {
        "/closed.ini": "cannot be read: Permission denied",
        "/locked": "cannot be read: Permission denied",
    }
    assert {package.name for package in found.packages} == {"lamp", "coach-door"}


def test_of_very_many_that_cannot_be_read_only_some_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder(tmp_path, {f"{number:03}.ini": b"x" for number in range(30)})
    monkeypatch.setattr(parts.limits, "ARCHIVE_NOTES", 10)

    def refuse(*_: object, **__: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(parts.os, "open", refuse)
    found = failures(merged(tmp_path).outcomes)
    assert len(found) == 10
    assert any("and 20 more" in error for error in found.values())


Change = Callable[[Path], None]


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda path: os.truncate(path, 10), "/app/package-lock.json became shorter while it was read"),
        (lambda path: path.write_bytes(path.read_bytes() + b" " * 100_000), ""),
        (lambda path: path.unlink(), ""),
    ],
)
def test_a_file_that_changes_while_it_is_read(
    change: Change, error: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = b'{"name": "x", "lockfileVersion": 3, "packages": {}}' + b" " * 20_000
    folder(tmp_path, {**BASE, "app/package-lock.json": lock})
    reader = parts._reader

    def changing(stream: object, path: str, size: int) -> Callable[[int], bytes]:
        read = reader(stream, path, size)  # type: ignore[arg-type]
        if path.endswith("package-lock.json"):
            change(tmp_path / path)
        return read

    monkeypatch.setattr(parts, "_reader", changing)
    found = merged(tmp_path)
    assert [package.name for package in found.packages] == ["lamp"]
    assert list(failures(found.outcomes).values()) == ([error] if error else [])


def test_a_file_that_becomes_a_pipe_before_it_is_opened_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder(tmp_path, {"settings.ini": b"x"})
    lstat = Path.lstat

    def then_replaced(self: Path) -> os.stat_result:
        found = lstat(self)
        if self.name == "settings.ini" and stat.S_ISREG(found.st_mode):
            self.unlink()
            os.mkfifo(self)
        return found

    monkeypatch.setattr(Path, "lstat", then_replaced)
    assert "replaced" in failures(merged(tmp_path).outcomes)["/settings.ini"]


def test_a_read_error_is_ours_and_of_that_file_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder(tmp_path, {**BASE, "app/package-lock.json": b"{}"})
    opened = os.fdopen

    class Broken:
        def __init__(self, stream: object) -> None:
            self.stream = stream

        def __enter__(self) -> "Broken":
            return self

        def __exit__(self, *_: object) -> None:
            self.stream.close()  # type: ignore[attr-defined]

        def read(self, most: int) -> bytes:
            raise OSError(5, "Input/output error")

    def opening(descriptor: int, *rest: object, **more: object) -> object:
        stream = opened(descriptor, *rest, **more)  # type: ignore[call-overload]
        name = os.readlink(f"/proc/self/fd/{descriptor}")  # noqa: PTH115 - no path of ours
        return Broken(stream) if name.endswith("package-lock.json") else stream

    monkeypatch.setattr(parts.os, "fdopen", opening)
    found = merged(tmp_path)
    assert failures(found.outcomes) == {
        "/app/package-lock.json": "/app/package-lock.json cannot be read: Input/output error"
    }
    assert [package.name for package in found.packages] == ["lamp"]


def test_other_file_systems_are_left_out_and_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder(tmp_path, {**BASE, "mnt/app/package.json": b'{"name": "x", "version": "1"}'})
    lstat = Path.lstat

    def elsewhere(self: Path) -> os.stat_result:
        found = lstat(self)
        if self.name != "mnt":
            return found
        fields = list(found)
        fields[2] = found.st_dev + 1
        return os.stat_result(fields)

    monkeypatch.setattr(Path, "lstat", elsewhere)
    found = merged(tmp_path)
    assert Skipped("/mnt", "another file system: not entered") in found.outcomes
    assert [package.name for package in found.packages] == ["lamp"]
