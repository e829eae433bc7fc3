"""The members of one large JSON object, one after the other: Debian's tracker is 70 MB, and no more than one
of its packages is in memory.

https://www.rfc-editor.org/rfc/rfc8259
"""

import codecs
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO, NoReturn

from outrider import limits
from outrider.errors import InvalidInput
from outrider.model import json_document

_PIECE = 1 << 20
_BLANK = " \t\n\r"


def members(stream: BinaryIO, what: str) -> Iterator[tuple[str, Any]]:
    """Key and value of each member of the object that the stream holds; `what` names it in errors.

    Raises InvalidInput, after the members before the fault. A value may have `limits.ADVISORY_RECORD`
    characters."""
    window = _Window(stream, what)
    if window.peek() != "{":
        raise window.fault("it does not begin with an object")
    window.skip(1)
    if window.peek() == "}":
        return
    while True:
        key = window.value()
        if not isinstance(key, str) or window.peek() != ":":
            raise window.fault("a key with a colon after it is wanted")
        window.skip(1)
        yield key, window.value()
        after = window.peek()
        window.skip(1)
        if after == "}":
            return
        if after != ",":
            raise window.fault("a comma is wanted")


@dataclass(slots=True)
class _Window:
    """A piece of the text, moved on over the stream."""

    stream: BinaryIO
    what: str
    text: str = ""
    at: int = 0
    ended: bool = False
    decode: codecs.IncrementalDecoder = field(default_factory=codecs.getincrementaldecoder("utf-8"))
    decoder: json.JSONDecoder = field(default_factory=lambda: json.JSONDecoder(parse_constant=_no_constant))

    def peek(self) -> str:
        """The next character that is not blank; empty at the end."""
        while True:
            while self.at < len(self.text) and self.text[self.at] in _BLANK:
                self.at += 1
            if self.at < len(self.text) or not self._more(_PIECE):
                return self.text[self.at : self.at + 1]

    def skip(self, count: int) -> None:
        """Move on."""
        self.at += count

    def value(self) -> Any:
        """The next value. What is tried anew after more was read is at least doubled, so time stays
        linear."""
        self.peek()
        while True:
            try:
                found, end = self.decoder.raw_decode(self.text, self.at)
            except RecursionError:
                raise self.fault("it is nested too deeply") from None
            except ValueError as error:
                if not self._more(max(_PIECE, len(self.text) - self.at)):
                    raise self.fault(str(error)[:200]) from None
                continue
            if end < len(self.text) or not self._more(_PIECE):
                if "\\ud" in self.text or "\\uD" in self.text:
                    json_document.check(found, self.what)
                self.at = end
                return found

    def _more(self, size: int) -> bool:
        """Read on; whether there was anything left. Raises InvalidInput over the cap."""
        if self.ended:
            return False
        if len(self.text) - self.at > limits.ADVISORY_RECORD:
            raise self.fault(f"one value has more than {limits.ADVISORY_RECORD} characters")
        data = self.stream.read(size)
        self.ended = not data
        try:
            self.text = self.text[self.at :] + self.decode.decode(data, final=self.ended)
        except UnicodeDecodeError:
            raise self.fault("it is not UTF-8 text") from None
        self.at = 0
        return not self.ended

    def fault(self, words: str) -> InvalidInput:
        """The error for what stands here."""
        return InvalidInput(f"{self.what} is not the JSON it should be: {words}")


def _no_constant(name: str) -> NoReturn:
    """NaN and Infinity are Python's, not JSON's."""
    raise ValueError(f"{name} is not a JSON number")
