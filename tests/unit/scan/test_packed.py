"""One frame: what went in comes out, and nothing larger, longer or other than that."""

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from outrider.errors import InvalidInput
from outrider.scan.packed import pack, unpack


@given(st.binary(max_size=2000), st.integers(1, 9))
def test_what_went_in_comes_out(data: bytes, level: int) -> None:
    assert unpack(pack(data, level), len(data), "it") == data


@given(st.binary(max_size=200))
def test_bytes_are_a_frame_or_our_own_error(data: bytes) -> None:
    with pytest.raises(InvalidInput):
        unpack(data, 1000, "it")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (pack(bytes(1001)), "it is said to have 1001 bytes, more than 1000 bytes"),
        (zstandard.ZstdCompressor(write_content_size=False).compress(b"x"), "it does not say its size"),
        (pack(b"x") + b"more", "it is damaged"),
        (pack(b"x" * 900)[:-3], "it is damaged"),
    ],
)
def test_what_is_refused_is_said(data: bytes, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        unpack(data, 1000, "it")
