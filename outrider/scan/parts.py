"""The parts an artifact is read from: layers of an image, zips of a function. Each can be read in any
process."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import IO, Protocol

from outrider.scan.image import zip as zip_file
from outrider.scan.image.entry import Entry
from outrider.scan.image.notes import Notes
from outrider.scan.walk.blob import Ahead, read_blob
from outrider.scan.walk.contents import LayerContents
from outrider.scan.walk.crew import Crew
from outrider.scan.walk.interest import Interest
from outrider.scan.walk.layer import read_again, read_layer
from outrider.scan.walk.readers import Readers

Open = Callable[[], AbstractContextManager[Callable[[int], bytes]]]
"""Opens the bytes of a blob for reading from front to back."""

OpenFile = Callable[[], AbstractContextManager[IO[bytes]]]
"""Opens a file that can be read anywhere."""

Again = Mapping[str, tuple[str, ...]]
"""Entry → the names that links give it: what a second pass reads."""


class Part(Protocol):
    """A source of files: a layer, a zip, a folder."""

    @property
    def name(self) -> str:
        """As outcomes name it: `layer 3 (sha256:ab12…)`."""

    @property
    def size(self) -> int:
        """Bytes that are read for it; -1: not known."""

    @property
    def identity(self) -> str:
        """Digest of the content under which what was found may be remembered; empty: it may not."""

    def read(
        self,
        interest: Interest,
        readers: Readers,
        *,
        again: Again | None = None,
        ahead: Ahead | None = None,
        crew: Crew | None = None,
    ) -> LayerContents:
        """Read it once, or only some files `again`. `ahead` unpacks in another thread where there is
        something to unpack; with a `crew`, others look at files too.

        What is damaged comes as a `failure` of the contents. Raises EnvironmentFault where it cannot be read.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerPart:
    """One layer of an image."""

    name: str
    blob: Open
    media_type: str
    digest: str
    """Of the blob; empty where only the diff ID says what it must be."""
    size: int
    """Bytes of the blob; -1: not said."""
    diff_id: str

    @property
    def identity(self) -> str:
        """The digest of the tar: the same layer under two compressions is one."""
        return self.diff_id

    def read(
        self,
        interest: Interest,
        readers: Readers,
        *,
        again: Again | None = None,
        ahead: Ahead | None = None,
        crew: Crew | None = None,
    ) -> LayerContents:
        """Stream the layer; size and digests are verified at its end."""
        with self.blob() as read:
            return read_blob(
                read,
                interest,
                readers,
                media_type=self.media_type,
                digest=self.digest,
                size=self.size,
                diff_id=self.diff_id,
                what=self.name,
                again=again,
                ahead=ahead,
                crew=crew,
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class ZipPart:
    """A function's package, or a layer of it."""

    name: str
    file: OpenFile
    size: int
    """Bytes of the zip."""
    identity: str
    """`sha256:…` of the zip, with where it is laid."""
    prefix: str = ""
    """Where Lambda lays it: `var/task`, `opt`."""

    def read(
        self,
        interest: Interest,
        readers: Readers,
        *,
        again: Again | None = None,
        ahead: Ahead | None = None,
        crew: Crew | None = None,
    ) -> LayerContents:
        """Read the zip; each file's checksum is verified as it is read."""
        notes = Notes()
        with self.file() as stream:
            entries = zip_file.entries(stream, notes, self.prefix)
            return read_entries(entries, self.name, interest, readers, notes=notes, again=again, crew=crew)


def read_entries(
    entries: Iterator[Entry],
    what: str,
    interest: Interest,
    readers: Readers,
    *,
    notes: Notes,
    again: Again | None,
    crew: Crew | None,
) -> LayerContents:
    """Entries that are no layer of an image: of a zip, of a folder."""
    if again is not None:
        return read_again(entries, interest, readers, again, what=what)
    return read_layer(entries, interest, readers, notes=notes, whiteouts=False, what=what, crew=crew)
