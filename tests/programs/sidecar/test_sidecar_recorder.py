"""The flight recorder: whole frames, a ring of segments, and crashes at any byte."""

import os
import shutil
import signal
import subprocess
import sys
import time
from itertools import islice
from pathlib import Path

import pytest
from sidecar_process import ROOT, names, on_record

from benchmarks.recorder.stream import Stream
from outrider.model.event import Event, FrameType
from outrider.runtime.flight.verify import chain_problems, look
from sidecar.recorder import Recorder

CAP = 64 << 10


def opened(place: Path, cap: int = CAP) -> Recorder:
    recorder = Recorder(place / "record" / "web", cap)
    recorder.open(lambda _: None)
    return recorder


def act(number: int) -> Event:
    return Event(
        type=FrameType.EVENT, seq=number, time_ns=number, instance="5a" * 16, target=os.urandom(20).hex()
    )


def account(number: int) -> Event:
    return Event(type=FrameType.COUNTERS, seq=0, time_ns=number, message=f"until {number}")


def problems(recorder: Recorder) -> list[str]:
    files = sorted(recorder.directory.glob("*.flight"))
    return list(chain_problems([look(p.name, p.open("rb")) for p in files], newest_may_grow=False))


def test_appends_and_is_private(place: Path) -> None:
    told = [act(number) for number in range(3)]
    recorder = opened(place)
    recorder.append(told[:1])
    recorder.append(told[1:])
    recorder.close()
    assert on_record(recorder.directory) == told
    (file,) = recorder.directory.iterdir()
    assert file.name == "00000001.flight"
    assert file.stat().st_mode & 0o777 == 0o600
    assert recorder.directory.stat().st_mode & 0o777 == 0o700


def test_after_a_restart_a_new_segment_continues_the_chain(place: Path) -> None:
    told = [act(number) for number in range(4)]
    for event in told:
        recorder = opened(place)
        recorder.append([event])
        recorder.close()
    assert names(recorder.directory) == [f"0000000{number}.flight" for number in (1, 2, 3, 4)]
    assert on_record(recorder.directory) == told
    assert problems(recorder) == []


def test_the_oldest_segment_gives_way_and_each_begins_with_the_accounts(place: Path) -> None:
    recorder = opened(place)
    for number in range(3000):
        recorder.append([act(number)], lambda n=number: [account(n)])
        if number % 100 == 0:
            assert sum(path.stat().st_size for path in recorder.directory.iterdir()) <= CAP
    recorder.close()
    assert recorder.removed > 3
    assert problems(recorder) == []
    kept = [event.seq for event in on_record(recorder.directory) if event.type is FrameType.EVENT]
    assert kept == list(range(kept[0], 3000))
    restored: list[Event] = []
    Recorder(recorder.directory, CAP).open(restored.append)
    assert restored[0].type is FrameType.COUNTERS
    assert restored[0].message == f"until {restored[1].seq}"
    assert restored[-1].seq == 2999


def test_a_batch_larger_than_a_segment_is_written_all_the_same(place: Path) -> None:
    recorder = opened(place, 16 << 10)
    told = [act(number) for number in range(2000)]
    recorder.append(told[:1999])
    recorder.append(told[1999:])
    assert on_record(recorder.directory)[-1] == told[-1]
    assert len(names(recorder.directory)) == 1, "the first has given way"


def test_wherever_it_was_cut_what_was_whole_is_kept_and_the_rest_cut_off(place: Path) -> None:
    told = list(islice(Stream(rate=5).events(), 5))
    first = opened(place / "first")
    ends = []
    for event in told:
        first.append([event])
        ends.append((first.directory / "00000001.flight").stat().st_size)
    data = (first.directory / "00000001.flight").read_bytes()
    for cut in [*range(0, len(data), 5), *ends]:
        there = place / "cut"
        (there / "record" / "web").mkdir(parents=True)
        (there / "record" / "web" / "00000001.flight").write_bytes(data[:cut])
        again = Recorder(there / "record" / "web", CAP)
        restored: list[Event] = []
        again.open(restored.append)
        whole = sum(end <= cut for end in ends)
        assert restored == told[:whole]
        again.append([act(99)])
        assert on_record(again.directory)[:-1] == told[:whole]
        if whole:
            assert again.repaired == cut - ends[whole - 1]
            assert problems(again) == []
        shutil.rmtree(there)


