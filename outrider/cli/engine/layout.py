"""Images in OCI layouts on disk, for running them without an engine.

Form: https://github.com/opencontainers/image-spec/blob/main/image-layout.md
"""

import hashlib
import json
import platform as machine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from outrider import limits
from outrider.cli.files import read_capped
from outrider.errors import InvalidInput
from outrider.model import json_document
from outrider.model.image import ImageConfig, Platform
from outrider.scan.image import config, digest, manifest
from outrider.scan.image.manifest import Descriptor, Index, Manifest

_TAG = "org.opencontainers.image.ref.name"
_NESTED_INDEXES = 2


@dataclass(frozen=True, slots=True)
class LocalImage:
    """An image of which every blob is on this disk and was checked."""

    digest: str
    """Of its manifest."""
    config: ImageConfig
    volumes: tuple[str, ...]
    stop_signal: str
    layers: tuple[Path, ...]


def this_platform() -> Platform:
    """What images must be built for to run here."""
    return Platform(
        "linux", {"x86_64": "amd64", "aarch64": "arm64"}.get(machine.machine(), machine.machine())
    )


def load(reference: str, platform: Platform) -> LocalImage:
    """The image `oci:DIRECTORY[:TAG]`. Raises InvalidInput, also when a blob is not what its name says."""
    directory, tag = place(reference)
    blobs = directory / "blobs" / "sha256"
    chosen = _from_index(directory, tag, platform, reference)
    for _ in range(_NESTED_INDEXES + 1):
        body = _small(blobs, chosen, limits.IMAGE_MANIFEST)
        found = manifest.parse(body, chosen.media_type)
        if isinstance(found, Manifest):
            return _image(blobs, chosen.digest, found)
        chosen = found.select(platform)
    raise InvalidInput(f"{reference}: an index of indexes of indexes")


def place(reference: str) -> tuple[Path, str]:
    """Directory and tag of `oci:DIRECTORY[:TAG]`; the tag is empty when there is none."""
    path = reference.removeprefix("oci:")
    head, colon, tag = path.rpartition(":")
    if colon and "/" not in tag and not Path(path).is_dir():
        return Path(head), tag
    return Path(path), ""


def _from_index(directory: Path, tag: str, platform: Platform, reference: str) -> Descriptor:
    """The one entry of the layout's index that is meant."""
    raw = read_capped(directory / "index.json", limits.IMAGE_MANIFEST, "the index of the layout")
    document = json_document.parse(raw, f"the index of {reference}")
    entries = document.get("manifests") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        raise InvalidInput(f"{reference} is not an OCI layout")
    if tag:
        entries = [entry for entry in entries if _tag(entry) == tag]
    index = manifest.parse(json.dumps({**document, "manifests": entries}).encode(), manifest.OCI_INDEX)
    if not isinstance(index, Index) or not index.entries:
        raise InvalidInput(f"{reference} holds no such image")
    if len(index.entries) == 1:
        return index.entries[0][1]
    return index.select(platform)


def _tag(entry: Any) -> str:
    """The name that a layout's index gives an image."""
    annotations = entry.get("annotations") if isinstance(entry, dict) else None
    return str(annotations.get(_TAG, "")) if isinstance(annotations, dict) else ""


def _image(blobs: Path, name: str, found: Manifest) -> LocalImage:
    """Check and collect the blobs of one image."""
    body = _small(blobs, found.config, limits.IMAGE_CONFIG)
    parsed = config.parse(body)
    inner = json_document.parse(body, "the image config").get("config") or {}
    volumes = inner.get("Volumes")
    return LocalImage(
        digest=name,
        config=parsed,
        volumes=tuple(volumes) if isinstance(volumes, dict) else (),
        stop_signal=str(inner.get("StopSignal") or "SIGTERM"),
        layers=tuple(_large(blobs, layer) for layer in found.layers),
    )


def _small(blobs: Path, wanted: Descriptor, cap: int) -> bytes:
    """A blob that is read into memory."""
    body = read_capped(_path(blobs, wanted), cap, f"blob {wanted.digest}")
    return digest.verify(body, wanted.digest, "the layout")


def _large(blobs: Path, wanted: Descriptor) -> Path:
    """A blob that stays on disk."""
    path = _path(blobs, wanted)
    try:
        with path.open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise InvalidInput(f"blob {wanted.digest} cannot be read: {error.strerror}") from None
    if f"sha256:{found}" != wanted.digest:
        raise InvalidInput(f"blob {wanted.digest} holds something else")
    return path


def _path(blobs: Path, wanted: Descriptor) -> Path:
    """Where a blob is."""
    return blobs / digest.check_form(wanted.digest).removeprefix("sha256:")
