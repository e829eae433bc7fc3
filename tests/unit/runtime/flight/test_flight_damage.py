"""Records that were cut, damaged or forged: what was whole before is read, and only our errors are raised."""

import hashlib
import zlib
from io import BytesIO
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.recorder.stream import Stream
from outrider.errors import InvalidInput
from outrider.model.event import Event
from outrider.runtime.flight import varint
from outrider.runtime.flight.caps import FRAME_PLAIN, SEGMENT_PLAIN
from outrider.runtime.flight.framing import Framer
from outrider.runtime.flight.reader import Damage, SegmentReader, read_segment
from outrider.runtime.flight.segment import CHECK_BYTES, FLUSHED, Header, SegmentWriter, link
from tests.unit.runtime.flight.any_event import EVENTS, segment

TOLD = list(islice(Stream(rate=50).events(), 12))
BATCHES = [TOLD[:1], TOLD[1:4], TOLD[4:5], TOLD[5:]]
WHOLE = segment(*BATCHES)


def ends() -> list[int]:
    """Offsets after the header and after each frame."""
    framer = Framer()
    frames = list(framer.feed(WHOLE))
    header = len(Header("web", 1, 0).encode())
    return [header, *(frame.end for frame in frames)]


def told(stream: bytes) -> tuple[list[Event], Damage | None]:
    found = list(read_segment(BytesIO(stream)))
    damage = found.pop() if found and isinstance(found[-1], Damage) else None
    assert all(isinstance(event, Event) for event in found)
    return found, damage  # type: ignore[return-value]


def test_cut_at_every_byte_everything_up_to_the_last_whole_frame_is_read() -> None:
    for cut in range(len(WHOLE)):
        whole = [end for end in ends() if end <= cut]
        events, damage = told(WHOLE[:cut])
        assert events == [event for batch in BATCHES[: max(0, len(whole) - 1)] for event in batch]
        if whole and whole[-1] == cut:
            assert damage is None
        else:
            assert damage is not None
            assert damage.torn
            assert damage.passed_over == cut - (whole[-1] if whole else 0)


def test_a_bit_turned_at_any_byte_is_found_and_what_was_before_it_is_read() -> None:
    for place in range(len(WHOLE)):
        broken = bytearray(WHOLE)
        broken[place] ^= 1 << place % 8
        events, damage = told(bytes(broken))
        good = [end for end in ends() if end <= place]
        assert events == [event for batch in BATCHES[: max(0, len(good) - 1)] for event in batch]
        assert damage is not None
        assert damage.passed_over == len(WHOLE) - (good[-1] if good else 0)


@given(st.binary(max_size=400))
def test_any_bytes_give_events_or_our_error(data: bytes) -> None:
    told(data)
    told(WHOLE[: ends()[1]] + data)


def frame(writer: SegmentWriter, payload: bytes, count: int = 1, span: int = 0) -> bytes:
    """A frame whose check is right and whose payload is anything."""
    head = bytearray()
    varint.put(head, len(payload))
    varint.put(head, count)
    varint.put_signed(head, 0)
    varint.put(head, span)
    writer.chain = link(writer.chain, head, payload)
    return head + writer.chain[:CHECK_BYTES] + payload


def packed(plain: bytes) -> bytes:
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    return (deflate.compress(plain) + deflate.flush(zlib.Z_SYNC_FLUSH)).removesuffix(FLUSHED)


@given(st.binary(max_size=60), st.integers(1, 3))
def test_forged_events_with_a_right_check_give_events_or_our_error(plain: bytes, count: int) -> None:
    writer = SegmentWriter(Header("web", 1, 1))
    told(writer.head + frame(writer, packed(plain), count))


@given(st.lists(EVENTS, min_size=1, max_size=3), st.data())
def test_forged_changes_of_good_events_too(events: list[Event], data: st.DataObject) -> None:
    good = bytearray(_plain(events))
    place = data.draw(st.integers(0, len(good) - 1))
    good[place] = data.draw(st.integers(0, 255))
    forged = SegmentWriter(Header("web", 1, 1))
    told(forged.head + frame(forged, packed(bytes(good)), len(events), 1 << 60))


def _plain(events: list[Event]) -> bytes:
    writer = SegmentWriter(Header("web", 1, 1))
    (found,) = Framer().feed(writer.head + writer.frames(events))
    return zlib.decompressobj(-15).decompress(found.payload + FLUSHED)


def test_a_frame_that_unpacks_to_too_much_is_refused() -> None:
    writer = SegmentWriter(Header("web", 1, 1))
    events, damage = told(writer.head + frame(writer, packed(bytes(FRAME_PLAIN + 1))))
    assert events == []
    assert damage is not None
    assert f"unpacks to more than {FRAME_PLAIN}" in damage.reason


def test_so_is_a_segment_that_does_frame_by_frame() -> None:
    reader = SegmentReader()
    reader._room = 100
    with pytest.raises(InvalidInput, match="more than"):
        list(reader.feed(WHOLE))
    assert SEGMENT_PLAIN > FRAME_PLAIN


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (b"#!/bin/sh\n" + b"x" * 100, "not a flight record"),
        (WHOLE[:8] + b"\x02\x00" + WHOLE[10:], "of version 2"),
        (WHOLE[:10] + b"\xff\xff" + WHOLE[12:] + bytes(70_000), "header of the segment is damaged"),
        (WHOLE[:-1], "not whole"),
        (b"", "not whole"),
    ],
)
def test_the_reason_says_what_is_wrong(broken: bytes, reason: str) -> None:
    damage = told(broken)[1]
    assert damage is not None
    assert reason in damage.reason


def test_the_chain_is_that_of_the_description() -> None:
    framer = Framer()
    frames = list(framer.feed(WHOLE))
    chain = hashlib.sha256(WHOLE[: ends()[0]]).digest()
    for start, end in zip(ends(), ends()[1:], strict=False):
        raw = WHOLE[start:end]
        payload = next(found.payload for found in frames if found.end == end)
        chain = hashlib.sha256(chain + raw[: -len(payload) - CHECK_BYTES] + payload).digest()
    assert chain == framer.chain
