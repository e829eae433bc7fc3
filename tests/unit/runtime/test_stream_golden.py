"""What is done fast is done the same: a stream as supervisors make it, through the agent.

The digests are those of the plain code before anything was kept between frames. Compressed bytes are not
among them: zlib may make others tomorrow.
"""

import hashlib
import random
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from benchmarks.recorder.load import in_order
from benchmarks.recorder.stream import Stream
from outrider.model.event import Event, FrameType, Kind, Mode, Verdict
from outrider.runtime import jsonl, made
from outrider.runtime.flight.codec import EventEncoder
from outrider.runtime.incidents import Incidents
from outrider.runtime.watch import Watch
from outrider.runtime.wire import FrameDecoder
from outrider.runtime.wire_encode import encode_frame
from outrider.runtime.wire_fields import FIELDS

INSTANCE = "0123456789abcdef" * 2
HELLO = Event(
    type=FrameType.HELLO,
    seq=0,
    time_ns=1,
    container="web",
    instance=INSTANCE,
    mode=Mode.ALERT,
    engine="notify",
)
EVENTS = "71c858dcdb7a7b0dec2bc30fd7590ee2d507aa73848c8ecf477437705b3ec41b"
STORED = "24d7daf192f0c11d3b4cb5184b4d464a0ae3fd0e830e79a53a1478b3325cedba"
TOLD = "90e6c2934577bd4e27194f7c4e7e0f84f2f9a86b8d645017d19db4bcc30ebf08"


def frames(count: int = 6000) -> list[bytes]:
    """A busy shop; some acts without a rule, some refused, some told again."""
    chance = random.Random(7)  # noqa: S311 - the same each time
    made_of: list[bytes] = [encode_frame(HELLO)]
    for event in islice(Stream(10_000).events(), count):
        said = replace(event, instance="", container="")
        if chance.random() < 0.2:
            said = replace(said, rule=0)
        if chance.random() < 0.02:
            said = replace(said, verdict=Verdict.BLOCK, errno=13, rule=0)
        if chance.random() < 0.02:
            said = Event(
                type=FrameType.REPEAT, seq=event.seq, time_ns=event.time_ns, count=3, ref_seq=event.seq - 1
            )
        made_of.append(in_order(encode_frame(said)))
    return made_of


def decoded(pieces: Iterator[bytes] | list[bytes]) -> list[Event]:
    decoder = FrameDecoder(introduced=True)
    return [event for piece in pieces for event in decoder.feed(piece)]


def digest(lines: Iterator[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def test_the_stream_is_decoded_recorded_and_watched_as_it_always_was() -> None:
    events = decoded(frames())
    assert digest(jsonl.to_line(event) for event in events) == EVENTS
    out, encoder, before = bytearray(), EventEncoder(), 1
    for event in events:
        encoder.put(out, event, before)
        before = event.time_ns
    assert hashlib.sha256(out).hexdigest() == STORED
    watch, incidents = Watch(), Incidents()
    changes = [change for event in events for change in incidents.take(event, watch.take(event))]
    told = [*changes, *incidents.finish()]
    assert len(told) > 50
    assert digest(f"{change.state} {change.incident()!r}" for change in told) == TOLD


def test_how_the_stream_is_cut_makes_no_difference() -> None:
    pieces = frames(600)
    assert decoded(pieces) == decoded([b"".join(pieces)])


def test_what_was_kept_gives_what_a_fresh_decoder_reads() -> None:
    pieces = frames(2000)
    alone = [FrameDecoder().feed(piece)[0] for piece in pieces[1:]]
    assert [replace(event, container="", instance="") for event in decoded(pieces)[1:]] == alone


@given(
    st.lists(st.tuples(st.sampled_from([1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 14]), st.integers(0, 2)), max_size=14)
)
def test_fields_in_any_order_mean_the_same_the_second_time(order: list[tuple[int, int]]) -> None:
    shapes = {
        1: b"\2",
        2: b"\1",
        3: b"abcd",
        4: b"abcd",
        5: b"abcd",
        6: b"abcd",
        7: b"/x",
        8: b"a\0b",
        9: b"/t",
    }
    shapes |= {11: b"abcd", 14: b"abcd/p"}
    body = b"".join(
        tag.to_bytes(2, "little") + len(raw).to_bytes(2, "little") + raw
        for tag, more in order
        for raw in [shapes[tag] + (b"/" * more if tag in (7, 8, 9, 14) else b"")]
    )
    rest = (1).to_bytes(2, "little") + (7).to_bytes(2, "little") + bytes(32) + body
    frame = len(rest).to_bytes(4, "little") + rest
    decoder = FrameDecoder()
    if sum(tag == 14 for tag, _ in order) <= 8:
        first, again = decoder.feed(frame)[0], decoder.feed(frame)[0]
        assert first == again
        tags = [tag for tag, _ in order]
        assert len(first.ancestors) == tags.count(14)
        assert (first.pid, first.ppid) == tuple(
            int.from_bytes(b"abcd", "little") * (tag in tags) for tag in (3, 4)
        )


def test_every_field_of_an_event_comes_to_its_place() -> None:
    values = [f"value {place}" for place in range(len(made.PLACES))]
    event = made.in_order(values)
    assert type(event) is Event
    assert [getattr(event, name) for name in Event.__dataclass_fields__] == values
    assert {field.name for field in FIELDS.values()} <= set(made.PLACES)


def test_an_event_that_was_made_fast_cannot_be_changed() -> None:
    event = made.event({"type": FrameType.EVENT, "seq": 1, "time_ns": 2, "kind": Kind.EXEC})
    assert event == Event(type=FrameType.EVENT, seq=1, time_ns=2, kind=Kind.EXEC)
    try:
        event.seq = 2  # type: ignore[misc]
    except AttributeError:
        return
    raise AssertionError("it was changed")
