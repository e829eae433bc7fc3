"""What `docker save` and `podman save` write: a tar whose manifest.json names a config and layers by member.

Older engines have `ID/layer.tar`, newer ones an OCI layout with a manifest.json beside it; without a
manifest.json it is an OCI layout and read as one. Format:
https://github.com/moby/docker-image-spec/blob/main/spec.md#combined-image-json--filesystem-changeset-format
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from outrider import limits
from outrider.errors import InvalidInput
from outrider.model import json_document
from outrider.model.image import Platform
from outrider.scan.image import digest as digests
from outrider.scan.image import layout, names
from outrider.scan.image.entry import Entry, EntryKind

_BLOB = re.compile(r"(?:blobs/sha256/)?([0-9a-f]{64})(?:\.json|\.tar)?")


@dataclass(slots=True)
class Members:
    """The small members of an archive, and which member is another's second name."""

    small: dict[str, bytes] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    links: dict[str, str] = field(default_factory=dict)

    def real(self, name: str) -> str:
        """The member that a name means, links followed. Raises InvalidInput for a cycle."""
        for _ in range(limits.LINK_STEPS):
            if name not in self.links:
                return name
            name = self.links[name]
        raise InvalidInput(f"the archive has links in a circle at {names.shown(name)}")

    def read(self, name: str, most: int) -> bytes:
        """Content of a small member. Raises InvalidInput when it is missing or larger."""
        data = self.small.get(self.real(name))
        if data is None or len(data) > most:
            raise InvalidInput(f"the archive has no member {names.shown(name)} of at most {most} bytes")
        return data


@dataclass(frozen=True, slots=True)
class SavedLayer:
    """One layer."""

    member: str
    """Its name in the archive, links followed."""
    digest: str = ""
    """`sha256:…` that the blob must have; empty where only the config's diff ID says what it must be."""
    size: int = -1
    """Bytes that it must have; -1: not said."""
    media_type: str = ""


@dataclass(frozen=True, slots=True)
class Saved:
    """The image that is meant."""

    config: bytes
    """Its config blob."""
    layers: tuple[SavedLayer, ...]
    """Lowest first."""
    digest: str = ""
    """`sha256:…` of its manifest, where there is one; else of the config, which engines call the image ID."""
    tags: tuple[str, ...] = ()


def members(entries: Iterable[Entry]) -> Members:
    """Take the small members of an archive into memory in one pass. Raises InvalidInput over a cap."""
    found = Members()
    held = 0
    for entry in entries:
        found.small.pop(entry.path, None)
        found.links.pop(entry.path, None)
        if len(found.names) >= limits.ZIP_ENTRIES:
            raise InvalidInput(f"the archive has more than {limits.ZIP_ENTRIES} members")
        found.names.add(entry.path)
        if entry.kind is EntryKind.SYMLINK:
            folder = entry.path.rpartition("/")[0]
            found.links[entry.path] = names.normalise(f"{folder}/{entry.link}")
        elif entry.kind is EntryKind.HARDLINK:
            found.links[entry.path] = entry.link
        elif entry.kind is EntryKind.FILE and entry.size <= limits.IMAGE_CONFIG and (data := _json(entry)):
            held += len(data)
            if held > limits.SAVED_MEMBERS:
                raise InvalidInput("the archive has too many small members to be an image")
            found.small[entry.path] = data
    return found


def locate(found: Members, platform: Platform, name: str = "") -> Saved:
    """Find the image of an archive: the one with that tag, or the only one there is.

    Raises InvalidInput when the archive is no image, or which image is meant is not clear.
    """
    if "manifest.json" not in found.names:
        return _from_layout(found, platform, name)
    document = json_document.parse(found.read("manifest.json", limits.IMAGE_MANIFEST), "manifest.json")
    image = _choose(document, name)
    config_name = _member(image.get("Config"), found)
    config = found.read(config_name, limits.IMAGE_CONFIG)
    if expected := _digest_in(config_name):
        digests.verify(config, expected, "the image config", "the archive")
    layers = image.get("Layers")
    if not isinstance(layers, list):
        raise InvalidInput("manifest.json does not list the layers")
    return Saved(
        config=config,
        layers=tuple(SavedLayer(member := _member(layer, found), _digest_in(member)) for layer in layers),
        digest=digests.of(config),
        tags=_tags(image),
    )


def _from_layout(found: Members, platform: Platform, name: str) -> Saved:
    """An archive that is an OCI layout and nothing else."""
    if "index.json" not in found.names:
        raise InvalidInput(
            "the archive is not an image: it has no manifest.json and no index.json",
            hint="`docker save IMAGE -o FILE` and `skopeo copy … docker-archive:FILE` make one.",
        )
    located = layout.locate(found.read, platform, name)
    config = located.manifest.config
    data = found.read(layout.blob_path(config.digest), limits.IMAGE_CONFIG)
    return Saved(
        config=digests.verify(data, config.digest, "the image config", "the archive"),
        layers=tuple(
            SavedLayer(_member(layout.blob_path(item.digest), found), item.digest, item.size, item.media_type)
            for item in located.manifest.layers
        ),
        digest=located.digest,
        tags=(name,) if name else (),
    )


def _choose(document: Any, name: str) -> dict[str, Any]:
    """The image that is meant, of those that manifest.json lists."""
    if not isinstance(document, list) or not all(isinstance(image, dict) for image in document):
        raise InvalidInput("manifest.json is not a list of images")
    chosen = [image for image in document if not name or name in _tags(image)]
    if len(chosen) == 1:
        return dict(chosen[0])
    tags = sorted({tag for image in document for tag in _tags(image)})
    raise InvalidInput(
        f"the archive has {len(chosen)} images" + (f" named {name!r}" if name else ""),
        hint=f"name one of: {', '.join(tags[:20])}" if tags else "",
    )


def _tags(image: dict[str, Any]) -> tuple[str, ...]:
    """Tags of an image of manifest.json; wrong ones are no tags."""
    tags = image.get("RepoTags")
    return tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else ()


def _member(value: Any, found: Members) -> str:
    """The member that manifest.json names. Raises InvalidInput when there is none."""
    if not isinstance(value, str):
        raise InvalidInput("manifest.json does not name its config and layers")
    name = found.real(names.normalise(value))
    if name not in found.names:
        raise InvalidInput(f"the archive has no member {names.shown(name)}, which its manifest names")
    return name


def _digest_in(member: str) -> str:
    """The digest that a member's name promises; empty for the old names."""
    match = _BLOB.fullmatch(member)
    return f"sha256:{match.group(1)}" if match else ""


def _json(entry: Entry) -> bytes:
    """The content of a member that begins as JSON does; empty for others, such as small layers."""
    data = entry.read(limits.IMAGE_CONFIG)
    if data.lstrip()[:1] not in {b"{", b"["}:
        return b""
    return data + b"".join(iter(lambda: entry.read(limits.IMAGE_CONFIG), b""))
