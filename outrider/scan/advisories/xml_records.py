"""The records of a large XML document, one after the other; no more than one is in memory.

Entities and external references are refused (defusedxml), so are depth and size.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from outrider import limits
from outrider.errors import InvalidInput


def records(stream: BinaryIO, tag: str, what: str) -> Iterator[Element]:
    """Each element called `tag`, whole; `what` names the document in errors. Raises InvalidInput."""
    meter = _Meter(stream, what)
    depth = elements = 0
    root: Element | None = None
    try:
        for event, element in iterparse(meter, events=("start", "end")):
            root = element if root is None else root
            depth += 1 if event == "start" else -1
            elements += event == "start"
            if depth > limits.DOCUMENT_DEPTH or elements > limits.ADVISORY_ITEMS:
                raise InvalidInput(f"{what} has a record that is too deep or has too many parts")
            if event == "end" and element.tag == tag:
                yield element
                element.clear()
                root.clear()
                meter.since = elements = 0
    except (ParseError, DefusedXmlException, ValueError, LookupError, RecursionError) as error:
        raise InvalidInput(f"{what} is not the XML it should be: {str(error)[:200]}") from None


@dataclass(slots=True)
class _Meter:
    """A stream that stops when one record takes too many bytes."""

    stream: BinaryIO
    what: str
    since: int = 0
    """Bytes since the last record."""

    def read(self, size: int = -1) -> bytes:
        """The next bytes. Raises InvalidInput over the cap."""
        data = self.stream.read(size)
        self.since += len(data)
        if self.since > limits.ADVISORY_RECORD:
            raise InvalidInput(f"{self.what} has a record of more than {limits.ADVISORY_RECORD} bytes")
        return data
