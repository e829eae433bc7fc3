"""What goes into a record comes out of it: every field, any value, in any number of frames."""

from io import BytesIO
from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from benchmarks.recorder.stream import Stream
from outrider.model.event import Event, FrameType
from outrider.runtime.flight.caps import FRAME_GOAL, REMEMBERED, SLOTS
from outrider.runtime.flight.fields import GROUPS
from outrider.runtime.flight.reader import SegmentReader, read_segment
from outrider.runtime.flight.segment import FRAME_EVENTS, Header, SegmentWriter
from tests.unit.runtime.flight.any_event import EVENTS, segment


@given(st.lists(st.lists(EVENTS, max_size=3), max_size=3))
def test_any_events_come_back_as_they_were(batches: list[list[Event]]) -> None:
    assert list(read_segment(BytesIO(segment(*batches)))) == [event for batch in batches for event in batch]


@given(st.lists(st.lists(EVENTS, max_size=3), max_size=4), st.integers(1, 50))
def test_also_when_the_file_comes_in_pieces(batches: list[list[Event]], piece: int) -> None:
    data = segment(*batches)
    reader = SegmentReader()
    found = [e for at in range(0, len(data), piece) for e in reader.feed(data[at : at + piece])]
    assert found == [event for batch in batches for event in batch]
    assert reader.good == len(data)


def test_no_field_of_an_event_is_forgotten() -> None:
    told = [name for group in GROUPS for name in group.names] + ["seq", "time_ns", "dropped", "pid"]
    assert sorted(told) == sorted(Event.__dataclass_fields__)


def test_more_groups_than_there_are_slots_and_groups_too_large_for_one() -> None:
    events = [
        Event(
            type=FrameType.EVENT,
            seq=n,
            time_ns=n,
            target=f"/{n % (SLOTS + 7)}",
            message="x" * (n % 3 * REMEMBERED),
        )
        for n in range(1, 3 * SLOTS)
    ]
    assert list(read_segment(BytesIO(segment(events)))) == events


def test_many_and_large_events_become_several_frames() -> None:
    writer = SegmentWriter(Header("web", 1, 0))
    large = [Event(type=FrameType.EVENT, seq=n, time_ns=n, target=f"{n}" * 6000) for n in range(100)]
    many = [Event(type=FrameType.EVENT, seq=n, time_ns=9_000 - n) for n in range(2 * FRAME_EVENTS + 1)]
    made = writer.head + writer.frames(large + many)
    reader = SegmentReader()
    frames = list(reader.framer.feed(made))
    assert len(frames) >= 5
    assert writer.plain > 2 * FRAME_GOAL
    assert list(read_segment(BytesIO(made))) == large + many


def test_half_a_surrogate_pair_is_kept_as_its_escape() -> None:
    event = Event(type=FrameType.TROUBLE, seq=0, time_ns=1, message="a \ud800 b")
    (found,) = read_segment(BytesIO(segment([event])))
    assert isinstance(found, Event)
    assert found.message == "a \\ud800 b"


def test_an_event_of_a_busy_application_takes_less_than_sixty_bytes() -> None:
    events = list(islice(Stream(rate=20).events(), 3000))
    one_by_one = segment(*([event] for event in events))
    assert list(read_segment(BytesIO(one_by_one))) == events
    assert len(one_by_one) / len(events) < 60
    assert len(segment(*(events[at : at + 100] for at in range(0, 3000, 100)))) / len(events) < 30
