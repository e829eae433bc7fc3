"""What a peer may say, byte by byte; whatever else it says, only our own error comes out."""

import os
import struct
from dataclasses import replace

import pytest
from fake_supervisor import exec_event, hello
from hypothesis import given
from hypothesis import strategies as st

from outrider.errors import InvalidInput
from outrider.model.event import Event, FrameType
from outrider.runtime.wire_encode import encode_frame
from sidecar.session import RefusedPeer, Session

ONE = "1" * 32
UID = os.getuid()


def session() -> Session:
    return Session({"web", "worker"}, UID)


def numbered(seq: int, **changes) -> Event:
    return replace(exec_event(seq), seq=seq, **changes)


def test_hello_then_frames_with_who_they_are_from() -> None:
    talk = session()
    stream = encode_frame(hello("web", ONE)) + encode_frame(numbered(1)) + encode_frame(numbered(2))
    events = [event for offset in range(len(stream)) for event in talk.feed(stream[offset : offset + 1])]
    assert [event.type for event in events] == [FrameType.HELLO, FrameType.EVENT, FrameType.EVENT]
    assert {(event.container, event.instance) for event in events} == {("web", ONE)}
    assert talk.hello is not None
    assert talk.last_seq == 2
    assert not talk.cut


def test_a_begun_frame_is_seen() -> None:
    talk = session()
    talk.feed(encode_frame(hello("web", ONE))[:-1])
    assert talk.cut


@pytest.mark.parametrize(
    ("first", "complaint"),
    [
        (numbered(1), "not with HELLO"),
        (replace(hello("web", ONE), seq=1), "not with HELLO"),
        (hello("other", ONE), "not under supervision"),
        (hello("", ONE), "not under supervision"),
        (hello("web", ONE, uid=UID + 1), "the kernel says"),
        (hello("web", ""), "no instance"),
        (hello("web", "0" * 32), "no instance"),
    ],
)
def test_a_false_hello_is_refused(first: Event, complaint: str) -> None:
    with pytest.raises(RefusedPeer, match=complaint):
        session().feed(encode_frame(first))


@pytest.mark.parametrize(
    ("second", "complaint"),
    [
        (hello("web", ONE), "second HELLO"),
        (numbered(0), "without a number"),
        (numbered(1, container="worker"), "somebody else"),
        (numbered(1, instance="2" * 32), "somebody else"),
    ],
)
def test_a_false_frame_is_refused(second: Event, complaint: str) -> None:
    talk = session()
    talk.feed(encode_frame(hello("web", ONE)))
    with pytest.raises(RefusedPeer, match=complaint):
        talk.feed(encode_frame(second))


@pytest.mark.parametrize("length", [0, 35, 8193, 0xFFFFFFFF])
def test_a_giant_or_tiny_length_is_refused_at_once(length: int) -> None:
    with pytest.raises(InvalidInput):
        session().feed(struct.pack("<I", length))


@given(st.lists(st.binary(max_size=200), max_size=8))
def test_garbage_gives_our_error_or_nothing(chunks: list[bytes]) -> None:
    talk = session()
    try:
        for chunk in chunks:
            assert talk.feed(chunk) == [] or talk.hello is not None
    except InvalidInput:
        pass


@given(st.data())
def test_a_damaged_stream_gives_our_error_or_events_of_this_peer(data: st.DataObject) -> None:
    stream = bytearray(
        encode_frame(hello("web", ONE)) + b"".join(encode_frame(numbered(seq)) for seq in range(1, 4))
    )
    for _ in range(data.draw(st.integers(1, 4))):
        stream[data.draw(st.integers(0, len(stream) - 1))] = data.draw(st.integers(0, 255))
    talk, events = session(), []
    try:
        start = 0
        while start < len(stream):
            size = data.draw(st.integers(1, 120))
            events += talk.feed(bytes(stream[start : start + size]))
            start += size
    except InvalidInput:
        pass
    assert all(talk.hello and event.container == talk.hello.container for event in events)
    assert all(event.container in {"web", "worker"} for event in events)
