"""The cache: never an error, never more than its room, never anything but its own files."""

import os
import threading
from pathlib import Path

import pytest

from outrider.cli.scanning.cache import Cache, default_directory

A, B, C = (f"sha256:{letter * 64}" for letter in "abc")


def test_what_is_kept_is_found_until_it_is_too_large(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    assert cache.get(A, 100) is None
    cache.put(A, b"12345")
    assert cache.get(A, 5) == b"12345"
    assert cache.get(A, 4) is None
    (path,) = (path for path in tmp_path.rglob("*") if path.is_file())
    assert path.relative_to(tmp_path) == Path("aa", f"sha256-{'a' * 64}")
    assert path.stat().st_mode & 0o777 == 0o600


def test_without_a_folder_nothing_is_remembered() -> None:
    cache = Cache(None)
    cache.put(A, b"1")
    cache.trim()
    assert cache.get(A, 10) is None


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".x", "sha256:" + "a" * 300, "ä", "a\n"])
def test_a_name_is_no_path(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not a name of the cache"):
        Cache(tmp_path).get(name, 10)


@pytest.mark.parametrize("kind", ["folder", "pipe", "circle"])
def test_what_is_no_file_is_not_there(kind: str, tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    path = tmp_path / "aa" / f"sha256-{'a' * 64}"
    path.parent.mkdir()
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to(path.name)
    assert cache.get(A, 10) is None


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    cache = Cache(tmp_path / "file" / "below")
    cache.put(A, b"1")
    assert cache.get(A, 10) is None
    cache.trim()


def test_what_was_not_used_for_longest_goes_first(tmp_path: Path) -> None:
    cache = Cache(tmp_path, most=200)
    for at, name in enumerate((A, B, C)):
        cache.put(name, b"x" * 100)
        path = tmp_path / name[7:9] / name.replace(":", "-")
        os.utime(path, (at, at))
    cache.get(A, 100)
    cache.trim()
    assert [cache.get(name, 100) is not None for name in (A, B, C)] == [True, False, True]


def test_a_little_over_its_room_is_left_alone(tmp_path: Path) -> None:
    cache = Cache(tmp_path, most=95)
    cache.put(A, b"x" * 100)
    cache.trim()
    assert cache.get(A, 100) is not None


def test_only_its_own_files_are_ever_removed(tmp_path: Path) -> None:
    """Somebody may name a folder that has other things in it."""
    for name in ("thesis.txt", "aa/sha256-notes", "deep/er/photo.jpg"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x" * 1000)
    (tmp_path / "aa" / f".sha256-{'d' * 57}.0123456789abcdef").write_bytes(b"half written")
    (tmp_path / "linked").symlink_to(tmp_path / "thesis.txt")
    cache = Cache(tmp_path, most=1)
    cache.put(A, b"x" * 100)
    cache.trim()
    left = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {"thesis.txt", "aa/sha256-notes", "deep/er/photo.jpg", "linked"}


def test_many_write_the_same_name_and_readers_see_one_of_them_whole(tmp_path: Path) -> None:
    cache = Cache(tmp_path, most=1 << 30)
    bodies = [bytes([65 + number]) * 50_000 for number in range(4)]
    seen: set[bytes] = set()

    def write(body: bytes) -> None:
        for _ in range(10):
            cache.put(A, body)
            cache.trim()

    writers = [threading.Thread(target=write, args=(body,)) for body in bodies]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        if found := cache.get(A, 1 << 20):
            seen.add(found)
    for writer in writers:
        writer.join()
    assert seen <= set(bodies)
    assert cache.get(A, 1 << 20) in bodies
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


@pytest.mark.parametrize(
    ("environment", "folder"),
    [
        ({"OUTRIDER_CACHE": "/x"}, "/x"),
        ({"XDG_CACHE_HOME": "/c", "HOME": "/h"}, "/c/outrider/scan"),
        ({"HOME": "/h"}, "/h/.cache/outrider/scan"),
        ({}, "/root/.cache/outrider/scan"),
    ],
)
def test_where_it_is(environment: dict[str, str], folder: str) -> None:
    assert default_directory(environment) == Path(folder)
