"""Image references, read as Docker reads them: `nginx`, `ghcr.io/a/b:1.2`, `host:5000/x@sha256:…`.

Grammar: https://github.com/distribution/reference/blob/main/reference.go
"""

import re
from dataclasses import dataclass

from outrider import limits
from outrider.errors import InvalidInput
from outrider.scan.image import digest

DOCKER_HUB = "docker.io"
"""The registry meant by a reference that names none."""

_HUB_NAMES = {"index.docker.io", "registry-1.docker.io", DOCKER_HUB}
_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
_HOST = re.compile(rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9a-fA-F:]+\])(?::[0-9]{{1,5}})?")
_COMPONENT = re.compile(r"[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*")
_TAG = re.compile(r"\w[\w.-]{0,127}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Reference:
    """Where an image is, in full: registry, repository, and a tag or a digest."""

    registry: str
    """Host, with its port when one was written; `docker.io` for Docker Hub."""
    repository: str
    """`library/nginx` for Docker Hub's `nginx`."""
    tag: str
    """`latest` when neither tag nor digest was written; empty when only a digest was."""
    digest: str
    """`sha256:…`, or empty. When it is there, it decides and the tag is a comment."""

    @property
    def api_host(self) -> str:
        """The host that speaks the distribution API."""
        return "registry-1.docker.io" if self.registry == DOCKER_HUB else self.registry

    @property
    def target(self) -> str:
        """What to ask the registry for: the digest when there is one, else the tag."""
        return self.digest or self.tag

    def at(self, content: str) -> str:
        """The reference that means the content with this digest and no other, in the form ECS takes."""
        return f"{self.registry}/{self.repository}@{digest.check_form(content)}"


def parse(text: str) -> Reference:
    """Read a reference. Raises InvalidInput for anything Docker would not take."""
    if not text or len(text) > limits.IMAGE_REFERENCE:
        raise _refused(text, "it is empty" if not text else "it is too long")
    name, at, content = text.partition("@")
    if at:
        digest.check_form(content)
    head, slash, last = name.rpartition("/")
    last, colon, tag = last.partition(":")
    if colon and not _TAG.fullmatch(tag):
        raise _refused(text, f"{tag!r} is not a tag")
    registry, repository = _registry_and_repository(f"{head}{slash}{last}")
    if not _HOST.fullmatch(registry):
        raise _refused(text, f"{registry!r} is not a host name")
    if len(repository) > 255 or not all(_COMPONENT.fullmatch(part) for part in repository.split("/")):
        raise _refused(text, f"{repository!r} is not a repository name (lower case, digits, separators)")
    return Reference(registry, repository, tag or ("" if content else "latest"), content)


def _registry_and_repository(name: str) -> tuple[str, str]:
    """Split off the registry: the first part when it looks like a host, else Docker Hub."""
    first, slash, rest = name.partition("/")
    looks_like_host = "." in first or ":" in first or first == "localhost" or first != first.lower()
    if not slash or not looks_like_host:
        return DOCKER_HUB, name if slash else f"library/{name}"
    if first in _HUB_NAMES:
        return DOCKER_HUB, rest if "/" in rest else f"library/{rest}"
    return first, rest


def _refused(text: str, why: str) -> InvalidInput:
    """The error for a reference that is none."""
    return InvalidInput(
        f"not an image reference: {text[:200]!r}: {why}",
        hint="write it as registry/repository:tag or registry/repository@sha256:…",
    )
