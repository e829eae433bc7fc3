"""What one layer holds, as far as anybody wants to know: small, whole in itself, and fit to be stored."""

from dataclasses import dataclass

from outrider.model.artifact import Executable
from outrider.model.finding import Secret
from outrider.model.outcome import Failed
from outrider.scan.inventory.extractor import Found


@dataclass(frozen=True, slots=True)
class Reading:
    """What one extractor said of one file."""

    extractor: str
    """Its name."""
    found: Found


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFacts:
    """What is known of one file. Its path is as `Entry.path`; those within are absolute."""

    path: str
    readings: tuple[Reading, ...] = ()
    executable: Executable | None = None
    secrets: tuple[Secret, ...] = ()
    failures: tuple[Failed, ...] = ()
    """What could not be read of it."""
    unsearched: bool = False
    """It is a text too large to be searched for secrets."""
    entry: str = ""
    """It was read under this name of the archive, because a link gives it the name `path`."""
    hardlink: str = ""
    """It is another name of this path, about which nothing is known in this layer."""

    @property
    def tells(self) -> bool:
        """Whether anything was found, or is still to be: of most files that somebody reads, nothing is."""
        return bool(
            self.executable
            or self.secrets
            or self.failures
            or self.unsearched
            or self.entry
            or self.hardlink
            or any(reading.found != _NOTHING for reading in self.readings)
        )


_NOTHING = Found()


@dataclass(frozen=True, slots=True)
class Link:
    """A symbolic link."""

    path: str
    target: str
    """As written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerContents:
    """One layer."""

    fingerprint: str = ""
    """Of the extractors and readers that looked."""
    files: tuple[FileFacts, ...] = ()
    """Sorted by path."""
    links: tuple[Link, ...] = ()
    """Sorted by path."""
    plain: bytes = b""
    """Short forms (`paths.digest`) of all paths that are not directories, in the archive's order."""
    directories: bytes = b""
    """Short forms of the directories."""
    whiteouts: bytes = b""
    """Short forms of the paths that the layer removes from those below."""
    opaque: bytes = b""
    """Short forms of directories of which nothing is left of the layers below; the root is the empty path."""
    entries: int = 0
    bytes: int = 0
    """Content of all its files, uncompressed."""
    diff_id: str = ""
    """`sha256:…` of its tar; empty where there is none."""
    digest: str = ""
    """`sha256:…` of its blob; empty where there is none."""
    size: int = 0
    """Bytes of the blob."""
    notes: tuple[str, ...] = ()
    """What was left out or made harmless, a sentence each."""
    failure: Failed | None = None
    """It could not be read to its end, or is not what it should be."""
