"""Images of ECR: from a job to an artifact whose layers are read as they stream by."""

import re
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from outrider import limits
from outrider.errors import InvalidInput
from outrider.model.image import Platform
from outrider.scan.artifact import Artifact
from outrider.scan.image import manifest
from outrider.scan.image.archive import SavedLayer
from outrider.scan.image.manifest import Descriptor, Index, Manifest
from outrider.scan.opened import image_of
from outrider.scan.parts import Open
from scanner_lambda.aws.download import Read

_REFERENCE = re.compile(
    r"(?P<account>\d{12})\.dkr[.-]ecr(?:-fips)?\.(?P<region>[a-z]{2,3}(?:-[a-z]+)+-\d)\.[a-z.]+/"
    r"(?P<repository>[a-z0-9._/-]{1,256})(?::(?P<tag>[\w.-]{1,128}))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?"
)


class Repositories(Protocol):
    """The ECR of one account and region."""

    def manifest(self, repository: str, *, digest: str = "", tag: str = "") -> tuple[bytes, str, str]:
        """Manifest or index, its media type, its digest."""

    def blob(self, repository: str, digest: str, what: str) -> AbstractContextManager[Read]:
        """A blob as a stream."""

    def config(self, repository: str, wanted: Descriptor, cap: int) -> bytes:
        """A small blob, verified."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in ECR an image lies."""

    account: str
    region: str
    repository: str
    digest: str = ""
    tag: str = ""

    def reference(self, digest: str) -> str:
        """The image as a client would pull it."""
        domain = "amazonaws.com.cn" if self.region.startswith("cn-") else "amazonaws.com"
        return f"{self.account}.dkr.ecr.{self.region}.{domain}/{self.repository}@{digest}"


def place_of(reference: str) -> Place:
    """Where an image reference points. Raises InvalidInput for one that is not of ECR."""
    found = _REFERENCE.fullmatch(reference)
    if not found or not (found["digest"] or found["tag"]):
        raise InvalidInput(f"not an image of ECR: {reference[:100]!r}")
    return Place(
        found["account"], found["region"], found["repository"], found["digest"] or "", found["tag"] or ""
    )


@dataclass(frozen=True, slots=True)
class Found:
    """A manifest that was verified, and its digest."""

    digest: str
    manifest: Manifest


def find(
    ecr: Repositories, place: Place, platforms: Sequence[Platform]
) -> tuple[Found | None, dict[str, str]]:
    """The image at a place; or, of an index with several that we want, platform → digest.

    An index with one image that we want is that image. Raises InvalidInput where it has none of them, and for
    manifests that lie.
    """
    found, digest = _manifest(ecr, place.repository, place.digest, place.tag)
    if isinstance(found, Manifest):
        return Found(digest, found), {}
    children = _wanted(found, platforms)
    if len(children) > 1:
        return None, children
    child = next(iter(children.values()))
    inner, child = _manifest(ecr, place.repository, child, "")
    if isinstance(inner, Index):
        raise InvalidInput(f"{place.repository}@{digest}: an index inside an index")
    return Found(child, inner), {}


def opened(ecr: Repositories, place: Place, found: Found) -> Artifact:
    """The image with its config read; its layers are fetched when they are opened. Raises InvalidInput."""
    config = ecr.config(place.repository, found.manifest.config, limits.IMAGE_CONFIG)
    layers = [SavedLayer("", one.digest, one.size, one.media_type) for one in found.manifest.layers]
    blobs: list[Open] = [
        partial(ecr.blob, place.repository, one.digest, f"layer {one.digest[:19]}…")
        for one in found.manifest.layers
    ]
    return image_of(place.reference(found.digest), config, found.digest, layers, blobs)


def _manifest(ecr: Repositories, repository: str, digest: str, tag: str) -> tuple[Manifest | Index, str]:
    """A manifest or index."""
    data, media_type, name = ecr.manifest(repository, digest=digest, tag=tag)
    return manifest.parse(data, media_type), name


def _wanted(index: Index, platforms: Sequence[Platform]) -> dict[str, str]:
    """Platform → digest of the index's images for these platforms, in their order; never empty."""
    found: dict[str, str] = {}
    for platform in platforms:
        if any(one == platform for one, _ in index.entries):
            found[str(platform)] = index.select(platform).digest
    return found or {str(platforms[0]): index.select(platforms[0]).digest}  # raises: says what there is
