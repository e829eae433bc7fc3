"""Bytes whose order is that of what they stand for: the pieces that keys of versions are made of.

Pieces are put one after the other. That keeps their order as long as no piece is a prefix of another one that
may stand in its place: numbers carry their length in front, texts end with a zero byte, and lists end with a
mark that the scheme chooses.
"""

from outrider import limits
from outrider.errors import InvalidInput


def number(digits: str) -> bytes:
    """A whole number of any size, written in ASCII digits; an empty text is 0.

    Its own length comes first (a byte: 512 digits need 213), so that shorter numbers sort lower.
    """
    value = int(digits or "0")
    size = (value.bit_length() + 7) // 8
    return bytes((size,)) + value.to_bytes(size, "big")


def text(word: str) -> bytes:
    """A word, in the order of its bytes, ended so that it sorts before its extensions."""
    return word.encode("utf-8", "surrogatepass") + b"\0"


def reversed_order(piece: bytes) -> bytes:
    """The same piece, the other way round: what sorted lower sorts higher."""
    return bytes(255 - byte for byte in piece)


def checked(version: str, scheme: str) -> str:
    """A version without the blanks around it. Raises InvalidInput where it is empty or over the cap."""
    stripped = version.strip(" \t\r\n")
    if not stripped:
        raise InvalidInput(f"an empty text is no {scheme} version")
    if len(stripped) > limits.VERSION:
        raise InvalidInput(f"a version of {len(stripped)} characters is too long (at most {limits.VERSION})")
    return stripped


def refused(version: str, scheme: str, why: str = "") -> InvalidInput:
    """The error for a text that is no version of a scheme."""
    return InvalidInput(f"{version[:80]!r} is no {scheme} version{': ' if why else ''}{why}")
