"""Frames: the vectors, any cut of the stream, and nothing but our error for anything else."""

import json
import struct
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outrider import limits
from outrider.errors import InvalidInput
from outrider.model.event import Address, Ancestor, Event, FrameType, Kind, Mode, Verdict
from outrider.runtime import jsonl
from outrider.runtime.wire import FRAME, LENGTH, FrameDecoder, encode_ack
from outrider.runtime.wire_encode import encode_frame

INDEX = json.loads((Path(__file__).parents[2] / "data" / "wire" / "index.json").read_text())
VALID = [entry for entry in INDEX if entry["valid"]]

TEXTS = st.text(alphabet=st.characters(exclude_characters="\0\\", exclude_categories=["Cs"]), max_size=20)
WORDS = st.text(alphabet="abc_", min_size=1, max_size=8)
ARGUMENTS = st.lists(TEXTS, max_size=4).map(tuple).filter(lambda arguments: arguments != ("",))
U32, U64 = st.integers(0, (1 << 32) - 1), st.integers(0, (1 << 64) - 1)
HEX16 = st.binary(min_size=16, max_size=16).map(bytes.hex)
ADDRESSES = (
    st.builds(
        Address,
        st.just("inet"),
        st.sampled_from(["tcp", "udp", "any"]),
        st.ip_addresses(v=4).map(str),
        st.integers(0, 65535),
    )
    | st.builds(
        Address,
        st.just("inet6"),
        st.sampled_from(["tcp", "udp", "any"]),
        st.ip_addresses(v=6).filter(lambda address: not address.ipv4_mapped).map(str),
        st.integers(0, 65535),
    )
    | st.builds(Address, st.just("unix"), st.just("any"), TEXTS.filter(bool), st.just(0))
)
EVENTS = st.builds(
    Event,
    type=st.sampled_from(FrameType),
    seq=U64,
    time_ns=st.integers(0, 1 << 62),
    dropped=U64,
    instance=HEX16,
    container=WORDS,
    kind=st.sampled_from(Kind),
    verdict=st.sampled_from(Verdict),
    pid=U32,
    ppid=U32,
    uid=U32,
    gid=U32,
    program=TEXTS,
    cmdline=ARGUMENTS,
    target=TEXTS,
    address=st.none() | ADDRESSES,
    rule=U32,
    syscall=WORDS,
    errno=st.integers(-(1 << 31), (1 << 31) - 1),
    ancestors=st.lists(st.builds(Ancestor, U32, TEXTS), max_size=8).map(tuple),
    argv=ARGUMENTS,
    count=U64,
    ref_seq=U64,
    message=TEXTS,
    policy_id=HEX16,
    policy_counter=U64,
    mode=st.none() | st.sampled_from(Mode),
    engine=WORDS,
    kernel=TEXTS,
    features=st.lists(WORDS, max_size=3).map(tuple),
    traits=st.lists(WORDS, max_size=3).map(tuple),
)


def test_there_are_enough_vectors() -> None:
    assert len(VALID) >= 25
    assert len(INDEX) - len(VALID) >= 20
    assert {event["type"] for entry in VALID for event in entry["events"]} == set(FrameType)


@pytest.mark.parametrize("entry", INDEX, ids=lambda entry: entry["name"])
def test_vector(entry: dict[str, Any]) -> None:
    decoder, data = FrameDecoder(), bytes.fromhex(entry["hex"])
    if not entry["valid"]:
        with pytest.raises(InvalidInput):
            decoder.feed(data)
        return
    events = decoder.feed(data)
    assert [jsonl.to_plain(event) for event in events] == entry["events"]
    assert [jsonl.from_plain(plain) for plain in entry["events"]] == events


@given(EVENTS)
def test_decoding_gives_back_what_was_encoded(event: Event) -> None:
    decoder = FrameDecoder()
    assert decoder.feed(encode_frame(event)) == [event]
    assert (decoder.pending, decoder.last_seq) == (0, event.seq)


@given(EVENTS)
def test_lines_give_back_what_was_written(event: Event) -> None:
    line = jsonl.to_line(event)
    assert "\n" not in line
    assert line.isascii()
    assert len(line) <= limits.EVENT_LINE
    assert jsonl.from_line(line) == jsonl.from_line(line.encode()) == event


@given(st.lists(st.sampled_from(VALID), max_size=6), st.lists(st.integers(0, 2000), max_size=8))
def test_the_stream_may_be_cut_anywhere(entries: list[dict[str, Any]], cuts: list[int]) -> None:
    whole = b"".join(bytes.fromhex(entry["hex"]) for entry in entries if entry["name"] != "frame-and-a-half")
    decoder, events = FrameDecoder(), []
    places = sorted({0, len(whole), *(cut for cut in cuts if cut < len(whole))})
    for start, end in pairwise(places):
        events += decoder.feed(whole[start:end])
    assert events == FrameDecoder().feed(whole)
    assert decoder.pending == 0


@settings(max_examples=300)
@given(st.data())
def test_a_damaged_frame_gives_events_or_our_error(data: st.DataObject) -> None:
    raw = bytearray(bytes.fromhex(data.draw(st.sampled_from(VALID))["hex"]))
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    try:
        events = FrameDecoder().feed(bytes(raw))
    except InvalidInput:
        return
    for event in events:
        assert jsonl.from_line(jsonl.to_line(event)) == event


@given(st.binary(max_size=300))
def test_any_fields_give_events_or_our_error(fields: bytes) -> None:
    rest = FRAME.pack(1, 2, 7, 0, 0, 0) + fields
    try:
        FrameDecoder().feed(LENGTH.pack(len(rest)) + rest)
    except InvalidInput:
        return


def test_an_unknown_type_is_skipped_and_counted() -> None:
    decoder = FrameDecoder()
    rest = FRAME.pack(1, 99, 41, 0, 0, 0)
    assert decoder.feed(LENGTH.pack(len(rest)) + rest) == []
    assert (decoder.skipped, decoder.last_seq) == (1, 41)


def test_memory_is_bounded_by_a_frame() -> None:
    decoder = FrameDecoder()
    frame = encode_frame(Event(type=FrameType.TROUBLE, seq=1, time_ns=0, message="m" * 8000))
    for _ in range(50):
        decoder.feed(frame)
        assert decoder.pending == 0
    decoder.feed(frame[:-1])
    assert decoder.pending == len(frame) - 1


def test_too_large_an_event_is_not_encoded() -> None:
    with pytest.raises(InvalidInput, match="8192 is the most"):
        encode_frame(Event(type=FrameType.TROUBLE, seq=1, time_ns=0, message="m" * 8190))


def test_an_acknowledgement_is_a_bare_number() -> None:
    assert encode_ack(7) == struct.pack("<Q", 7)
