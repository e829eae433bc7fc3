"""podman on terms of ours: own storage, own settings, nothing of the machine's configuration, no trace in it.

runc and not crun, which refuses hybrid cgroups; resource limits no higher than our own, because raising them
takes a right that a container often lacks; locks in files, because the shared memory that podman would use is
shared with every other podman on the machine.
"""

import hashlib
import json
import os
import resource
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from outrider.cli.files import write_atomic
from outrider.errors import EnvironmentFault

INSTALL = "apt-get install podman runc iproute2"
_VOLATILE = Path("/run/outrider")
_INIT_PROGRAMS = (
    "/usr/libexec/podman/catatonit",
    "/usr/bin/catatonit",
    "/usr/bin/tini-static",
    "/usr/bin/tini",
)
_DEFAULTS = (("nofile", 65535, resource.RLIMIT_NOFILE), ("nproc", -1, resource.RLIMIT_NPROC))
"""Fargate's limit for open files (API reference, ulimits), and of processes as many as there may be."""


@dataclass(frozen=True, slots=True)
class Setup:
    """Where podman keeps what."""

    settings: Path
    """The settings files of this run."""
    storage: Path
    """Images, kept between runs, and the containers of the runs."""
    driver: str
    """`overlay` or `vfs`."""

    @property
    def volatile(self) -> Path:
        """What must not survive a reboot, in a directory of this storage's own."""
        key = hashlib.sha256(f"{self.storage.resolve()} {self.driver}".encode()).hexdigest()
        return _VOLATILE / key[:12]

    def environment(self, containers_conf: str = "containers.conf") -> dict[str, str]:
        """The variables that make podman use these settings and no others."""
        return {
            "CONTAINERS_CONF": str(self.settings / containers_conf),
            "CONTAINERS_STORAGE_CONF": str(self.settings / "storage.conf"),
            "CONTAINERS_REGISTRIES_CONF": str(self.settings / "registries.conf"),
        }


def set_up(settings: Path, storage: Path, insecure: Iterable[str]) -> Setup:
    """Write podman's settings, with the best storage driver that works; `insecure` registries have no TLS.

    Raises EnvironmentFault when podman is missing or does not work.
    """
    for program in ("podman", "runc", "conmon"):
        if shutil.which(program) is None:
            raise EnvironmentFault(f"{program} is missing", hint=INSTALL)
    settings.mkdir(parents=True, exist_ok=True)
    storage.mkdir(parents=True, exist_ok=True, mode=0o700)
    registries = ['unqualified-search-registries = ["docker.io"]']
    registries += [f"[[registry]]\nlocation = {json.dumps(host)}\ninsecure = true" for host in insecure]
    write_atomic(settings / "registries.conf", "\n".join(registries) + "\n")
    said = ""
    for driver in ("overlay", "vfs"):
        setup = Setup(settings, storage, driver)
        setup.volatile.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_containers_conf(setup, "containers.conf", ())
        store = {
            "driver": driver,
            "runroot": str(setup.volatile / "storage"),
            "graphroot": str(storage / driver),
        }
        write_atomic(settings / "storage.conf", "[storage]\n" + _toml(store))
        said = _complaint(setup)
        if not said:
            return setup
    raise EnvironmentFault(f"podman does not work here: {said}", hint="try --engine processes.")


def write_containers_conf(setup: Setup, name: str, capabilities: Iterable[str]) -> None:
    """Settings for making a container with this bounding set.

    Capabilities are given as podman's defaults, never with --cap-add: that would make them ambient for a user
    other than root, who has none on Fargate.
    """
    containers: dict[str, object] = {
        "default_capabilities": list(capabilities),
        "default_sysctls": [],
        "default_ulimits": default_ulimits(),
        "base_hosts_file": "none",
        "http_proxy": False,
    }
    if init := next((path for path in _INIT_PROGRAMS if os.access(path, os.X_OK)), None):
        containers["init_path"] = init
    engine: dict[str, object] = {
        "runtime": "runc",
        "cgroup_manager": "cgroupfs",
        "events_logger": "none",
        "lock_type": "file",
        "tmp_dir": str(setup.volatile / "libpod"),
    }
    write_atomic(setup.settings / name, f"[containers]\n{_toml(containers)}[engine]\n{_toml(engine)}")


def default_ulimits() -> list[str]:
    """Limits of a container as podman writes them: Fargate's where we may set them, ours where we may not."""
    return [f"{name}={capped(wanted, limit)}:{capped(wanted, limit)}" for name, wanted, limit in _DEFAULTS]


def capped(wanted: int, limit: int) -> int:
    """The value wanted, or as much of it as a container of podman's may have here; -1 means unlimited."""
    hard = resource.getrlimit(limit)[1]
    if limit == resource.RLIMIT_NPROC:
        # podman lowers its own limit to this before it starts a container.
        most = int(Path("/proc/sys/kernel/pid_max").read_text())
        hard = most if hard == resource.RLIM_INFINITY else min(hard, most)
    if hard == resource.RLIM_INFINITY:
        return wanted
    return hard if wanted < 0 else min(wanted, hard)


def _complaint(setup: Setup) -> str:
    """What podman says against these settings; empty when it works."""
    done = subprocess.run(
        ["podman", "ps", "--quiet"],  # noqa: S607 - found on PATH before
        env={**os.environ, **setup.environment()},
        capture_output=True,
        text=True,
        check=False,
    )
    return "" if done.returncode == 0 else done.stderr.strip()[-500:]


def _toml(table: Mapping[str, object]) -> str:
    """Flat TOML; strings, booleans and lists of strings are written as in JSON."""
    return "".join(f"{key} = {json.dumps(value)}\n" for key, value in table.items())
