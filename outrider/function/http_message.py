"""HTTP/1.1 messages, as much as the three interfaces need: bytes in, values out; strict, bounded, no I/O.

Whatever runs inside a function can send anything to the emulator, so everything has a cap and what is
ambiguous (two lengths, a length and chunks, folded headers, control characters) is refused.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from outrider import limits

_TOKEN = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_TARGET = re.compile(rb"/[\x21-\x7e]*")
_VALUE = re.compile(rb"[\t\x20-\x7e\x80-\xff]*")
_SIZE = re.compile(rb"[0-9A-Fa-f]{1,8}")
_LENGTH = re.compile(rb"[0-9]{1,12}")
_REASONS = {
    200: "OK",
    202: "Accepted",
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    410: "Gone",
    413: "Request Entity Too Large",
    431: "Request Header Fields Too Large",
    500: "Internal Server Error",
    503: "Service Unavailable",
}


class BadMessage(Exception):
    """Not HTTP as we take it. The connection is of no further use."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status
        """What to answer before closing."""


@dataclass(frozen=True, slots=True)
class Head:
    """Everything of a request but its body."""

    method: str
    target: str
    headers: Mapping[str, str]
    """Names in lower case; a header that came twice is joined by a comma."""
    length: int | None
    """Content-Length; None for chunks."""
    keep: bool
    """Whether the connection stays open afterwards."""
    continues: bool
    """Whether the sender waits for `100 Continue`."""


def head_end(data: bytes | bytearray) -> int:
    """Where the body begins; -1 when the head is not complete. Raises BadMessage over the cap."""
    found = data.find(b"\r\n\r\n", 0, limits.HTTP_HEAD)
    if found >= 0:
        return found + 4
    if len(data) >= limits.HTTP_HEAD:
        raise BadMessage(f"the head of the request is over {limits.HTTP_HEAD} bytes", 431)
    return -1


def parse_head(data: bytes) -> Head:
    """A request's head, up to and with its empty line. Raises BadMessage."""
    first, *lines = data.removesuffix(b"\r\n\r\n").split(b"\r\n")
    words = first.split(b" ")
    if len(words) != 3 or not _TOKEN.fullmatch(words[0]) or not _TARGET.fullmatch(words[1]):
        raise BadMessage("not a request line")
    if words[2] not in (b"HTTP/1.1", b"HTTP/1.0"):
        raise BadMessage("not HTTP/1.1")
    headers = parse_fields(lines)
    connection = headers.get("connection", "").lower()
    keep = "close" not in connection and (words[2] == b"HTTP/1.1" or "keep-alive" in connection)
    return Head(
        method=words[0].decode(),
        target=words[1].decode(),
        headers=headers,
        length=_length(headers, words[0]),
        keep=keep,
        continues=headers.get("expect", "").lower() == "100-continue",
    )


def parse_fields(lines: list[bytes]) -> dict[str, str]:
    """Header or trailer lines. Raises BadMessage."""
    if len(lines) > limits.HTTP_FIELDS:
        raise BadMessage(f"more than {limits.HTTP_FIELDS} header lines", 431)
    found: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(b":")
        if not colon or not _TOKEN.fullmatch(name) or not _VALUE.fullmatch(value):
            raise BadMessage("not a header line")
        key, text = name.decode().lower(), value.decode("latin-1").strip(" \t")
        found[key] = f"{found[key]}, {text}" if key in found else text
    return found


def _length(headers: Mapping[str, str], method: bytes) -> int | None:
    """How the body is framed. Raises BadMessage where two readers might disagree."""
    coding, length = headers.get("transfer-encoding"), headers.get("content-length")
    if coding is not None:
        if coding.lower() != "chunked" or length is not None:
            raise BadMessage("only chunked, and never with a length")
        return None
    if length is None:
        return 0
    if not _LENGTH.fullmatch(length.encode("latin-1")):
        raise BadMessage("not a length")
    return int(length)


@dataclass(slots=True)
class Chunks:
    """Takes a chunked body apart as its bytes come."""

    done: bool = False
    trailers: dict[str, str] = field(default_factory=dict)
    """After the last chunk; names in lower case."""
    _held: bytearray = field(default_factory=bytearray)
    _left: int = 0
    """Bytes of the current chunk still to come, its line end (2) included."""
    _ended: bool = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        """What of the body these bytes complete; nothing after `done`. Raises BadMessage."""
        self._held += data
        while not self.done:
            if self._left > 2:
                part = bytes(self._held[: self._left - 2])
                if not part:
                    return
                del self._held[: len(part)]
                self._left -= len(part)
                yield part
            elif not self._step():
                return

    def rest(self) -> bytes:
        """What came after the body: the next request's beginning."""
        return bytes(self._held)

    def _step(self) -> bool:
        """Past a chunk's end, a size line or the trailers; False when more bytes are needed."""
        if self._left == 2:
            if len(self._held) < 2:
                return False
            if self._held[:2] != b"\r\n":
                raise BadMessage("a chunk is longer than it said")
            del self._held[:2]
            self._left = 0
            return True
        return self._take_trailers() if self._ended else self._take_size()

    def _take_size(self) -> bool:
        """The line with a chunk's size."""
        end = self._held.find(b"\r\n", 0, limits.HTTP_CHUNK_LINE)
        if end < 0:
            if len(self._held) >= limits.HTTP_CHUNK_LINE:
                raise BadMessage("a chunk's size line is too long")
            return False
        size = bytes(self._held[:end]).partition(b";")[0].strip(b" \t")
        if not _SIZE.fullmatch(size):
            raise BadMessage("not the size of a chunk")
        del self._held[: end + 2]
        self._ended = int(size, 16) == 0
        self._left = 0 if self._ended else int(size, 16) + 2
        return True

    def _take_trailers(self) -> bool:
        """The lines after the last chunk, up to the empty one."""
        if self._held[:2] == b"\r\n":
            del self._held[:2]
            self.done = True
            return True
        end = self._held.find(b"\r\n\r\n", 0, limits.HTTP_HEAD)
        if end < 0:
            if len(self._held) >= limits.HTTP_HEAD:
                raise BadMessage("the trailers are too long", 431)
            return False
        self.trailers = parse_fields(bytes(self._held[:end]).split(b"\r\n"))
        del self._held[: end + 4]
        self.done = True
        return True


def answer(status: int, body: bytes, headers: Mapping[str, str], *, keep: bool) -> bytes:
    """A whole response. Header values of foreign origin lose what could end their line."""
    lines = [f"HTTP/1.1 {status} {_REASONS.get(status, 'Unknown')}"]
    lines += [f"{name}: {_harmless(value)}" for name, value in headers.items()]
    lines += [f"Content-Length: {len(body)}"]
    if not keep:
        lines.append("Connection: close")
    return "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n" + body


def _harmless(value: str) -> str:
    """Without control characters."""
    return "".join(" " if ord(letter) < 32 or ord(letter) == 127 else letter for letter in value)
