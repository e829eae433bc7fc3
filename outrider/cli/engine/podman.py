"""Containers by podman and runc, confined as on Fargate."""

import csv
import io
import json
import os
import resource
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from outrider.cli.engine import signals
from outrider.cli.engine.contract import BoundMount, Image, Launch
from outrider.cli.engine.network import TaskNetwork
from outrider.cli.engine.podman_setup import Setup, capped, write_containers_conf
from outrider.errors import EnvironmentFault
from outrider.fargate.task import Container
from outrider.model.outcome import Skipped
from outrider.scan.image import reference as references

_RUNNER = "com.outrider.runner"
"""Label of every container: `<pid>:<start time>` of the process that runs the task."""

_LOG_SIZE = "512mb"
"""A log file starts anew at this size."""

_ULIMITS = {
    "core": resource.RLIMIT_CORE,
    "cpu": resource.RLIMIT_CPU,
    "data": resource.RLIMIT_DATA,
    "fsize": resource.RLIMIT_FSIZE,
    "memlock": resource.RLIMIT_MEMLOCK,
    "msgqueue": resource.RLIMIT_MSGQUEUE,
    "nice": resource.RLIMIT_NICE,
    "nofile": resource.RLIMIT_NOFILE,
    "nproc": resource.RLIMIT_NPROC,
    "rss": resource.RLIMIT_RSS,
    "rtprio": resource.RLIMIT_RTPRIO,
    "rttime": resource.RLIMIT_RTTIME,
    "sigpending": resource.RLIMIT_SIGPENDING,
    "stack": resource.RLIMIT_STACK,
}
"""Names of task definitions → limits; `locks` does nothing on Linux."""


