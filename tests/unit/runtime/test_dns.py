"""DNS messages as they are seen on the wire, honest and not."""

import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.errors import InvalidInput
from outrider.runtime.dns import AAAA, CNAME, A, Answer, Message, Question, addresses, parse


def name(text: str) -> bytes:
    labels = [label.encode() for label in text.split(".")] if text else []
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def record(owner: bytes, kind: int, data: bytes, ttl: int = 60, of_class: int = 1) -> bytes:
    return owner + struct.pack("!HHIH", kind, of_class, ttl, len(data)) + data


def message(
    asked: bytes, *answers: bytes, flags: int = 0x8180, more: bytes = b"", additional: int = 0
) -> bytes:
    head = struct.pack("!HHHHHH", 7, flags, 1, len(answers), 0, additional)
    return head + asked + struct.pack("!HH", A, 1) + b"".join(answers) + more


BACK = b"\xc0\x0c"
"""Points to the name that was asked."""


def test_an_answer_with_compression_and_edns() -> None:
    opt = record(b"\0", 41, b"\0\x0a\0\x02ab", of_class=4096)
    data = message(name("Api.Example.com"), record(BACK, A, bytes([10, 1, 2, 3])), more=opt, additional=1)
    found = parse(data)
    assert found.questions == (Question("api.example.com", A),)
    assert found.answers == (Answer("api.example.com", 60, address="10.1.2.3"),)
    assert addresses(found) == {"api.example.com": {"10.1.2.3": 60}}


def test_aliases_are_followed_and_nothing_else_is_granted() -> None:
    data = message(
        name("www.shop.example"),
        record(BACK, CNAME, name("d1.cdn.example"), ttl=300),
        record(name("d1.cdn.example"), CNAME, name("edge.cdn.example"), ttl=20),
        record(name("edge.cdn.example"), AAAA, bytes(15) + b"\1", ttl=400),
        record(name("evil.example"), A, bytes(4), ttl=400),
    )
    assert addresses(parse(data)) == {"www.shop.example": {"::1": 20}}


def test_a_chain_that_bites_its_tail_ends() -> None:
    data = message(name("a"), record(BACK, CNAME, name("b")), record(name("b"), CNAME, name("a")))
    assert addresses(parse(data)) == {}


@pytest.mark.parametrize("flags", [0x0100, 0x8183])
def test_questions_and_names_that_are_not_there_grant_nothing(flags: int) -> None:
    found = parse(message(name("a.example"), record(BACK, A, bytes(4)), flags=flags))
    assert addresses(found) == {} and found.response is bool(flags & 0x8000)


def test_a_dot_in_a_label_is_none() -> None:
    asked = b"\x0bexample.com\x03net\0"
    assert parse(message(asked)).questions[0].name == "example\\046com.net"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        bytes(11),
        message(b"\xc0\x0c"),
        message(b"\xc0\xff"),
        message(b"\x40a\0"),
        message(b"\x05ab"),
        message((b"\x3f" + b"a" * 63) * 5 + b"\0"),
        message(name("a"), record(BACK, A, bytes(3))),
        message(name("a"), record(BACK, CNAME, name("b") + b"x")),
        message(name("a"), record(BACK, A, bytes(4))[:-1]),
        message(name("a"), BACK),
        struct.pack("!HHHHHH", 1, 0x8000, 65535, 65535, 65535, 65535),
    ],
)
def test_what_is_malformed_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidInput):
        parse(data)


@given(st.binary(max_size=600))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with contextlib.suppress(InvalidInput):
        addresses(parse(data))


_LABELS = st.text("abcdefghijklmnopqrstuvwxyz0123456789-_", min_size=1, max_size=20)
_NAMES = st.lists(_LABELS, min_size=1, max_size=5).map(".".join)
_ADDRESSES = st.ip_addresses().map(lambda one: (AAAA if one.version == 6 else A, one.packed, str(one)))


@given(_NAMES, st.lists(st.tuples(_ADDRESSES, st.integers(0, (1 << 31) - 1)), max_size=20))
def test_what_is_written_is_read(asked: str, told: list[tuple[tuple[int, bytes, str], int]]) -> None:
    records = [record(BACK, kind, packed, ttl) for (kind, packed, _), ttl in told]
    found: Message = parse(message(name(asked), *records))
    assert [(one.address, one.ttl) for one in found.answers] == [(text, ttl) for (_, _, text), ttl in told]
    assert set(addresses(found).get(asked, {})) == {text for (_, _, text), _ in told}


@given(st.data())
def test_a_byte_that_changed_is_no_crash(data: st.DataObject) -> None:
    whole = bytearray(
        message(name("a.example"), record(BACK, CNAME, name("b")), record(name("b"), A, bytes(4)))
    )
    whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(InvalidInput):
        parse(bytes(whole[: data.draw(st.integers(0, len(whole)))]))
