"""What was found in an artifact - an image, a function's package, a folder, an SBOM - before anybody judges
it."""

from dataclasses import dataclass
from enum import StrEnum

from outrider.model.finding import Secret
from outrider.model.image import ImageConfig
from outrider.model.outcome import Outcome
from outrider.model.package import Package, Release


@dataclass(frozen=True, slots=True, kw_only=True)
class Executable:
    """A program of the artifact: what day-zero protection allows, and what a behaviour model is compared
    with."""

    path: str
    """Absolute."""
    sha256: str
    """64 lower-case hex digits."""
    size: int
    """Bytes."""
    mode: int
    """Permission bits, with set-user-ID (0o4000) and set-group-ID (0o2000)."""
    uid: int = 0
    capabilities: str = ""
    """Hex of the `security.capability` attribute; empty for none."""
    format: str = ""
    """`elf`, `script`, or empty when it is neither."""
    interpreter: str = ""
    """What the kernel starts it with: PT_INTERP of an ELF file, the path after `#!` of a script."""
    needs: tuple[str, ...] = ()
    """DT_NEEDED of an ELF file, in its order."""
    owner: str = ""
    """The OS package that put it there."""
    layer: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One layer of an image, lowest first."""

    diff_id: str
    """`sha256:…` of the uncompressed tar."""
    digest: str = ""
    """`sha256:…` of the blob as it is stored."""
    size: int = 0
    """Bytes of the blob."""
    instruction: str = ""
    """The line of the history that made it (`RUN apt-get install …`), as the image says."""
    base: bool = False
    """It belongs to the base image, as far as history and labels tell."""


@dataclass(frozen=True, slots=True)
class History:
    """One step of the image's history; it may have made no layer."""

    instruction: str
    empty: bool
    """It changed the config only."""
    created: str = ""
    """RFC 3339, as written."""


class Kind(StrEnum):
    """What an artifact is."""

    IMAGE = "image"
    FUNCTION = "function"
    DIRECTORY = "directory"
    SBOM = "sbom"
    TASK = "task definition"
    """Settings only: it has no files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """Everything found in one artifact, merged over its layers and sorted: the same bytes in, the same value
    out."""

    kind: Kind
    name: str
    """As the user named it."""
    digest: str = ""
    """`sha256:…` of the manifest, of the zip or of the SBOM; empty for a folder."""
    platform: str = ""
    """`linux/amd64`."""
    release: Release | None = None
    config: ImageConfig | None = None
    labels: tuple[tuple[str, str], ...] = ()
    healthcheck: bool | None = None
    """Whether the image config has a HEALTHCHECK; None: there is no config."""
    created: str = ""
    """RFC 3339, as the image says."""
    layers: tuple[Layer, ...] = ()
    history: tuple[History, ...] = ()
    packages: tuple[Package, ...] = ()
    executables: tuple[Executable, ...] = ()
    secrets: tuple[Secret, ...] = ()
    files: int = 0
    """Entries looked at, all layers together."""
    bytes: int = 0
    """Uncompressed bytes looked at."""
    runtime: str = ""
    """A function's runtime identifier, `python3.12`, where it is known."""
    outcomes: tuple[Outcome, ...] = ()
    """Of every part that had to be looked at: layers, files that could not be read, what was left out and
    why."""
