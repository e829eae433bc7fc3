"""Registries to read from: Debian's real one, and small ones that lie, ask for tokens or send us away."""

import json
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import requests

from outrider.scan.image import digest
from outrider.scan.image.manifest import DOCKER_LIST, OCI_INDEX, OCI_MANIFEST

OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json"
PROGRAM = shutil.which("docker-registry")

CONFIG = """
version: 0.1
log: {{level: error, accesslog: {{disabled: true}}}}
storage: {{filesystem: {{rootdirectory: {root}}}, delete: {{enabled: true}}}}
http: {{addr: "127.0.0.1:{port}"}}
"""


@contextmanager
def debian_registry(where: Path) -> Iterator[str]:
    """Debian's docker-registry on a free loopback port; gives its host:port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    (where / "config.yml").write_text(CONFIG.format(root=where / "data", port=port))
    with (where / "log").open("wb") as log:
        process = subprocess.Popen(
            [str(PROGRAM), "serve", str(where / "config.yml")],
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
        )
    try:
        _wait(process, port, where / "log")
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def _wait(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    """Until the registry answers."""
    for _ in range(200):
        if process.poll() is not None:
            raise RuntimeError(f"docker-registry ended: {log.read_text()}")
        with suppress(requests.ConnectionError):
            if requests.get(f"http://127.0.0.1:{port}/v2/", timeout=5).ok:
                return
        time.sleep(0.05)
    raise RuntimeError("docker-registry does not answer")


def content(value: Any) -> bytes:
    """A JSON document as it is pushed."""
    return json.dumps(value).encode()


def config(architecture: str = "amd64", **fields: Any) -> bytes:
    """An image config."""
    return content(
        {
            "architecture": architecture,
            "os": "linux",
            "config": fields,
            "rootfs": {"type": "layers", "diff_ids": []},
        }
    )


def descriptor(data: bytes, media_type: str, **fields: Any) -> dict[str, Any]:
    """A descriptor of content."""
    return {"mediaType": media_type, "digest": digest.of(data), "size": len(data), **fields}


def manifest(config_data: bytes, media_type: str = OCI_MANIFEST) -> bytes:
    """An image manifest without layers."""
    config_type = OCI_CONFIG if media_type == OCI_MANIFEST else DOCKER_CONFIG
    described = descriptor(config_data, config_type)
    return content({"schemaVersion": 2, "mediaType": media_type, "config": described, "layers": []})


def index(*entries: tuple[bytes, str, str], media_type: str = OCI_INDEX) -> bytes:
    """An index of (manifest, os, architecture)."""
    described = [
        descriptor(data, json.loads(data)["mediaType"], platform={"os": system, "architecture": architecture})
        for data, system, architecture in entries
    ]
    return content({"schemaVersion": 2, "mediaType": media_type, "manifests": described})


def push_blob(host: str, repository: str, data: bytes) -> None:
    """Upload a blob in one piece."""
    start = requests.post(f"http://{host}/v2/{repository}/blobs/uploads/", timeout=10)
    place = start.headers["Location"]
    join = "&" if "?" in place else "?"
    done = requests.put(f"{place}{join}digest={digest.of(data)}", data=data, timeout=10)
    assert done.status_code == 201, done.text


def push_manifest(host: str, repository: str, data: bytes, target: str = "") -> str:
    """Upload a manifest or index under a tag, or its digest; gives its digest."""
    headers = {"Content-Type": json.loads(data)["mediaType"]}
    url = f"http://{host}/v2/{repository}/manifests/{target or digest.of(data)}"
    done = requests.put(url, data=data, headers=headers, timeout=10)
    assert done.status_code == 201, done.text
    return digest.of(data)


def push_image(host: str, name: str, config_data: bytes, media_type: str = OCI_MANIFEST) -> str:
    """Push a whole image as repository:tag; gives its digest."""
    repository, _, tag = name.partition(":")
    push_blob(host, repository, config_data)
    return push_manifest(host, repository, manifest(config_data, media_type), tag)


@dataclass
class Asked:
    """A request that a small server got."""

    path: str
    headers: dict[str, str]


@dataclass
class Answer:
    """What a small server answers."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Server:
    """A small server under way."""

    host: str
    asked: list[Asked]

    def authorizations(self) -> list[str]:
        """The Authorization header of each request; empty where there was none."""
        return [request.headers.get("authorization", "") for request in self.asked]


@contextmanager
def small_server(answer: Callable[[Asked], Answer]) -> Iterator[Server]:
    """A server on loopback that answers as it is told."""
    asked: list[Asked] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            request = Asked(self.path, {name.lower(): value for name, value in self.headers.items()})
            asked.append(request)
            reply = answer(request)
            self.send_response(reply.status)
            for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(OSError):  # the client may have heard enough
                self.wfile.write(reply.body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield Server(f"127.0.0.1:{server.server_port}", asked)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def static(contents: dict[str, Answer]) -> Callable[[Asked], Answer]:
    """Answers by the end of the path; 404 for the rest."""

    def answer(request: Asked) -> Answer:
        for end, reply in contents.items():
            if request.path.partition("?")[0].endswith(end):
                return reply
        return Answer(status=404)

    return answer


def of_image(config_data: bytes, tag: str = "1") -> dict[str, Answer]:
    """What a registry answers about one image."""
    data = manifest(config_data)
    reply = Answer(data, headers={"Content-Type": OCI_MANIFEST, "Docker-Content-Digest": digest.of(data)})
    return {
        f"/manifests/{tag}": reply,
        f"/manifests/{digest.of(data)}": reply,
        f"/blobs/{digest.of(config_data)}": Answer(config_data),
    }


__all__ = ["DOCKER_LIST", "OCI_INDEX", "OCI_MANIFEST"]
