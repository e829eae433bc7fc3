"""Where an account publishes signed policies: a place for each version of a container; and what says which
version a policy is for, so that one of another version is not taken at its place.

Standard library only, as what reads it beside a task.
"""

import re

from outrider.errors import InvalidInput

IMAGE = "{image}"
"""In a source of policies: the digest of the container's image, hex. So there is a place for each version."""
KEYS = "policies/{family}/{container}/" + IMAGE + ".policy"
"""In the account's bucket; the braces are what sidecars fill in."""

_NAME = re.compile(r"[A-Za-z0-9_-]{1,255}", re.ASCII)
"""Of a task family or a container, as ECS takes it."""
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}", re.ASCII)


def source(bucket: str) -> str:
    """The policies in a bucket, as OUTRIDER_POLICY of a sidecar names them."""
    return f"s3://{bucket}/{KEYS}"


def key(family: str, container: str, image: str) -> str:
    """Key of the policy of a version. Raises InvalidInput: it has no such names, or no digest."""
    _check(family, container, image)
    return KEYS.format(family=family, container=container, image=image.removeprefix("sha256:"))


def version(family: str, container: str, image: str) -> str:
    """What a policy says that it is for, see `CompiledPolicy.made_for`. Raises as `key`."""
    _check(family, container, image)
    return f"{family}/{container}@{image}"


def is_family(name: str) -> bool:
    """Whether a task family can have this name."""
    return _NAME.fullmatch(name) is not None


def is_image(digest: str) -> bool:
    """Whether this is the digest of an image, `sha256:…`."""
    return _DIGEST.fullmatch(digest) is not None


def digest_in(reference: str) -> str:
    """The digest (hex) by which a reference names an image; empty: it names it by a tag, which can move."""
    digest = reference.rpartition("@")[2]
    return digest.removeprefix("sha256:") if is_image(digest) and "@" in reference else ""


def _check(family: str, container: str, image: str) -> None:
    """Raises InvalidInput."""
    if not (_NAME.fullmatch(family) and _NAME.fullmatch(container) and _DIGEST.fullmatch(image)):
        raise InvalidInput("a version is named by a task family, a container and the digest of its image")