class Podman:
    """The engine of choice: namespaces, cgroups, capabilities and the seccomp profile are real."""

    name = "podman"

    def __init__(self, setup: Setup, network: TaskNetwork) -> None:
        self._setup = setup
        self._network = network
        self._ids: dict[str, str] = {}
        self._remove_orphans()

    def untested(self) -> tuple[Skipped, ...]:
        """What differs from Fargate with this engine."""
        return (
            Skipped("virtual machine", "the task shares this machine's kernel, on Fargate it has its own"),
        )

    def environment(self) -> dict[str, str]:
        """The variables with which `podman` finds these containers."""
        return self._setup.environment()

    def pull(self, reference: str) -> Image:
        """Pull an image, or take it from an OCI layout."""
        source, repository = _source(reference)
        try:
            pulled = self._run("pull", "--quiet", source).split()
        except EnvironmentFault as error:
            raise EnvironmentFault(
                f"CannotPullContainerError: {reference}: {error.message}",
                hint="a registry without TLS needs --registry-http HOST:PORT.",
            ) from None
        found = json.loads(self._run("image", "inspect", pulled[-1]))[0]
        config = found.get("Config") or {}
        return Image(
            id=found["Id"],
            digest=_digest(found, repository),
            volumes=tuple(config.get("Volumes") or ()),
            stop_signal=signals.number(str(config.get("StopSignal") or "SIGTERM")),
        )

    def seed(self, image: Image, path: str, target: Path) -> None:
        """Copy the image's content of a declared volume."""
        root = Path(self._run("image", "mount", image.id).strip())
        try:
            source = root / path.lstrip("/")
            if source.is_dir() and not source.is_symlink():
                self._program("cp", "-a", f"{source}/.", str(target))
        finally:
            self._run("image", "unmount", image.id)

    def create(self, launch: Launch) -> str:
        """Make the container."""
        name = launch.container.name
        settings = f"containers-{name}.conf"
        write_containers_conf(self._setup, settings, launch.capabilities)
        out = self._run(*self._arguments(launch), settings=settings)
        self._ids[name] = out.split()[-1]
        return self._ids[name]

    def start(self, name: str) -> int:
        """Start it; the PID is conmon's word, so it is there even if the process is already gone."""
        self._run("start", self._ids[name])
        return int(self._pid_file(name).read_text())

    def exit_code(self, name: str) -> int:
        """Wait for podman to have noticed, which is a matter of milliseconds."""
        return int(self._run("wait", "--interval", "20ms", self._ids[name]))

    def command(self, name: str, argv: Sequence[str]) -> subprocess.Popen[bytes]:
        """Run a command as ECS Exec does: beside the entry point, with the container's own rights."""
        return subprocess.Popen(  # noqa: S603 - an argv of our own
            ["podman", "exec", self._ids[name], *argv],  # noqa: S607 - found on PATH by the set-up
            env=self._environment("containers.conf"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def close(self) -> None:
        """Remove what we made. A podman that failed may leave its storage mounted; the next one undoes it."""
        self._remove(list(self._ids.values()))
        self._ids.clear()
        self._quietly("ps", "--quiet")

    def _arguments(self, launch: Launch) -> list[str]:
        """The command line of `podman create`."""
        container = launch.container
        network = f"ns:{self._network.path}" if self._network.path else "host"
        line = ["create", "--pull=never", f"--network={network}", f"--hostname={launch.hostname}"]
        line += [f"--name={container.name}-{os.getpid()}", f"--label={_RUNNER}={_life(os.getpid())}"]
        line += ["--log-driver=k8s-file", f"--log-opt=path={launch.log}", f"--log-opt=max-size={_LOG_SIZE}"]
        line += [f"--pidfile={self._pid_file(container.name)}", "--no-healthcheck", "--systemd=false"]
        line += ["--pids-limit=-1", "--unsetenv=container", "--unsetenv=TERM"]
        line += ["--security-opt=label=disable", "--security-opt=apparmor=unconfined"]
        line += [f"--security-opt=seccomp={launch.seccomp}"]
        if self._network.address:
            line.append(f"--add-host={launch.hostname}:{self._network.address}")
        for mount in launch.mounts:
            line.append(f"--mount={_bind(mount)}")
        line += [f"--env={key}={value}" for key, value in launch.environment]
        line += _own_options(container)
        if container.entry_point:
            line.append(f"--entrypoint={json.dumps(container.entry_point)}")
        return [*line, launch.image.id, *container.command]

    def _pid_file(self, name: str) -> Path:
        """Where conmon writes the PID of the container's first process."""
        return self._setup.settings / f"{name}.pid"

    def _remove_orphans(self) -> None:
        """Remove containers whose runner was killed before it could."""
        listed = json.loads(self._run("ps", "--all", f"--filter=label={_RUNNER}", "--format=json") or "[]")
        gone = [
            entry["Id"] for entry in listed or () if not _lives((entry.get("Labels") or {}).get(_RUNNER, ""))
        ]
        self._remove(gone)

    def _remove(self, ids: list[str]) -> None:
        """Remove containers, running or not, with their anonymous volumes."""
        if ids:
            self._quietly("rm", "--force", "--volumes", "--time=0", *ids)

    def _quietly(self, *arguments: str) -> None:
        """Run podman for its effect; what it says does not matter any more."""
        with suppress(EnvironmentFault):
            self._run(*arguments)

    def _run(self, *arguments: str, settings: str = "containers.conf") -> str:
        """Run podman to its end. Raises EnvironmentFault with what it said last."""
        return self._program("podman", *arguments, settings=settings)

    def _program(self, *command: str, settings: str = "containers.conf") -> str:
        """Run a program with podman's settings."""
        done = subprocess.run(  # noqa: S603 - an argv of our own
            command,
            env=self._environment(settings),
            capture_output=True,
            text=True,
            check=False,
            start_new_session=True,
        )
        if done.returncode != 0:
            raise EnvironmentFault(_complaint(done.stderr) or f"{command[0]}: exit status {done.returncode}")
        return done.stdout

    def _environment(self, settings: str) -> dict[str, str]:
        """Our environment with podman's settings."""
        return {**os.environ, **self._setup.environment(settings)}


def _own_options(container: Container) -> list[str]:
    """The options that follow from one container definition alone."""
    line = [f"--label={key}={value}" for key, value in container.labels]
    line += [f"--user={container.user}"] if container.user else []
    line += [f"--workdir={container.working_directory}"] if container.working_directory else []
    line += ["--read-only", "--read-only-tmpfs=false"] if container.read_only_root else []
    line += ["--init"] if container.init else []
    line += ["--tty"] if container.terminal else []
    for tmpfs in container.tmpfs:
        line.append(f"--tmpfs={tmpfs.path}:{','.join((f'size={tmpfs.size_mib}m', *tmpfs.options))}")
    for ulimit in container.ulimits:
        if limit := _ULIMITS.get(ulimit.name):
            line.append(f"--ulimit={ulimit.name}={capped(ulimit.soft, limit)}:{capped(ulimit.hard, limit)}")
    line += [
        f"--sysctl={key}={value}" for key, value in container.system_controls if not key.startswith("net.")
    ]
    return line


def _digest(found: dict[str, Any], repository: str) -> str:
    """The digest under which the image was pulled: one image may be known by several."""
    for entry in found.get("RepoDigests") or ():
        name, _, digest = str(entry).partition("@")
        if name == repository:
            return digest
    return found.get("Digest") or f"sha256:{found['Id']}"


def _complaint(stderr: str) -> str:
    """What went wrong, of all that podman said: the line that begins with Error, else the last one."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("Error: ")]
    return (errors or lines or [""])[-1].removeprefix("Error: ")


def _bind(mount: BoundMount) -> str:
    """A bind mount as podman reads it: one line of CSV, so a comma in a path stays in the path."""
    fields = ["type=bind", f"source={mount.source}", f"destination={mount.path}"]
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow([*fields, f"ro={str(mount.read_only).lower()}"])
    return line.getvalue()


def _source(reference: str) -> tuple[str, str]:
    """What to pull: in full, no tag beside a digest, which podman does not take. And its repository."""
    if reference.startswith("oci:"):
        return reference, ""
    found = references.parse(reference)
    repository = f"{found.registry}/{found.repository}"
    return f"docker://{repository}" + (f"@{found.digest}" if found.digest else f":{found.tag}"), repository


def _life(pid: int) -> str:
    """One life of a process: its PID and when it started, as PIDs come again."""
    status = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return f"{pid}:{status[19]}"


def _lives(label: str) -> bool:
    """Whether the process of a runner label is still the one."""
    pid = label.partition(":")[0]
    try:
        return pid.isdigit() and _life(int(pid)) == label
    except (OSError, IndexError):
        return False
