"""What is known of a container image: the part of its config that decides what a container starts."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Platform:
    """What an image must be built for, in the words of the OCI image specification."""

    os: str
    """`linux`."""
    architecture: str
    """`amd64` or `arm64`."""

    def __str__(self) -> str:
        return f"{self.os}/{self.architecture}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageConfig:
    """The fields of an OCI image config that a container without overrides starts from.

    Source: https://github.com/opencontainers/image-spec/blob/main/config.md
    """

    entrypoint: tuple[str, ...] = ()
    """ENTRYPOINT; empty when the image has none."""
    cmd: tuple[str, ...] = ()
    """CMD; empty when the image has none."""
    working_dir: str = ""
    """WORKDIR; empty means `/`."""
    user: str = ""
    """USER as written: `uid`, `name`, `uid:gid`; empty means root."""
    env: tuple[str, ...] = ()
    """`NAME=value`, in the image's order."""
    os: str = ""
    architecture: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedImage:
    """An image whose config was read, and by which name exactly that image can be asked for again."""

    reference: str
    """As the user wrote it."""
    config: ImageConfig
    pinned: str = ""
    """`repository@sha256:…` of what the reference named when it was read; empty when that is not known."""
