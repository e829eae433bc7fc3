"""An OCI image layout: which manifest is meant, and which blobs are its config and layers.

Specification: https://github.com/opencontainers/image-spec/blob/main/image-layout.md
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from outrider import limits
from outrider.errors import InvalidInput
from outrider.model import json_document
from outrider.model.image import Platform
from outrider.scan.image import digest as digests
from outrider.scan.image import manifest as manifests
from outrider.scan.image.manifest import Descriptor, Manifest

NAME = "org.opencontainers.image.ref.name"
_FULL_NAME = "io.containerd.image.name"
_SOURCE = "the layout"

Read = Callable[[str, int], bytes]
"""Content of a small file of the layout by its relative path, at most so many bytes; raises InvalidInput when
there is no such file or it is larger."""


@dataclass(frozen=True, slots=True)
class Located:
    """The image that is meant."""

    digest: str
    """`sha256:…` of its manifest."""
    manifest: Manifest


def blob_path(digest: str) -> str:
    """Where a layout keeps the content with this digest. Raises InvalidInput for other than sha256."""
    return f"blobs/sha256/{digests.check_form(digest).removeprefix('sha256:')}"


def locate(read: Read, platform: Platform, name: str = "") -> Located:
    """Find the image of a layout: the one of that name, or the only one there is, for a platform.

    Raises InvalidInput when it is no layout, has no such image, has several and no name was given, or what
    it holds is not what its digests say.
    """
    marker = json_document.parse(read("oci-layout", limits.REGISTRY_ANSWER), "oci-layout")
    if not isinstance(marker, dict) or marker.get("imageLayoutVersion") != "1.0.0":
        raise InvalidInput("not an OCI image layout of version 1.0.0")
    data = read("index.json", limits.IMAGE_MANIFEST)
    index = manifests.parse(data, manifests.OCI_INDEX)
    if isinstance(index, Manifest):
        raise InvalidInput("the layout's index.json is not an index")
    named = _named(json_document.parse(data, "index.json"))
    chosen = [
        (entry_platform, descriptor)
        for (entry_platform, descriptor), entry_name in zip(index.entries, named, strict=True)
        if not name or name in entry_name
    ]
    if not chosen:
        known = sorted({label for labels in named for label in labels})
        raise InvalidInput(
            f"the layout has no image named {name!r}" if name else "the layout has no image",
            hint=f"it has: {', '.join(known[:20])}" if known else "",
        )
    return _resolve(read, _only(chosen, named, platform), platform)


def _only(
    chosen: list[tuple[Platform | None, Descriptor]], named: list[tuple[str, ...]], platform: Platform
) -> Descriptor:
    """The one descriptor that is meant."""
    if len({descriptor.digest for _, descriptor in chosen}) == 1:
        return chosen[0][1]
    fitting = {descriptor.digest: descriptor for there, descriptor in chosen if there == platform}
    if len(fitting) == 1:
        return next(iter(fitting.values()))
    known = sorted({label for labels in named for label in labels})
    raise InvalidInput(
        f"the layout has {len(chosen)} images, and which is meant is not clear",
        hint=f"name one of: {', '.join(known[:20])}" if known else "none of them has a name.",
    )


def _resolve(read: Read, descriptor: Descriptor, platform: Platform) -> Located:
    """Follow indexes down to the manifest for a platform."""
    for _ in range(limits.LAYOUT_DEPTH):
        data = read(blob_path(descriptor.digest), limits.IMAGE_MANIFEST)
        digests.verify(data, descriptor.digest, "a manifest", _SOURCE)
        found = manifests.parse(data, descriptor.media_type)
        if isinstance(found, Manifest):
            return Located(descriptor.digest, found)
        descriptor = found.select(platform)
    raise InvalidInput(f"the layout has indexes within indexes, more than {limits.LAYOUT_DEPTH} deep")


def _named(document: Any) -> list[tuple[str, ...]]:
    """Names of each entry of index.json, which was checked already."""
    return [_names_of(entry.get("annotations")) for entry in document["manifests"]]


def _names_of(annotations: Any) -> tuple[str, ...]:
    """The names that annotations give an image: the tag, and the full name as containerd writes it."""
    if not isinstance(annotations, dict):
        return ()
    return tuple(
        value for key in (NAME, _FULL_NAME) if isinstance(value := annotations.get(key), str) and value
    )
