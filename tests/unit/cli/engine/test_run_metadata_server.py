import json
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from outrider.cli.metadata_server import MetadataServer


@pytest.fixture
def base() -> Iterator[str]:
    listening = socket.create_server(("127.0.0.1", 0))
    server = MetadataServer(listening, {"/v4/id": {"Name": "web"}}.get)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.close()


def test_documents_are_served_with_or_without_a_query(base: str) -> None:
    for path in ("/v4/id", "/v4/id?x=1"):
        with urllib.request.urlopen(base + path) as answer:  # noqa: S310 - our own server
            assert answer.headers["Content-Type"] == "application/json"
            assert json.load(answer) == {"Name": "web"}


def test_other_paths_and_methods_are_refused(base: str) -> None:
    for path, data, status in (("/", None, 404), ("/v4/id/../..", None, 404), ("/v4/id", b"x", 501)):
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(base + path, data)  # noqa: S310 - our own server
        assert caught.value.code == status


@pytest.mark.parametrize(
    "raw", [b"\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\xff" * 100 + b"\r\n"]
)
def test_nonsense_does_not_stop_the_server(base: str, raw: bytes) -> None:
    port = int(base.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(raw)
        connection.shutdown(socket.SHUT_WR)
        connection.recv(4096)
    with urllib.request.urlopen(base + "/v4/id") as answer:  # noqa: S310 - our own server
        assert answer.status == 200
