"""The command line over flight records: read, followed, replayed, verified."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from outrider.cli import events as events_command
from outrider.cli.following import follow
from outrider.model.event import Event
from outrider.runtime import jsonl
from outrider.runtime.flight.sealed import Seal, digest
from outrider.runtime.flight.segment import Header, SegmentWriter, file_name
from outrider.runtime.flight.verify import look, sealed_file
from tests.unit.cli.commands import Outrider
from tests.unit.runtime.story import SECOND, START, told

EVENTS = told().events
COUNT = len(EVENTS)


def write(directory: Path, *parts: list[Event], container: str = "web") -> list[SegmentWriter]:
    """A record with a segment for each part; each event is a frame."""
    directory.mkdir(parents=True, exist_ok=True)
    writers: list[SegmentWriter] = []
    for number, part in enumerate(parts, start=1):
        previous = writers[-1].chain if writers else bytes(32)
        writers.append(SegmentWriter(Header(container, number, START, previous)))
        data = writers[-1].head + b"".join(writers[-1].frames([event]) for event in part)
        (directory / file_name(number)).write_bytes(data)
    return writers


@pytest.fixture
def outrider(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Outrider:
    monkeypatch.setenv("COLUMNS", "120")
    return Outrider(capsys, monkeypatch)


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The story as a flight record of two segments, and as lines."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "record" / "web", EVENTS[:6], EVENTS[6:])
    (tmp_path / "lines.jsonl").write_text("".join(f"{jsonl.to_line(event)}\n" for event in EVENTS))
    return tmp_path


@pytest.mark.parametrize("path", ["record", "record/web"])
@pytest.mark.parametrize(
    "command",
    [
        ("events", "--json"),
        ("events",),
        ("record", "show"),
        ("record", "tree"),
        ("record", "timeline", "--json"),
        ("record", "export", "-o", "-"),
        ("learn",),
    ],
)
def test_every_command_reads_a_record_as_it_reads_lines(
    outrider: Outrider, there: Path, command: tuple[str, ...], path: str
) -> None:
    assert outrider.ok(*command, path).out == outrider.ok(*command, "lines.jsonl").out != ""


def test_a_policy_is_checked_against_a_record(outrider: Outrider, there: Path) -> None:
    outrider.ok("learn", "record", "--workload", "shop", "-o", "model.json")
    outrider.ok("policy", "from-model", "model.json", "-o", "policy.yaml")
    said = outrider("policy", "check", "policy.yaml", "--replay", "record")
    assert "acts replayed" in said.out
    assert said.out == outrider("policy", "check", "policy.yaml", "--replay", "lines.jsonl").out


def test_one_segment_alone(outrider: Outrider, there: Path) -> None:
    found = outrider.ok("events", "record/web/00000002.flight", "--json").out.splitlines()
    assert [jsonl.from_line(line) for line in found] == EVENTS[6:]


def test_damage_is_told_with_what_was_passed_over(outrider: Outrider, there: Path) -> None:
    file = there / "record" / "web" / "00000001.flight"
    whole = file.read_bytes()
    file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    result = outrider("events", "record")
    assert result.status == 3
    assert len(result.out.splitlines()) == COUNT - 1
    assert "not an event: record/web/00000001.flight: a damaged frame at byte" in result.err
    file.write_bytes(whole[:-1])
    torn = outrider.ok("events", "record")
    assert len(torn.out.splitlines()) == COUNT - 1
    assert "the last frame is not whole" in torn.err


def test_following_a_record_through_a_turn_of_segments(
    outrider: Outrider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a frame, its other half, a new segment, and the oldest gone."""
    monkeypatch.chdir(tmp_path)
    web = tmp_path / "record" / "web"
    (writer,) = write(web, EVENTS[:2])
    first = web / file_name(1)
    frame = writer.frames(EVENTS[2:4])
    following = SegmentWriter(Header("web", 2, START, writer.chain))

    def append(path: Path, data: bytes) -> None:
        with path.open("ab") as stream:
            stream.write(data)

    steps = iter(
        [
            lambda: append(first, frame[:7]),
            lambda: append(first, frame[7:]),
            lambda: append(web / file_name(2), following.head + following.frames(EVENTS[4:])),
            first.unlink,
            lambda: append(web / file_name(2), following.frames([replace(EVENTS[-1], seq=999)])),
            lambda: append(web / file_name(2), b"\x01\x01\0\0" + bytes(9)),
        ]
    )

    def pause(_: float) -> None:
        step = next(steps, None)
        if step is None:
            raise KeyboardInterrupt
        step()

    monkeypatch.setattr(events_command, "follow", lambda paths: follow(paths, pause))
    result = outrider("events", "record", "-f", "--json")
    assert [jsonl.from_line(line) for line in result.out.splitlines()] == [
        *EVENTS,
        replace(EVENTS[-1], seq=999),
    ]
    assert result.status == 3
    assert "a damaged frame" in result.err


