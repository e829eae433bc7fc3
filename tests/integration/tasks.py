"""Tiny images and task definitions, and `outrider run` as a user runs it."""

import hashlib
import io
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

PATIENCE = 60.0
"""Seconds until a test gives up waiting; nothing here takes more than a few."""

_APPLETS = "sh cat cp env grep httpd id ls mkdir nc sleep stat touch unshare wget chmod chown mount"
_LAYER = "application/vnd.oci.image.layer.v1.tar"
_MANIFEST = "application/vnd.oci.image.manifest.v1+json"

needs_engine = pytest.mark.skipif(
    os.geteuid() != 0 or not all(map(shutil.which, ("podman", "runc", "ip", "busybox"))),
    reason="outrider run needs root, podman, runc, iproute2 and busybox-static",
)
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="changing the root directory needs root")


class ImageMaker:
    """Writes OCI layouts with one image of busybox and whatever else a test needs."""

    def __init__(self, where: Path) -> None:
        self._where = where

    def make(self, name: str, files: dict[str, bytes] | None = None, **config: Any) -> str:
        """An image; gives its reference as `oci:DIRECTORY`. File names that end in / are directories."""
        blobs = self._where / name / "blobs/sha256"
        blobs.mkdir(parents=True)
        layer = _blob(blobs, _layer(files or {}), _LAYER)
        document = {
            "architecture": {"x86_64": "amd64", "aarch64": "arm64"}[platform.machine()],
            "os": "linux",
            "config": {"Env": ["PATH=/bin"], **config},
            "rootfs": {"type": "layers", "diff_ids": [layer["digest"]]},
        }
        described = _blob(blobs, _json(document), "application/vnd.oci.image.config.v1+json")
        manifest = {"schemaVersion": 2, "mediaType": _MANIFEST, "config": described, "layers": [layer]}
        entry = _blob(blobs, _json(manifest), _MANIFEST)
        (self._where / name / "oci-layout").write_bytes(_json({"imageLayoutVersion": "1.0.0"}))
        (self._where / name / "index.json").write_bytes(_json({"schemaVersion": 2, "manifests": [entry]}))
        return f"oci:{self._where / name}"


def _json(document: Any) -> bytes:
    return json.dumps(document).encode()


def _blob(blobs: Path, data: bytes, media_type: str) -> dict[str, Any]:
    name = hashlib.sha256(data).hexdigest()
    (blobs / name).write_bytes(data)
    return {"mediaType": media_type, "digest": f"sha256:{name}", "size": len(data)}


def _layer(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name in ("bin", "etc", "srv", "tmp"):
            _add(archive, name, tarfile.DIRTYPE, mode=0o1777 if name == "tmp" else 0o755)
        _add(archive, "bin/busybox", data=Path(shutil.which("busybox") or "").read_bytes())
        for applet in _APPLETS.split():
            _add(archive, f"bin/{applet}", tarfile.SYMTYPE, link="busybox")
        _add(archive, "etc/passwd", data=b"root:x:0:0::/root:/bin/sh\napp:x:1000:1001::/srv:/bin/sh\n")
        _add(archive, "etc/group", data=b"root:x:0:\napp:x:1001:\nextra:x:2000:app\n")
        for name, data in files.items():
            if name.endswith("/"):
                _add(archive, name.rstrip("/"), tarfile.DIRTYPE, owner=1000, mode=0o750)
            else:
                _add(archive, name, data=data, owner=1000)
    return stream.getvalue()


def _add(
    archive: tarfile.TarFile,
    name: str,
    kind: bytes = tarfile.REGTYPE,
    *,
    data: bytes = b"",
    link: str = "",
    mode: int = 0o755,
    owner: int = 0,
) -> None:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.mode, info.size = kind, link, mode, len(data)
    info.uid = info.gid = owner
    archive.addfile(info, io.BytesIO(data))


def container(name: str = "web", script: str = "", **changes: Any) -> dict[str, Any]:
    """A container that runs a shell script; as first process a shell ignores SIGTERM: it gets 2 seconds."""
    command = {"command": ["/bin/sh", "-c", script]} if script else {}
    return {"name": name, "image": "app", "stopTimeout": 2, **command, **changes}


def taskdef(*containers: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A task definition that Fargate would take."""
    return {
        "family": "shop",
        "requiresCompatibilities": ["FARGATE"],
        "networkMode": "awsvpc",
        "cpu": "256",
        "memory": "512",
        "containerDefinitions": list(containers),
        **changes,
    }


@dataclass
class Run:
    """A run that has ended."""

    status: int
    errors: str
    task: dict[str, Any]
    out: dict[str, list[str]] = field(default_factory=dict)
    """Container → the lines it printed."""


@dataclass
class Running:
    """A run under way."""

    process: subprocess.Popen[str]
    state: Path

    @property
    def task(self) -> dict[str, Any]:
        """task.json as it is now."""
        found: dict[str, Any] = json.loads((self.state / "task.json").read_text())
        return found

    @property
    def address(self) -> str:
        """Where the task can be reached."""
        return str(self.task["network"]["address"])

    def printed(self, container: str) -> str:
        """The log file of a container as it is now."""
        path = self.state / "logs" / f"{container}.log"
        return path.read_text() if path.exists() else ""

    def until(self, wanted: Any) -> None:
        """Wait until `wanted()` holds; the run must not end before."""
        deadline = time.monotonic() + PATIENCE
        while not wanted():
            if self.process.poll() is not None or time.monotonic() > deadline:
                out, errors = self.process.communicate(timeout=PATIENCE)
                raise AssertionError(f"it did not come to that:\n{errors}\n{out}")
            time.sleep(0.05)


class Runner:
    """Runs tasks, all with one storage of images."""

    def __init__(self, where: Path) -> None:
        self.where = where
        self.storage = where / "storage"
        self._count = 0

    @contextmanager
    def start(self, definition: dict[str, Any], *options: str, ready: bool = True) -> Iterator[Running]:
        """A task under way; it is stopped in the end if it has not ended."""
        self._count += 1
        state, file = self.where / f"state-{self._count}", self.where / f"task-{self._count}.json"
        file.write_text(json.dumps(definition))
        line = [sys.executable, "-c", "from outrider.cli.main import main; main()", "run", str(file)]
        line += ["--state", str(state), "--storage", str(self.storage), "--json", *options]
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
        process = subprocess.Popen(
            line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
        )
        running = Running(process, state)
        try:
            if ready:
                running.until(lambda: (state / "task.json").exists() and running.task["ready"])
            yield running
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                process.communicate(timeout=PATIENCE)

    def run(self, definition: dict[str, Any], *options: str) -> Run:
        """A task from its start to its own end."""
        with self.start(definition, *options, ready=False) as running:
            return end(running, stop=False)


def end(running: Running, *, stop: bool = True) -> Run:
    """Stop a task, or let it end by itself."""
    if stop:
        running.process.send_signal(signal.SIGTERM)
    out, errors = running.process.communicate(timeout=PATIENCE)
    file = running.state / "task.json"
    found = Run(running.process.returncode, errors, running.task if file.exists() else {})
    for line in out.splitlines():
        entry = json.loads(line)
        found.out.setdefault(entry["container"], []).append(entry["text"])
    return found
