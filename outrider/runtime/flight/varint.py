"""Numbers of any size in as few bytes as they need."""

from outrider.errors import InvalidInput

MOST = 10
"""Bytes: 70 bits, for the difference of two numbers of 64."""


def put(out: bytearray, number: int) -> None:
    """Append a number that is not negative."""
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)


def put_signed(out: bytearray, number: int) -> None:
    """Append a number, small ones of either sign in one byte."""
    number = number << 1 if number >= 0 else (-number << 1) - 1
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)


def signed(number: int) -> int:
    """Read what `put_signed` made of a number."""
    return -((number + 1) >> 1) if number & 1 else number >> 1


def take(data: bytes | bytearray, at: int) -> tuple[int, int] | None:
    """Read a number at `at`; return it and where it ends, or None when `data` ends before it does.

    Raises InvalidInput: it has no end within `MOST` bytes.
    """
    number = shift = 0
    for place in range(at, min(at + MOST, len(data))):
        byte = data[place]
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, place + 1
        shift += 7
    if len(data) - at < MOST:
        return None
    raise InvalidInput("a number without end")
