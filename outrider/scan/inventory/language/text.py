"""Bytes of a text file that somebody else wrote."""

from outrider.errors import InvalidInput


def decode(data: bytes, what: str) -> str:
    """UTF-8 with or without a byte order mark; line ends are `\\n`. Raises InvalidInput for anything else."""
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{what} is not UTF-8 text: byte {error.start}") from None
