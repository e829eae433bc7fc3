"""Debian's docker-registry on a loopback port of its own, for as long as a `with` block lasts."""

import os
import re
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from outrider.errors import EnvironmentFault

START_SECONDS = 15
_REQUEST = re.compile(r'"([A-Z]+ /v2/\S+) HTTP/')
PORT = 5055
"""Taken when it is free: the same references in every run, so that images are known the second time."""


@contextmanager
def running(state: Path, *, told: bool = False) -> Iterator[str]:
    """Start a registry that keeps its blobs in `state`; yield its `host:port`.

    `told`: it writes down every request, for `requests`.
    """
    program = shutil.which("docker-registry", path=f"{os.environ.get('PATH', '')}:/usr/bin:/usr/sbin")
    if program is None:
        raise EnvironmentFault("docker-registry is missing", hint="apt-get install docker-registry")
    host = f"127.0.0.1:{_port()}"
    state.mkdir(parents=True, exist_ok=True)
    config = state / "config.yml"
    # A config file and no environment: docker-registry reads REGISTRY_* variables of its caller.
    config.write_text(
        f"version: 0.1\nlog: {{level: error, accesslog: {{disabled: {'false' if told else 'true'}}}}}\n"
        f"storage: {{filesystem: {{rootdirectory: {state}/blobs}}}}\nhttp: {{addr: '{host}'}}\n"
    )
    with (state / "log").open("wb") as log:
        process = subprocess.Popen(
            [program, "serve", str(config)], stdout=log, stderr=log, env={"PATH": "/usr/bin"}
        )
    try:
        _wait(host, process, state / "log")
        yield host
    finally:
        process.terminate()
        process.wait(10)


def requests(state: Path) -> list[str]:
    """What a registry that is `told` was asked since it began: `GET /v2/shop/web/manifests/1`."""
    return _REQUEST.findall((state / "log").read_text(errors="replace"))


def push(layout: Path, reference: str) -> None:
    """Copy an OCI layout, every architecture it has, to `reference` (`host:port/name:tag`)."""
    command = ["skopeo", "copy", "--quiet", "--all", "--insecure-policy", "--dest-tls-verify=false"]
    done = subprocess.run(
        [*command, f"oci:{layout}", f"docker://{reference}"], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise EnvironmentFault(f"skopeo could not push {reference}:\n{done.stderr[-2000:]}")


def _port() -> int:
    """PORT, or another one when somebody listens there."""
    for wanted in (PORT, 0):
        with suppress(OSError), socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", wanted))
            return int(probe.getsockname()[1])
    raise EnvironmentFault("no free port on 127.0.0.1")


def _wait(host: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://{host}/v2/", timeout=1):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise EnvironmentFault(f"the registry did not start:\n{log.read_text()[-2000:]}")
