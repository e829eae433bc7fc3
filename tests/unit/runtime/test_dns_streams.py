"""DNS messages in TCP, as segments that come once, twice, cut anywhere, or not at all."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from outrider.runtime.dns_streams import MOST_MESSAGES, MOST_STREAMS, Streams
from outrider.runtime.packets import Segment


def segment(
    sequence: int, payload: bytes = b"", *, starts: bool = False, ends: bool = False, port: int = 4000
) -> Segment:
    return Segment("tcp", "10.0.1.5", port, "10.0.0.2", 53, payload, sequence % (1 << 32), starts, ends)


def framed(*messages: bytes) -> bytes:
    return b"".join(len(message).to_bytes(2) + message for message in messages)


@given(
    st.lists(st.binary(min_size=1, max_size=300), min_size=1, max_size=6),
    st.lists(st.integers(0, 2000), max_size=8),
    st.integers(0, (1 << 32) - 1),
    st.randoms(use_true_random=False),
)
def test_whatever_the_cuts_and_the_repeats_the_messages_are_the_same(messages, cuts, first, chance) -> None:
    data = framed(*messages)
    places = sorted({0, len(data), *(cut % len(data) for cut in cuts)})
    streams, found = Streams(), []
    streams.take(segment(first, starts=True))
    for cut, end in pairwise(places):
        start = (
            chance.randrange(cut + 1) if chance.random() < 0.4 else cut
        )  # some of it again, some of it new
        found += streams.take(segment(first + 1 + start, data[start:end]))
        if chance.random() < 0.3:
            found += streams.take(segment(first + 1 + start, data[start:end]))
    assert found == messages
    assert streams.given_up == 0


def test_a_gap_is_given_up_and_a_new_connection_begins_anew() -> None:
    streams = Streams()
    streams.take(segment(10, starts=True))
    assert streams.take(segment(12, framed(b"late"))) == []
    assert streams.take(segment(11, framed(b"first"))) == []
    assert streams.given_up == 1
    streams.take(segment(500, starts=True))
    assert streams.take(segment(501, framed(b"anew"))) == [b"anew"]


def test_what_began_before_us_is_not_followed_and_an_end_ends() -> None:
    streams = Streams()
    assert streams.take(segment(11, framed(b"middle"))) == []
    streams.take(segment(10, starts=True))
    assert streams.take(segment(11, framed(b"last"), ends=True)) == [b"last"]
    assert streams.take(segment(17, framed(b"more"))) == []


def test_data_in_the_first_segment() -> None:
    assert Streams().take(segment(10, framed(b"fast"), starts=True)) == [b"fast"]


def test_floods_are_bounded() -> None:
    streams = Streams()
    for port in range(MOST_STREAMS + 5):
        streams.take(segment(1, starts=True, port=port))
    assert streams.given_up == 5
    assert streams.take(segment(2, framed(*[b"x"] * 200), port=100)) == [b"x"] * MOST_MESSAGES
    assert streams.given_up == 6
