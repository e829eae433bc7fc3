"""Where no engine can run: the unpacked image as root directory, and a plain process in it."""

import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from outrider.cli.engine import enter, layout, passwd, signals
from outrider.cli.engine.contract import Image, Launch
from outrider.cli.engine.layout import LocalImage
from outrider.cli.engine.network import TaskNetwork, run
from outrider.cli.engine.unpack import unpack
from outrider.errors import EnvironmentFault
from outrider.fargate.capabilities import BITS
from outrider.model.outcome import Skipped
from outrider.scan.image import reference as references

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_LAST_WORDS = 2.0
"""Seconds to read what an ended container printed; a process that left its session may keep the pipe open."""
_PR_SET_CHILD_SUBREAPER = 36


@dataclass
class _Made:
    """One container as far as there is one."""

    launch: Launch
    root: Path
    orders: dict[str, object]
    process: subprocess.Popen[bytes] | None = None
    readers: list[threading.Thread] = field(default_factory=list)


class Processes:
    """No engine at all: what it does not confine, it says."""

    name = "processes"

    def __init__(self, directory: Path, insecure: Iterable[str], network: TaskNetwork) -> None:
        self._directory = directory
        self._insecure = frozenset(insecure)
        self._network = network
        self._images: dict[str, LocalImage] = {}
        self._made: dict[str, _Made] = {}
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)

    def untested(self) -> tuple[Skipped, ...]:
        """What a run without an engine does not show."""
        return (
            Skipped("seccomp profile", "plain processes run without containerd's profile"),
            Skipped(
                "namespaces", "processes see each other and this machine's; the application is not PID 1"
            ),
            Skipped("restarts", "a restarted container finds its files as it left them, its /tmp too"),
            Skipped("ulimits, tmpfs, initProcessEnabled", "not set without an engine"),
        )

    def environment(self) -> dict[str, str]:
        """There is no command to find them with."""
        return {}

    def pull(self, reference: str) -> Image:
        """Take an image from an OCI layout, or have skopeo make one of it."""
        source = reference if reference.startswith("oci:") else self._fetch(reference)
        found = layout.load(source, layout.this_platform())
        self._images[found.digest] = found
        return Image(found.digest, found.digest, found.volumes, signals.number(found.stop_signal))

    def seed(self, image: Image, path: str, target: Path) -> None:
        """Copy the image's content of a declared volume."""
        root = self._directory / "rootfs" / ".seed"
        unpack(self._images[image.id].layers, _fresh(root))
        source = root / path.lstrip("/")
        if source.is_dir() and not source.is_symlink():
            subprocess.run(["cp", "-a", f"{source}/.", str(target)], check=False)  # noqa: S603, S607
        shutil.rmtree(root)

    def create(self, launch: Launch) -> str:
        """Unpack the image and write down how its process is to start."""
        name = launch.container.name
        image = self._images[launch.image.id]
        root = _fresh(self._directory / "rootfs" / name)
        unpack(image.layers, root)
        for path in ("dev", "proc", *(mount.path.lstrip("/") for mount in launch.mounts)):
            (root / path).mkdir(parents=True, exist_ok=True)
        self._made[name] = _Made(launch, root, self._orders(launch, image, root))
        return name

    def start(self, name: str) -> int:
        """Start the process; its output goes to the log file as conmon would write it."""
        made = self._made[name]
        made.process = subprocess.Popen(  # noqa: S603 - an argv of our own
            [sys.executable, "-I", enter.__file__, json.dumps(made.orders)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        streams = ((made.process.stdout, "stdout"), (made.process.stderr, "stderr"))
        made.readers = [
            threading.Thread(target=_copy_lines, args=(stream, label, made.launch.log), daemon=True)
            for stream, label in streams
        ]
        for reader in made.readers:
            reader.start()
        return made.process.pid

    def exit_code(self, name: str) -> int:
        """Reap it, and end whatever it left behind, as the end of a PID namespace would."""
        made = self._made[name]
        if made.process is None:
            raise EnvironmentFault(f"{name} was never started")
        code = made.process.wait()
        _end(made.root)
        for reader in made.readers:
            reader.join(_LAST_WORDS)
        return 128 - code if code < 0 else code

    def command(self, name: str, argv: Sequence[str]) -> subprocess.Popen[bytes]:
        """Run a further command with the container's root, user and mounts."""
        return subprocess.Popen(  # noqa: S603 - an argv of our own
            [
                sys.executable,
                "-I",
                enter.__file__,
                json.dumps({**self._made[name].orders, "argv": list(argv)}),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def close(self) -> None:
        """End every process of the run, also those that left their session: they are children of ours now."""
        for made in self._made.values():
            if made.process is not None and made.process.poll() is None:
                with suppress(ProcessLookupError):
                    os.killpg(made.process.pid, signal.SIGKILL)
                made.process.wait()
        for made in self._made.values():
            _end(made.root)
        self._made.clear()

    def _fetch(self, reference: str) -> str:
        """Copy an image from its registry into a layout."""
        if shutil.which("skopeo") is None:
            raise EnvironmentFault(
                f"CannotPullContainerError: {reference}: without podman, skopeo has to fetch images",
                hint="apt-get install skopeo, or --image NAME=oci:DIR.",
            )
        image = references.parse(reference)
        end = f"@{image.digest}" if image.digest else f":{image.tag}"
        target = f"oci:{self._directory / 'rootfs' / f'.image-{len(self._images)}'}"
        verify = str(image.registry not in self._insecure).lower()
        line = ["skopeo", "copy", "--quiet", f"--src-tls-verify={verify}"]
        try:
            run([*line, f"docker://{image.registry}/{image.repository}{end}", target])
        except EnvironmentFault as error:
            raise EnvironmentFault(
                f"CannotPullContainerError: {reference}: {error.message[-300:]}",
                hint="a registry without TLS needs --registry-http HOST:PORT.",
            ) from None
        return target

    def _orders(self, launch: Launch, image: LocalImage, root: Path) -> dict[str, object]:
        """What `enter` is told."""
        container, config = launch.container, image.config
        user = passwd.find(root, container.user or config.user)
        entry = container.entry_point or config.entrypoint
        given = container.command or (() if container.entry_point else config.cmd)
        own = dict(pair.partition("=")[::2] for pair in config.env)
        environment = {"PATH": _PATH, "HOME": user.home, "HOSTNAME": launch.hostname, **own}
        return {
            "network": self._network.path,
            "root": str(root),
            "mounts": [(str(mount.source), mount.path, mount.read_only) for mount in launch.mounts],
            "read_only": container.read_only_root,
            "capabilities": [BITS[name] for name in launch.capabilities],
            "uid": user.uid,
            "gid": user.gid,
            "groups": list(user.groups),
            "directory": container.working_directory or config.working_dir or "/",
            "argv": [*entry, *given],
            "environment": {**environment, **dict(launch.environment)},
        }


def _fresh(path: Path) -> Path:
    """An empty directory."""
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    return path


def _copy_lines(stream: IO[bytes], label: str, log: Path) -> None:
    """Append a stream to a log file, each line with time and label."""
    with log.open("ab", buffering=0) as file:
        for line in stream:
            time = datetime.now(UTC).isoformat()
            file.write(f"{time} {label} F ".encode() + line.rstrip(b"\n") + b"\n")


def _children(pid: int) -> list[int]:
    """The children of a process, whichever of its threads they belong to."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(FileNotFoundError):
            found += map(int, (task / "children").read_text().split())
    return found


def _end(root: Path) -> None:
    """Kill our children with this root directory; who loses a parent by that is our child next."""
    wanted = _identity(root)
    while ours := [
        pid for pid in _children(os.getpid()) if wanted and _identity(Path(f"/proc/{pid}/root")) == wanted
    ]:
        for child in ours:
            with suppress(ProcessLookupError, ChildProcessError):
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)


def _identity(directory: Path) -> tuple[int, int] | None:
    """What tells a directory from all others, also through another mount namespace."""
    try:
        status = directory.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
