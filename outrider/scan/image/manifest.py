"""Image manifests and indexes: which blob is the config, and which manifest is for the platform we want.

Specification: https://github.com/opencontainers/image-spec (manifest.md, image-index.md)
"""

from dataclasses import dataclass
from typing import Any

from outrider import limits
from outrider.errors import InvalidInput
from outrider.model import json_document
from outrider.model.image import Platform
from outrider.scan.image import digest

OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
ACCEPTED = (OCI_INDEX, OCI_MANIFEST, DOCKER_LIST, DOCKER_MANIFEST)
"""Every manifest type we read; what a request offers in `Accept`."""

_INDEXES = {OCI_INDEX, DOCKER_LIST}
_CONFIGS = {"application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json"}
_SCHEMA_1 = "application/vnd.docker.distribution.manifest.v1"


@dataclass(frozen=True, slots=True)
class Descriptor:
    """A pointer to content: what it is, its name, and how large it is (bytes)."""

    media_type: str
    digest: str
    size: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """One image for one platform."""

    config: Descriptor
    layers: tuple[Descriptor, ...]


@dataclass(frozen=True, slots=True)
class Index:
    """Images of several platforms under one name."""

    entries: tuple[tuple[Platform | None, Descriptor], ...]
    """In the index's order. None: no platform is given."""

    def select(self, wanted: Platform) -> Descriptor:
        """The first manifest for a platform. Raises InvalidInput naming what there is instead.

        Attestations carry the platform `unknown/unknown` and so are never chosen.
        """
        for platform, descriptor in self.entries:
            if platform == wanted:
                return descriptor
        there = sorted({str(p) for p, _ in self.entries if p and p.os != "unknown"})
        raise InvalidInput(
            f"the image is not built for {wanted}; it is built for {', '.join(there) or 'no named platform'}",
            hint="set runtimePlatform.cpuArchitecture to what the image is, or push one for this platform.",
        )


def parse(data: bytes, content_type: str) -> Manifest | Index:
    """Read a manifest or index of at most `limits.IMAGE_MANIFEST` bytes.

    `content_type` is the registry's word for what it is.

    Raises InvalidInput, also for schema 1, and where the document and the registry do not agree on what it is
    (that ambiguity is an attack: https://nvd.nist.gov/vuln/detail/CVE-2021-41190).
    """
    if len(data) > limits.IMAGE_MANIFEST:
        raise InvalidInput(f"the manifest is larger than {limits.IMAGE_MANIFEST} bytes")
    document = json_document.parse(data, "the manifest")
    if not isinstance(document, dict):
        raise InvalidInput("the manifest is not a JSON object")
    media_type = _media_type(document, content_type.partition(";")[0].strip().lower())
    if "manifests" in document and ("config" in document or "layers" in document):
        raise InvalidInput("the manifest claims to be a manifest and an index at once")
    return _index(document) if media_type in _INDEXES else _manifest(document)


def _media_type(document: dict[str, Any], content_type: str) -> str:
    """What the document is, agreed by its own field and the registry's header."""
    own = document.get("mediaType", "")
    if not isinstance(own, str):
        raise InvalidInput("the manifest's mediaType is not text")
    if document.get("schemaVersion") == 1 or (own or content_type).startswith(_SCHEMA_1):
        raise InvalidInput(
            "the image has a schema 1 manifest, a format without verifiable configs that AWS dropped too",
            hint="push the image again with a current docker, podman or buildkit.",
        )
    if own and content_type in ACCEPTED and own != content_type:
        raise InvalidInput(f"the registry calls the manifest {content_type}, the manifest itself says {own}")
    found = own or content_type
    if found not in ACCEPTED:
        raise InvalidInput(
            f"unknown kind of manifest: {found[:100] or 'none given'}",
            hint="is it a container image? Charts, signatures and other artifacts cannot be run.",
        )
    return found


def _manifest(document: dict[str, Any]) -> Manifest:
    """Read an image manifest."""
    config = _descriptor(document.get("config"), "the config")
    if config.media_type not in _CONFIGS:
        raise InvalidInput(
            f"the manifest is not of a container image: its config is {config.media_type[:100]}",
            hint="charts, signatures and other artifacts cannot be run.",
        )
    layers = document.get("layers")
    if not isinstance(layers, list):
        raise InvalidInput("the manifest has no list of layers")
    return Manifest(config, tuple(_descriptor(layer, "a layer") for layer in layers))


def _index(document: dict[str, Any]) -> Index:
    """Read an index or manifest list."""
    entries = document.get("manifests")
    if not isinstance(entries, list):
        raise InvalidInput("the index has no list of manifests")
    if len(entries) > limits.IMAGE_INDEX_ENTRIES:
        raise InvalidInput(f"the index lists more than {limits.IMAGE_INDEX_ENTRIES} manifests")
    return Index(tuple((_platform(entry), _descriptor(entry, "a manifest")) for entry in entries))


def _platform(entry: Any) -> Platform | None:
    """The platform of an index entry; an arm64 of another variant than v8 is a platform of its own."""
    platform = entry.get("platform") if isinstance(entry, dict) else None
    if platform is None:
        return None
    if not isinstance(platform, dict):
        raise InvalidInput("the index has a platform that is not an object")
    os, architecture, variant = (platform.get(key, "") for key in ("os", "architecture", "variant"))
    if not (isinstance(os, str) and isinstance(architecture, str) and isinstance(variant, str)):
        raise InvalidInput("the index has a platform whose os, architecture or variant is not text")
    usual = (architecture, variant) in {("arm64", "v8"), ("amd64", "v1")}
    return Platform(os, architecture if usual or not variant else f"{architecture}/{variant}")


def _descriptor(value: Any, what: str) -> Descriptor:
    """Read a descriptor: a type, a sha256 digest and a size."""
    if not isinstance(value, dict):
        raise InvalidInput(f"the manifest does not describe {what}")
    media_type, name, size = (value.get(key) for key in ("mediaType", "digest", "size"))
    if not isinstance(media_type, str) or not isinstance(name, str):
        raise InvalidInput(f"the manifest does not give type and digest of {what}")
    if isinstance(size, bool) or not isinstance(size, int) or size < 0:
        raise InvalidInput(f"the manifest does not give the size of {what}")
    return Descriptor(media_type, digest.check_form(name), size)
