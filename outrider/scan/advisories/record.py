"""What a feed format is: a document in, records out, and what could not be read among them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from outrider.errors import InvalidInput
from outrider.model.advisory import Advisory
from outrider.scan.advisories.lookup import Decoration


@dataclass(frozen=True, slots=True)
class Document:
    """One file of a feed."""

    name: str
    """Its path within the feed, with slashes: `v3.9/main.yaml`. Formats may read a release from it."""
    stream: BinaryIO
    """Its bytes, unpacked."""

    def whole(self, limit: int) -> bytes:
        """All bytes. Raises InvalidInput when there are more than `limit`."""
        data = self.stream.read(limit + 1)
        if len(data) > limit:
            raise InvalidInput(f"{self.name} has more than {limit} bytes")
        return data


@dataclass(frozen=True, slots=True)
class CveFact:
    """What is known of one CVE beside any package: KEV, EPSS."""

    cve: str
    decoration: Decoration


@dataclass(frozen=True, slots=True)
class Published:
    """When the publisher made this document, which is how old its silence is."""

    date: str
    """ISO 8601 date or RFC 3339."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A part of a record that is left out on purpose."""

    reason: str
    """Words that many records share, so that they can be counted: `ranges of commits`."""
    example: str = ""
    """One record it was left out of, and why."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A record that could not be read. The rest of its document is."""

    subject: str
    words: str


Record = Advisory | CveFact | Published | LeftOut | Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A reader of one feed format."""

    name: str
    """As users write it and as advisories carry it in `feed`: `alpine-secdb`, module `alpine_secdb`."""
    version: int
    """Raised whenever the same bytes give other records."""
    recognises: Callable[[str, bytes], bool]
    """Whether a document is of this format, by its name and its first bytes (4 KiB of them)."""
    read: Callable[[Document], Iterator[Record]]
    """Reads a document to its end, one record after the other. Raises InvalidInput, and nothing else, where
    the document as a whole cannot be read."""
