"""What a container engine has to be able to do for `outrider run`."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen
from typing import Protocol

from outrider.fargate.task import Container
from outrider.model.outcome import Skipped


@dataclass(frozen=True, slots=True)
class Image:
    """An image that the engine has."""

    id: str
    """By what the engine knows it."""
    digest: str
    """`sha256:…`, what ECS reports as ImageID."""
    volumes: tuple[str, ...] = ()
    """Paths that the image declares as VOLUME."""
    stop_signal: int = 15


@dataclass(frozen=True, slots=True)
class BoundMount:
    """A directory of this machine at a path of a container."""

    source: Path
    path: str
    read_only: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """Everything an engine needs to make one container."""

    container: Container
    image: Image
    environment: tuple[tuple[str, str], ...]
    hostname: str
    mounts: tuple[BoundMount, ...]
    capabilities: tuple[str, ...]
    """The bounding set, without `CAP_`."""
    seccomp: Path
    """The profile, as JSON of the OCI runtime specification."""
    log: Path
    """Where its output goes, a line each: `<RFC 3339 time> stdout|stderr F|P <text>`."""


class Engine(Protocol):
    """Makes, starts and removes containers. Every method raises EnvironmentFault when the engine fails."""

    name: str

    def untested(self) -> tuple[Skipped, ...]:
        """What a run with this engine does not show of Fargate."""

    def pull(self, reference: str) -> Image:
        """Get an image: a registry reference, or `oci:DIRECTORY[:TAG]`."""

    def seed(self, image: Image, path: str, target: Path) -> None:
        """Copy what the image has at `path`, owner and mode included, into the fresh directory `target`."""

    def create(self, launch: Launch) -> str:
        """Make the container, not running yet; the engine's id of it."""

    def start(self, name: str) -> int:
        """Start a container (again) and return the PID of its first process on this machine."""

    def exit_code(self, name: str) -> int:
        """The exit status of a container whose first process is gone (128 + N: signal N). Ends the others."""

    def command(self, name: str, argv: Sequence[str]) -> Popen[bytes]:
        """Start a further command in the container, as ECS Exec and health checks do."""

    def environment(self) -> dict[str, str]:
        """Variables with which the engine's own command finds these containers; for people and scripts."""

    def close(self) -> None:
        """Remove every container of this run, running or not. Does not raise."""