def test_damage_within_a_segment_is_told_and_the_record_goes_on(place: Path) -> None:
    recorder = opened(place)
    for number in range(50):
        recorder.append([act(number)])
    recorder.close()
    file = recorder.directory / "00000001.flight"
    broken = bytearray(file.read_bytes())
    broken[len(broken) // 2] ^= 1
    file.write_bytes(broken)
    again = opened(place)
    assert 0 < again.passed_over < len(broken)
    again.append([act(50)])
    assert on_record(recorder.directory)[-1].seq == 50
    assert any("passed over" in problem for problem in problems(again))


def test_without_a_readable_newest_segment_the_accounts_are_those_of_the_one_before(place: Path) -> None:
    for number in range(2):
        recorder = opened(place)
        recorder.append([act(number)])
        recorder.close()
    (recorder.directory / "00000002.flight").write_bytes(b"nonsense" * 100)
    restored: list[Event] = []
    again = Recorder(recorder.directory, CAP)
    again.open(restored.append)
    assert [event.seq for event in restored] == [0]
    assert again.passed_over == 800
    again.append([act(2)])
    assert names(recorder.directory)[-1] == "00000003.flight"


def test_what_a_crash_left_half_made_is_removed(place: Path) -> None:
    recorder = opened(place)
    recorder.append([act(1)])
    (recorder.directory / ".00000002.flight.0123456789abcdef").write_bytes(b"half")
    again = opened(place)
    again.append([act(2)])
    assert names(again.directory) == ["00000001.flight", "00000002.flight"]


WRITER = """
import sys
from pathlib import Path
from benchmarks.recorder.stream import Stream
from sidecar.recorder import Recorder
recorder = Recorder(Path(sys.argv[1]), 1 << 16)
recorder.open(lambda _: None)
for event in Stream(rate=1000).events():
    recorder.append([event])
    print(event.seq, flush=True)
"""


def test_killed_at_any_moment_what_was_acknowledged_is_on_record(place: Path) -> None:
    for milliseconds in range(0, 60, 12):
        directory = place / f"killed-{milliseconds}" / "web"
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(directory)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        ) as writer:
            assert writer.stdout is not None
            first = writer.stdout.readline()
            time.sleep(milliseconds / 1000)
            writer.send_signal(signal.SIGKILL)
            acknowledged = [int(line) for line in (first + writer.stdout.read()).split(b"\n")[:-1]]
        restored: list[Event] = []
        again = Recorder(directory, 1 << 16)
        again.open(restored.append)
        found = [event.seq for event in on_record(directory)]
        assert found == list(range(found[0], found[-1] + 1))
        assert found[-1] in (acknowledged[-1], acknowledged[-1] + 1)
        again.append([act(0)])
        assert problems(again) == []


def full_device(monkeypatch: pytest.MonkeyPatch, room: int) -> None:
    """os.write takes `room` bytes and then says that the disk is full; no new file can be made."""
    real, left = os.write, [room]

    def write(descriptor: int, data: memoryview) -> int:
        if left[0] == 0:
            raise OSError(28, "No space left on device")
        done = real(descriptor, bytes(data[: left[0]]))
        left[0] -= done
        return done

    def no_room(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sidecar.recorder.os.write", write)
    monkeypatch.setattr("sidecar.recorder.staged", no_room)


def test_a_full_disk_leaves_no_half_frame(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorder = opened(place)
    recorder.append([act(1)])
    before = (recorder.directory / "00000001.flight").read_bytes()
    full_device(monkeypatch, 3)
    for number in range(2, 5):
        with pytest.raises(OSError, match="No space"):
            recorder.append([act(number)])
        assert (recorder.directory / "00000001.flight").read_bytes() == before
    monkeypatch.undo()
    recorder.append([act(5)])
    assert [event.seq for event in on_record(recorder.directory)] == [1, 5]
    assert problems(recorder) == []


def test_on_a_file_system_that_is_full_nothing_is_torn(place: Path) -> None:
    """A tmpfs of 64 KiB, filled by somebody else; needs root, as the suite has it."""
    small = place / "small"
    small.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(small)], check=True)
    try:
        recorder = opened(small)
        told = []
        with pytest.raises(OSError, match="No space"):
            for number in range(10_000):
                event = act(number)
                if number == 100:
                    with (
                        (small / "filler").open("wb", buffering=0) as filler,
                        pytest.raises(OSError, match="No"),
                    ):
                        while filler.write(bytes(4096)):
                            pass
                recorder.append([event])
                told.append(event)
        for _ in range(3):
            with pytest.raises(OSError, match="No space"):
                recorder.append([act(1)])
        assert "no space left" in recorder.problem()
        assert on_record(recorder.directory) == told
        (small / "filler").unlink()
        last = act(10_000)
        recorder.append([last])
        assert on_record(recorder.directory) == [*told, last]
        assert problems(recorder) == []
        recorder.close()
    finally:
        subprocess.run(["umount", str(small)], check=True)


def test_problem_tells_what_is_wrong(place: Path) -> None:
    recorder = opened(place)
    assert recorder.problem() == ""
    recorder.append([act(1)])
    assert recorder.problem() == ""
    file = recorder.directory / "00000001.flight"
    file.rename(place / "away")
    assert "No such file" in recorder.problem()
    file.write_text("another")
    assert "taken away" in recorder.problem()


@pytest.mark.parametrize("link", ["record/web", "record/web/00000001.flight"])
def test_a_link_in_place_of_the_record_is_not_followed(place: Path, link: str) -> None:
    (place / link).parent.mkdir(parents=True)
    (place / "elsewhere").mkdir()
    (place / link).symlink_to(place / "elsewhere")
    with pytest.raises(OSError, match="symbolic links"):
        opened(place)
