"""Packets, honest and not."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.errors import InvalidInput
from outrider.runtime.packets import Fragment, Segment, parse
from tests.unit.runtime.dns_packets import FIN, IPV4, IPV6, RST, SYN, TCP, UDP, ipv4, ipv6, tcp, udp

HOP = (0, bytes(6))
LONG_DESTINATION = (60, bytes(14))
ROUTING = (43, bytes(6))


def test_a_datagram_with_the_padding_of_its_link() -> None:
    found = parse(ipv4(UDP, udp(4000, 53, b"abc"), options=bytes(8)) + bytes(18), IPV4)
    assert found == Segment("udp", "10.0.1.5", 4000, "10.0.0.2", 53, b"abc")


def test_ipv6_with_headers_between() -> None:
    found = parse(ipv6(UDP, udp(4000, 53, b"abc"), extensions=(HOP, ROUTING, LONG_DESTINATION)), IPV6)
    assert found == Segment("udp", "fd00::5", 4000, "fd00::2", 53, b"abc")


def test_a_segment_of_tcp() -> None:
    found = parse(ipv4(TCP, tcp(4000, 53, 77, b"abc", SYN | FIN)), IPV4)
    assert (found.payload, found.sequence, found.starts, found.ends) == (b"abc", 77, True, True)
    assert parse(ipv6(TCP, tcp(4000, 53, 77, flags=RST)), IPV6).ends


@pytest.mark.parametrize(
    ("data", "link"),
    [
        (ipv4(UDP, udp(1, 53, b"a"), fragment=0x2000), IPV4),
        (ipv4(UDP, udp(1, 53, b"a"), fragment=0x0001), IPV4),
        (ipv6(UDP, udp(1, 53, b"a"), extensions=((44, bytes(6)),)), IPV6),
        (ipv6(UDP, udp(1, 53, b"a"), extensions=(HOP, (44, bytes(6)))), IPV6),
    ],
)
def test_fragments_are_told_apart(data: bytes, link: int) -> None:
    with pytest.raises(Fragment):
        parse(data, link)


@pytest.mark.parametrize(
    ("data", "link"),
    [
        (b"", IPV4),
        (b"", IPV6),
        (ipv4(UDP, udp(1, 53, b"a")), 0x0806),
        (ipv4(UDP, udp(1, 53, b"a")), IPV6),
        (ipv6(UDP, udp(1, 53, b"a")), IPV4),
        (ipv4(UDP, udp(1, 53, b"abc"))[:-1], IPV4),
        (ipv4(UDP, udp(1, 53, b"abc"), total=19), IPV4),
        (ipv4(UDP, udp(1, 53, b"abc")[:7]), IPV4),
        (ipv4(UDP, b"\0\1\0\x35\0\7\0\0abc"), IPV4),
        (ipv4(UDP, b"\0\1\0\x35\0\xff\0\0abc"), IPV4),
        (ipv4(1, b"ping" * 8), IPV4),
        (ipv4(TCP, tcp(1, 53, 0)[:19]), IPV4),
        (ipv4(TCP, b"\0" * 12 + b"\xf0\0" + b"\0" * 6), IPV4),
        (ipv4(TCP, b"\0" * 12 + b"\x40\0" + b"\0" * 6), IPV4),
        (ipv6(UDP, udp(1, 53, b"abc"))[:-1], IPV6),
        (ipv6(UDP, b"", extensions=((0, bytes(6)),))[:-4], IPV6),
        (ipv6(UDP, udp(1, 53, b"abc"), extensions=(HOP,) * 9), IPV6),
        (bytes([0x60, 0, 0, 0, 0, 8, 0, 1]) + bytes(32) + bytes([17, 255]) + bytes(6), IPV6),
        (bytes(1 << 17), IPV4),
    ],
)
def test_what_is_no_packet_is_refused(data: bytes, link: int) -> None:
    with pytest.raises(InvalidInput):
        parse(data, link)


WHOLE = st.sampled_from(
    [
        ipv4(UDP, udp(4000, 53, b"abc" * 20)),
        ipv4(TCP, tcp(4000, 53, 7, b"abc" * 20)),
        ipv6(UDP, udp(4000, 53, b"abc"), extensions=(HOP, LONG_DESTINATION)),
    ]
)


@given(WHOLE, st.lists(st.tuples(st.integers(0, 127), st.integers(0, 255)), max_size=8), st.integers(0, 127))
def test_damaged_packets_end_in_our_own_error_and_never_grow(
    whole: bytes, changes: list[tuple[int, int]], cut: int
) -> None:
    data = bytearray(whole)
    for place, value in changes:
        data[place % len(data)] = value
    del data[len(data) - cut % len(data) :]
    for link in (IPV4, IPV6):
        with contextlib.suppress(InvalidInput):
            found = parse(bytes(data), link)
            assert found.payload in bytes(data)


@given(st.binary(max_size=200), st.sampled_from([IPV4, IPV6]))
def test_noise_ends_in_our_own_error(data: bytes, link: int) -> None:
    with contextlib.suppress(InvalidInput):
        parse(data, link)
