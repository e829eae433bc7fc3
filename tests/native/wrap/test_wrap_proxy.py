"""The Runtime API goes through the proxy if, and only if, there is one that answers."""

import socket
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from wrapped import Stage

API = "127.0.0.1:9001"
MAGIC = 0x3154535252545554
PORT_AT, RUNTIME_PID_AT, PAGE = 16, 28, 4096


def page(port: int, *, magic: int = MAGIC, version: int = 1, size: int = PAGE) -> bytes:
    """native/state.h."""
    return struct.pack("<QIII", magic, version, 0, port).ljust(size, b"\0")[:size]


@pytest.fixture
def listening() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def seen(stage: Stage) -> tuple[str, str]:
    environment = stage.tell(AWS_LAMBDA_RUNTIME_API=API).told["env"]
    return environment["AWS_LAMBDA_RUNTIME_API"], environment["OUTRIDER_RUNTIME_API"]


def test_a_proxy_that_answers_stands_between(stage: Stage, listening: int) -> None:
    (stage.directory / "state").write_bytes(page(listening))
    assert seen(stage) == (f"127.0.0.1:{listening}", API)


def test_the_runtimes_pid_is_told(stage: Stage) -> None:
    state = stage.directory / "state"
    state.write_bytes(page(0))
    outcome = stage.tell()
    assert struct.unpack_from("<i", state.read_bytes(), RUNTIME_PID_AT) == (outcome.pid,)


def test_without_an_extension_the_real_api_stays(stage: Stage) -> None:
    assert seen(stage) == (API, API)


def test_a_proxy_that_is_gone_is_passed_over(stage: Stage) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    (stage.directory / "state").write_bytes(page(port))
    assert seen(stage) == (API, API)


def test_a_proxy_that_takes_no_connection_is_passed_over(stage: Stage) -> None:
    waiting = []
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server:
        port = server.getsockname()[1]
        for _ in range(3):  # fill the backlog: who comes now waits
            client = socket.socket()
            client.setblocking(False)
            client.connect_ex(("127.0.0.1", port))
            waiting.append(client)
        (stage.directory / "state").write_bytes(page(port))
        assert seen(stage) == (API, API)
        for client in waiting:
            client.close()


@pytest.mark.parametrize(
    "content",
    [
        lambda port: page(port, magic=1),
        lambda port: page(port, version=2),
        lambda port: page(port, size=PAGE - 1),
        lambda port: page(port, size=PAGE + 1),
        lambda _port: page(0),
        lambda _port: page(70000),
        lambda _port: b"",
    ],
    ids=["magic", "version", "short", "long", "no proxy", "no port", "empty"],
)
def test_a_page_that_cannot_be_believed_is_passed_over(stage: Stage, listening: int, content: object) -> None:
    assert callable(content)
    (stage.directory / "state").write_bytes(content(listening))
    assert seen(stage) == (API, API)


def test_a_page_behind_a_link_is_passed_over(stage: Stage, listening: int, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(page(listening))
    (stage.directory / "state").symlink_to(tmp_path / "elsewhere")
    assert seen(stage) == (API, API)


def test_outside_lambda_there_is_no_api_to_name(stage: Stage, listening: int) -> None:
    (stage.directory / "state").write_bytes(page(listening))
    environment = stage.tell().told["env"]
    assert not {"AWS_LAMBDA_RUNTIME_API", "OUTRIDER_RUNTIME_API"} & environment.keys()
