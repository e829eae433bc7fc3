"""The flight recorder: whole lines, two files, and crashes at any byte."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.recorder import Recorder

CAP = 1000


def opened(place: Path, cap: int = CAP) -> Recorder:
    recorder = Recorder(place / "record" / "web.jsonl", cap)
    recorder.open()
    return recorder


def test_appends_and_is_private(place: Path) -> None:
    recorder = opened(place)
    recorder.append(b"one\n")
    recorder.append(b"two\nthree\n")
    recorder.close()
    assert recorder.path.read_bytes() == b"one\ntwo\nthree\n"
    assert recorder.path.stat().st_mode & 0o777 == 0o600
    assert recorder.path.parent.stat().st_mode & 0o777 == 0o700
    assert list(opened(place).lines()) == [b"one\n", b"two\n", b"three\n"]


def test_a_full_file_is_put_aside_and_the_next_begins_with_the_accounts(place: Path) -> None:
    recorder = opened(place)
    for number in range(250):
        recorder.append(b"%09d\n" % number, lambda n=number: b"until %d\n" % n)
    recorder.close()
    current, previous = recorder.path.read_bytes(), recorder.previous.read_bytes()
    assert len(current) <= CAP
    assert len(previous) <= CAP
    first, *rest = current.splitlines()
    until = int(first.split()[1])
    assert [int(line) for line in rest] == list(range(until, 250))
    assert int(previous.splitlines()[-1]) == until - 1
    assert sorted(p.name for p in recorder.path.parent.iterdir()) == ["web.jsonl", "web.jsonl.1"]


def test_a_batch_larger_than_the_cap_is_written_all_the_same(place: Path) -> None:
    recorder = opened(place)
    recorder.append(b"x" * 5000 + b"\n")
    recorder.append(b"next\n")
    assert recorder.path.read_bytes() == b"next\n"
    assert len(recorder.previous.read_bytes()) == 5001


@given(st.binary(max_size=300), st.integers(0, 300))
def test_a_torn_last_line_is_cut_off_wherever_the_crash_was(tmp_path_factory, text: bytes, cut: int) -> None:
    place = tmp_path_factory.mktemp("torn")
    path = place / "record" / "web.jsonl"
    path.parent.mkdir(mode=0o700)
    path.write_bytes(text[:cut])
    recorder = opened(place)
    recorder.append(b"after\n")
    recorder.close()
    whole = text[:cut][: text[:cut].rfind(b"\n") + 1]
    assert path.read_bytes() == whole + b"after\n"
    assert recorder.repaired == len(text[:cut]) - len(whole)


def test_a_torn_line_longer_than_one_read_is_cut_off(place: Path) -> None:
    path = place / "record" / "web.jsonl"
    path.parent.mkdir()
    path.write_bytes(b"whole\n" + b"x" * 200_000)
    assert opened(place).repaired == 200_000
    assert path.read_bytes() == b"whole\n"


def test_a_crash_between_the_two_renames_loses_nothing(place: Path) -> None:
    recorder = opened(place)
    recorder.append(b"before\n")
    recorder.close()
    recorder.path.replace(recorder.previous)
    again = opened(place)
    assert list(again.lines()) == [b"before\n"]


def full_device(recorder: Recorder, monkeypatch: pytest.MonkeyPatch, room: int) -> None:
    """os.write takes `room` bytes and then says that the disk is full."""
    real, left = os.write, [room]

    def write(descriptor: int, data: memoryview) -> int:
        if left[0] == 0:
            raise OSError(28, "No space left on device")
        done = real(descriptor, bytes(data[: left[0]]))
        left[0] -= done
        return done

    monkeypatch.setattr("sidecar.recorder.os.write", write)


def test_a_full_disk_leaves_no_half_line(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorder = opened(place)
    recorder.append(b"whole\n")
    full_device(recorder, monkeypatch, 3)
    with pytest.raises(OSError, match="No space"):
        recorder.append(b"not to be\n")
    monkeypatch.undo()
    assert recorder.path.read_bytes() == b"whole\n"
    recorder.append(b"later\n")
    assert recorder.path.read_bytes() == b"whole\nlater\n"


def test_without_room_for_another_file_the_old_ones_stay(place: Path, monkeypatch) -> None:
    recorder = opened(place, cap=10)
    recorder.append(b"123456789\n")

    def no_room(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sidecar.recorder.write_atomic", no_room)
    for _ in range(2):
        with pytest.raises(OSError, match="No space"):
            recorder.append(b"more\n")
    monkeypatch.undo()
    recorder.append(b"more\n", lambda: b"first\n")
    assert recorder.path.read_bytes() == b"first\nmore\n"
    assert recorder.previous.read_bytes() == b"123456789\n"


def test_problem_tells_what_is_wrong(place: Path) -> None:
    recorder = opened(place)
    assert recorder.problem() == ""
    recorder.path.rename(place / "away")
    assert "No such file" in recorder.problem()
    recorder.path.write_text("another")
    assert "taken away" in recorder.problem()


def test_a_link_in_place_of_the_record_is_not_followed(place: Path) -> None:
    (place / "record").mkdir()
    (place / "record" / "web.jsonl").symlink_to("/etc/passwd")
    with pytest.raises(OSError, match="symbolic links"):
        opened(place)
