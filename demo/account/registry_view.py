"""What a real OCI registry holds, as the stand-in for ECR needs it: repositories, tags, manifests, blobs.

A registry names manifests by tag, so here an image exists while a tag, or an index under a tag, leads
to it. One that lost its last tag is not seen, where ECR would still list it.
"""

import json
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

import requests

from demo.account.front import SECONDS

OCI_INDEX = "application/vnd.oci.image.index.v1+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
INDEXES = (OCI_INDEX, DOCKER_LIST)
MEDIA_TYPES = (*INDEXES, OCI_MANIFEST, DOCKER_MANIFEST)
_MOST_REPOSITORIES = 1000
"""More in one answer Debian's registry refuses to give."""
_DEPTH = 2
"""An index of indexes is as deep as anybody goes."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """One manifest or index, byte for byte."""

    digest: str
    media_type: str
    text: str
    pushed: float
    """Seconds since 1970; 0 where the registry does not say."""

    @property
    def children(self) -> tuple[str, ...]:
        """Digests of the manifests in an index."""
        listed = json.loads(self.text).get("manifests", ()) if self.media_type in INDEXES else ()
        return tuple(entry["digest"] for entry in listed)

    @property
    def size(self) -> int:
        """Compressed bytes of config and layers, as ECR's imageSizeInBytes; of an index its own."""
        document = json.loads(self.text)
        if self.media_type in INDEXES:
            return len(self.text)
        return sum(int(entry["size"]) for entry in (document["config"], *document["layers"]))


class RegistryView:
    """Reads one registry, `host:port`, over its HTTP API."""

    def __init__(self, host: str) -> None:
        self._root = f"http://{host}/v2"

    def repositories(self) -> list[str]:
        """All names, sorted."""
        return sorted(self._json(f"/_catalog?n={_MOST_REPOSITORIES}").get("repositories", ()))

    def tags(self, repository: str) -> dict[str, str]:
        """Tag → digest, sorted by tag; empty for a repository that holds nothing."""
        named = self._json(f"/{repository}/tags/list").get("tags") or ()
        found = {tag: self.manifest(repository, tag) for tag in sorted(named)}
        return {tag: manifest.digest for tag, manifest in found.items() if manifest}

    def images(self, repository: str) -> dict[str, list[str]]:
        """Digest → its tags, in order of digests; the children of indexes are there without tags."""
        found: dict[str, list[str]] = {}
        for tag, digest in self.tags(repository).items():
            found.setdefault(digest, []).append(tag)
        edge = list(found)
        for _ in range(_DEPTH):
            manifests = [self.manifest(repository, digest) for digest in edge]
            edge = [child for manifest in manifests if manifest for child in manifest.children]
            for digest in edge:
                found.setdefault(digest, [])
        return dict(sorted(found.items()))

    def manifest(self, repository: str, reference: str) -> Manifest | None:
        """By tag or digest; None where there is none."""
        reply = requests.get(
            f"{self._root}/{repository}/manifests/{reference}",
            headers={"Accept": ", ".join(MEDIA_TYPES)},
            timeout=SECONDS,
        )
        if not reply.ok:
            return None
        when = reply.headers.get("Last-Modified") or reply.headers.get("Date", "")
        pushed = parsedate_to_datetime(when).timestamp() if when else 0.0
        kind = reply.headers["Content-Type"].partition(";")[0]
        return Manifest(reply.headers["Docker-Content-Digest"], kind, reply.text, pushed)

    def has_blob(self, repository: str, digest: str) -> bool:
        """Whether the repository links this blob."""
        return requests.head(f"{self._root}/{repository}/blobs/{digest}", timeout=SECONDS).ok

    def blob(self, repository: str, digest: str, ranged: str) -> requests.Response:
        """A blob as a stream, whole or a range of it; the caller closes it."""
        headers = {"Accept-Encoding": "identity", **({"Range": ranged} if ranged else {})}
        return requests.get(
            f"{self._root}/{repository}/blobs/{digest}", headers=headers, stream=True, timeout=SECONDS
        )

    def _json(self, path: str) -> dict[str, list[str]]:
        reply = requests.get(self._root + path, timeout=SECONDS)
        found: dict[str, list[str]] = reply.json() if reply.ok else {}
        return found
