"""Three calls of ECR's API and the addresses they hand out, over HTTP: moto has no layers to download.

Minimal on purpose; demo/account/ has the one over a real registry.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

TARGET = "AmazonEC2ContainerRegistry_V20150921."


def sha(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


class Ecr:
    def __init__(self) -> None:
        self.blobs: dict[str, bytes | Callable[[], Iterator[bytes]]] = {}
        self.manifests: dict[tuple[str, str], tuple[bytes, str]] = {}
        self.calls: list[str] = []
        self.immutable: set[str] = set()
        """Repositories whose tags cannot be moved."""
        self.cut_after = 0
        """Bytes after which each answer breaks off."""
        self.url = ""

    def put(self, repository: str, data: bytes, media_type: str, *tags: str) -> str:
        for name in (sha(data), *tags):
            self.manifests[repository, name] = (data, media_type)
        return sha(data)

    def answer(self, call: str, asked: dict[str, Any]) -> dict[str, Any]:
        self.calls.append(call)
        if call == "DescribeRepositories":
            (repository,) = asked["repositoryNames"]
            said = "IMMUTABLE" if repository in self.immutable else "MUTABLE"
            return {"repositories": [{"repositoryName": repository, "imageTagMutability": said}]}
        repository = asked["repositoryName"]
        if call == "GetDownloadUrlForLayer":
            digest = asked["layerDigest"]
            return {"downloadUrl": f"{self.url}/blobs/{digest}", "layerDigest": digest}
        wanted = asked["imageIds"][0]
        found = self.manifests.get((repository, wanted.get("imageDigest") or wanted.get("imageTag")))
        if found is None:
            return {"images": [], "failures": [{"imageId": wanted, "failureCode": "ImageNotFound"}]}
        tagged = self.manifests.get((repository, wanted.get("imageTag", "")))
        if tagged and wanted.get("imageDigest") not in (None, sha(tagged[0])):
            return {"images": [], "failures": [{"failureCode": "ImageTagDoesNotMatchDigest"}]}
        return {"images": [{"imageManifest": found[0].decode(), "imageManifestMediaType": found[1]}]}


@contextmanager
def serving() -> Iterator[Ecr]:
    ecr = Ecr()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            call = self.headers["X-Amz-Target"].removeprefix(TARGET)
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self._send(200, json.dumps(ecr.answer(call, asked)).encode())

        def do_GET(self) -> None:
            ecr.calls.append("blob")
            data = ecr.blobs.get(self.path.removeprefix("/blobs/"))
            if data is None:
                self._send(404, b"")
            elif callable(data):
                self.send_response(200)
                self.end_headers()
                for piece in data():
                    self.wfile.write(piece)
            else:
                start = int(self.headers.get("Range", "bytes=0-")[6:-1])
                body = data[start:]
                self._send(206 if start else 200, body, ecr.cut_after)

        def _send(self, status: int, body: bytes, cut: int = 0) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[:cut] if cut else body)
            if cut and cut < len(body):
                self.close_connection = True

        def log_message(self, *words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    ecr.url = f"http://127.0.0.1:{server.server_port}"
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield ecr
    finally:
        server.shutdown()
        server.server_close()
