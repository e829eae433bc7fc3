"""The frames a managed runtime writes its log messages in (descriptor `_LAMBDA_TELEMETRY_LOG_FD`).

Type (4 bytes, 0xa55a in the upper half), length (4), time in microseconds (8), text; big-endian. A message of
several lines stays one. What does not begin like a frame was written by somebody else: it is taken as text.
"""

from outrider import limits

_HEAD = 16
_MARK = b"\xa5\x5a"


class Frames:
    """Takes a stream of frames apart as its bytes come."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, data: bytes) -> list[str]:
        """The messages these bytes complete."""
        self._held += data
        found = []
        while self._held:
            if self._held[:2] != _MARK[: len(self._held)]:
                found.append(self.rest())
                break
            if len(self._held) < _HEAD:
                break
            size = int.from_bytes(self._held[4:8], "big")
            if size > limits.FUNCTION_LOG_LINE:
                found.append(self.rest())
                break
            if len(self._held) < _HEAD + size:
                break
            found.append(_text(bytes(self._held[_HEAD : _HEAD + size])))
            del self._held[: _HEAD + size]
        return found

    def rest(self) -> str:
        """What is held, as text; then nothing is."""
        text = _text(bytes(self._held))
        self._held.clear()
        return text


class Lines:
    """Takes plain output apart into lines; one over the cap comes in pieces."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, data: bytes) -> list[str]:
        """The lines these bytes complete."""
        self._held += data
        *lines, rest = bytes(self._held).split(b"\n")
        *pieces, rest = _pieces(rest)
        self._held = bytearray(rest)
        return [_text(piece) for line in lines for piece in _pieces(line)] + [
            _text(piece) for piece in pieces
        ]

    def rest(self) -> str:
        """What was begun and not ended; then nothing is held."""
        text = _text(bytes(self._held))
        self._held.clear()
        return text


def _pieces(line: bytes) -> list[bytes]:
    """A line in pieces of the cap; one piece at least."""
    size = limits.FUNCTION_LOG_LINE
    return [line[start : start + size] for start in range(0, max(len(line), 1), size)]


def _text(data: bytes) -> str:
    """Readable whatever it was."""
    return data.decode(errors="replace").rstrip("\n")