def test_verify_says_that_a_record_is_whole(outrider: Outrider, there: Path) -> None:
    (found,) = json.loads(outrider.ok("record", "verify", "record/web", "--json").out)
    assert (found["container"], found["files"], found["events"], found["problems"]) == ("web", 2, COUNT, [])
    assert "record/web: whole" in outrider.ok("record", "verify", "record").out
    with (there / "record" / "web" / file_name(2)).open("ab") as stream:
        stream.write(b"\x20\x01")
    assert "being written" in outrider.ok("record", "verify", "record").out


def test_verify_finds_what_was_changed_cut_or_taken_out(outrider: Outrider, there: Path) -> None:
    web = there / "record" / "web"
    write(web, EVENTS[:3], EVENTS[3:6], EVENTS[6:])
    first, second = web / file_name(1), web / file_name(2)
    whole = second.read_bytes()

    def problem() -> str:
        result = outrider("record", "verify", "record/web", "--json")
        assert result.status == 1
        return " ".join(json.loads(result.out)[0]["problems"])

    second.unlink()
    assert "there is none between it and 00000001.flight" in problem()
    second.write_bytes(whole[:-3])
    assert "its last frame has no end" in problem()
    assert "00000003.flight: it does not continue 00000002.flight" in problem()
    second.write_bytes(whole[:100] + b"x" + whole[101:])
    assert "00000002.flight: a damaged frame at byte" in problem()
    second.write_bytes(first.read_bytes())
    assert "it says that it is 00000001.flight" in problem()
    (other,) = write(there / "other", [replace(EVENTS[0], time_ns=START + SECOND)], container="web")
    second.write_bytes(SegmentWriter(Header("web", 2, START, other.chain)).head)
    assert "it does not continue 00000001.flight" in problem()
    second.write_bytes(SegmentWriter(Header("worker", 2, START, other.chain)).head)
    assert "of container worker" in problem()


def seal(directory: Path, number: int, previous: str = "") -> str:
    """Seal the record that is there; the digest of the manifest."""
    (found,) = sorted((directory / "web").glob("00000001.flight"))
    there = directory / "web" / "sealed" / f"incident-{number}"
    there.mkdir(parents=True)
    (there / found.name).write_bytes(found.read_bytes())
    looked = look(found.name, found.open("rb"))
    made = Seal(number, there.name, "web", "", 0, 1, 2, (sealed_file(looked),), previous)
    (there / "manifest.json").write_bytes(made.encode())
    return digest(made.encode())


def test_verify_looks_at_the_seals_too(outrider: Outrider, there: Path) -> None:
    record = there / "record"
    first = seal(record, 1)
    second = seal(record, 2, first)
    seal(record, 3, second)
    assert outrider.ok("record", "verify", "record").out.count("whole") == 4
    assert outrider.ok("record", "verify", "record/web/sealed").out.count("whole") == 3
    assert outrider.ok("record", "verify", "record/web/sealed/incident-2", "--json")
    shown = outrider.ok("events", "record/web/sealed/incident-2").out
    assert shown == outrider.ok("events", "record/web/00000001.flight").out
    assert outrider.ok("events", "record").out.count("\n") == COUNT, "what is sealed is not told twice"
    sealed = record / "web" / "sealed"
    shutil.rmtree(sealed / "incident-2")
    result = outrider("record", "verify", "record/web")
    assert result.status == 1
    assert "seal incident-3: number 3 follows on 1: one is missing" in result.out
    manifest = sealed / "incident-1" / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"from_ns": 0', '"from_ns":  0'))
    assert "it was changed" in outrider("record", "verify", "record/web").out
    manifest.unlink()
    assert outrider("record", "verify", "record/web").status == 1


def test_a_container_may_be_called_sealed(outrider: Outrider, there: Path) -> None:
    write(there / "record" / "sealed", EVENTS[:2], container="sealed")
    assert outrider.ok("record", "verify", "record").out.count("whole") == 2


def test_verify_wants_a_record(outrider: Outrider, there: Path) -> None:
    assert outrider("record", "verify", "nowhere").status == 2
    (there / "empty").mkdir()
    assert outrider("record", "verify", "empty").status == 2
