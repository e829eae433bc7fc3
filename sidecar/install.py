"""`init`: puts the supervisor and a first policy on the task volume, before the task's containers start."""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from time import sleep

import outrider
from outrider.errors import EnvironmentFault, OutriderError
from outrider.model.event import Event
from sidecar import notices, polling
from sidecar.files import make_directory, staged
from sidecar.loading import PolicyLoader
from sidecar.settings import Settings
from sidecar.switching import SwitchLoader

BINARY_MODE = 0o755
ARCHITECTURES = {"x86_64": "x86_64", "aarch64": "aarch64", "arm64": "aarch64"}
"""`uname -m` → folder of the supervisor built for it."""
RUN_SECONDS = 10
ATTEMPTS = 3
ATTEMPT_SECONDS = 3.0
"""Between attempts at a source that cannot be reached: the network of a new task may need a moment."""

NATIVE = Path(outrider.__file__).parent / "_native"

SECURE_VERSIONS = (
    " A version learns under OUTRIDER_ON_FAILURE=availability until its policy is published; and the task "
    "definition must name its image by digest (`outrider patch --pin`): ECS names digests later than this."
)


class NoFirstPolicy(EnvironmentFault):
    """In security mode: a task must not start without its policy."""


def install(settings: Settings, tell: Callable[[Event], None], native: Path = NATIVE) -> None:
    """Install the supervisor and a first policy for each container.

    Raises OutriderError when the supervisor cannot be installed, for then no application container could
    start at all, and NoFirstPolicy as OUTRIDER_ON_FAILURE wishes.
    """
    try:
        supervisor = supervisor_for(os.uname().machine, native)
        for path in (
            settings.binary,
            settings.guard,
            settings.socket,
            *map(settings.blob, settings.containers),
        ):
            make_directory(path.parent)
        install_binary(supervisor, settings.binary)
        lacking = not install_guard(supervisor.with_name("guard.so"), settings.guard)
    except OSError as error:
        raise EnvironmentFault(
            f"the supervisor cannot be installed: {error}",
            hint=f"the task volume must be mounted at {settings.directory}, writable, without noexec.",
        ) from None
    if lacking:
        tell(
            notices.trouble(
                "", "no guard.so in this image: where seccomp and ptrace are refused nothing is decided"
            )
        )
    switched = SwitchLoader(settings).load()
    for event in chain(notices.unknown_settings(settings.unknown), switched, first_policy(settings)):
        tell(event)


def supervisor_for(machine: str, native: Path) -> Path:
    """The supervisor for what `uname -m` says. Raises EnvironmentFault."""
    folder = ARCHITECTURES.get(machine)
    path = native / (folder or machine) / "outrider-run"
    if folder is None or not path.is_file():
        raise EnvironmentFault(
            f"there is no supervisor for {machine} in this image", hint="x86_64 and aarch64 are supported."
        )
    return path


def install_binary(source: Path, target: Path) -> None:
    """Copy the supervisor, and see it run from where it will be run. Raises OSError, EnvironmentFault."""
    with _copied(source, target) as temporary:
        try:
            done = subprocess.run(  # noqa: S603 - our own binary
                [str(temporary), "--version"], capture_output=True, timeout=RUN_SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            raise EnvironmentFault("the supervisor does not answer --version") from None
        if done.returncode:
            raise EnvironmentFault(f"the supervisor does not run here: exit {done.returncode}")


def install_guard(source: Path, target: Path) -> bool:
    """Copy what the third engine preloads; False: there is none. Raises OSError, EnvironmentFault.

    It is for the programs of the containers, so it is not tried here.
    """
    if not source.is_file():
        return False
    with _copied(source, target):
        return True


@contextmanager
def _copied(source: Path, target: Path) -> Iterator[Path]:
    """A copy that is whole, under another name; it takes its place at the end of `with`."""
    data = source.read_bytes()
    with staged(target, data, BINARY_MODE) as temporary:
        if temporary.read_bytes() != data:
            raise EnvironmentFault(f"{temporary} does not hold what was written to it")
        yield temporary
        temporary.replace(target)


def first_policy(settings: Settings) -> Iterator[Event]:
    """Load the policy; yields what there is to tell. Raises NoFirstPolicy in security mode."""
    loader = PolicyLoader(settings)
    for attempt in range(ATTEMPTS):
        if attempt:
            sleep(ATTEMPT_SECONDS)
        yield from polling.events(loader.load())
        if not loader.unreachable:
            break
    lacking = loader.without_policy()
    if lacking and settings.on_failure == "security":
        found = (loader.unreachable, loader.refused, loader.waiting)
        reasons = {why for told in found for why in told.values()} or {"it says nothing of them"}
        raise NoFirstPolicy(
            f"no policy from {settings.policy} for {', '.join(lacking)}: {'; '.join(sorted(reasons))}",
            hint="OUTRIDER_ON_FAILURE=security keeps a task from starting without its policy."
            + (SECURE_VERSIONS if loader.waiting else ""),
        )
    try:
        placed = loader.place_builtin()
    except OutriderError as error:
        yield notices.trouble("", f"not even the built-in policy could be placed: {error.message}")
        return
    for one in placed:
        if one.container in loader.waiting:
            continue  # which was said
        yield notices.trouble(
            one.container,
            f"STARTS WITHOUT ITS POLICY: builtin:learn (counter {one.policy.counter}) is in its place until "
            f"{settings.policy} can be loaded",
        )
