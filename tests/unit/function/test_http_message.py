"""The HTTP parser: what it takes, what it refuses, and that no bytes break it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider import limits
from outrider.function.http_message import BadMessage, Chunks, answer, head_end, parse_fields, parse_head


def head(*lines: str, first: str = "POST /a HTTP/1.1") -> bytes:
    return "\r\n".join([first, *lines]).encode("latin-1") + b"\r\n\r\n"


def chunked(parts: list[bytes], trailers: bytes = b"") -> bytes:
    return (
        b"".join(f"{len(part):x}\r\n".encode() + part + b"\r\n" for part in parts)
        + b"0\r\n"
        + trailers
        + b"\r\n"
    )


def test_a_head() -> None:
    found = parse_head(head("Host: x", "X-A: 1", "x-a:  2 ", "Content-Length: 12"))
    assert (found.method, found.target, found.length, found.keep) == ("POST", "/a", 12, True)
    assert found.headers["x-a"] == "1, 2"


@pytest.mark.parametrize(
    ("lines", "first", "keep"),
    [
        ((), "GET / HTTP/1.1", True),
        (("Connection: close",), "GET / HTTP/1.1", False),
        ((), "GET / HTTP/1.0", False),
        (("Connection: Keep-Alive",), "GET / HTTP/1.0", True),
    ],
)
def test_whether_the_connection_stays(lines: tuple[str, ...], first: str, keep: bool) -> None:
    assert parse_head(head(*lines, first=first)).keep is keep


@pytest.mark.parametrize(
    "data",
    [
        b"\r\n\r\n",
        head(first="GET /"),
        head(first="GET / HTTP/2.0"),
        head(first="GET /a b HTTP/1.1"),
        head(first="GET http://x/ HTTP/1.1"),
        head(first="G\x00T / HTTP/1.1"),
        head("no colon"),
        head(" folded: x"),
        head("Name : x"),
        head("X: a\x00b"),
        head("X: a\nY: b"),
        head("Content-Length: -1"),
        head("Content-Length: 0x10"),
        head("Content-Length: 1", "Content-Length: 2"),
        head("Content-Length: 1", "Transfer-Encoding: chunked"),
        head("Transfer-Encoding: gzip, chunked"),
        head(*(f"A{number}: x" for number in range(limits.HTTP_FIELDS + 1))),
    ],
)
def test_what_is_refused(data: bytes) -> None:
    with pytest.raises(BadMessage):
        parse_head(data)


def test_a_head_without_end() -> None:
    assert head_end(b"GET / HTTP/1.1\r\n") == -1
    with pytest.raises(BadMessage):
        head_end(b"x" * limits.HTTP_HEAD)


@given(st.binary(max_size=2000))
def test_any_bytes_are_a_head_or_refused(data: bytes) -> None:
    try:
        parse_head(data)
        head_end(data)
    except BadMessage as error:
        assert error.status in (400, 431)


@given(st.binary(max_size=400), st.integers(1, 50))
def test_any_bytes_are_chunks_or_refused(data: bytes, step: int) -> None:
    chunks = Chunks()
    try:
        for start in range(0, len(data), step):
            list(chunks.feed(data[start : start + step]))
    except BadMessage:
        pass


@given(st.lists(st.binary(min_size=1, max_size=100)), st.integers(1, 60), st.binary(max_size=20))
def test_chunks_come_out_however_they_are_cut(parts: list[bytes], step: int, rest: bytes) -> None:
    data = chunked(parts, b"X-End: yes\r\n") + rest
    chunks = Chunks()
    found = b""
    for start in range(0, len(data), step):
        if chunks.done:
            list(chunks.feed(b""))
        found += b"".join(chunks.feed(data[start : start + step]))
    assert chunks.done
    assert found == b"".join(parts)
    assert chunks.trailers == {"x-end": "yes"}
    assert chunks.rest() == rest


@pytest.mark.parametrize(
    "data",
    [
        b"zz\r\n",
        b"-1\r\n",
        b"3\r\nabcd\r\n",
        b"fffffffff\r\n",
        b"1;" + b"x" * 300,
        b"0\r\nbad trailer\r\n\r\n",
    ],
)
def test_bad_chunks(data: bytes) -> None:
    with pytest.raises(BadMessage):
        list(Chunks().feed(data))


def test_a_chunk_extension_is_ignored() -> None:
    chunks = Chunks()
    assert b"".join(chunks.feed(b"3;name=value\r\nabc\r\n0\r\n\r\n")) == b"abc"
    assert chunks.done


@given(st.text(max_size=50))
def test_no_header_value_ends_its_line(value: str) -> None:
    made = answer(200, b"body", {"X": value}, keep=True)
    assert made.count(b"\r\n") == 4
    assert parse_fields(made.partition(b"\r\n\r\n")[0].split(b"\r\n")[1:])["content-length"] == "4"
