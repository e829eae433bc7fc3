"""Layers as streams: from Debian's real registry, and from those that break off, stall, lie or start over."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
import registries as r
from registries import Answer, Asked, small_server

from outrider.cli.registry import Registry
from outrider.cli.registry_blob import Blob
from outrider.errors import EnvironmentFault, InvalidInput
from outrider.scan.image import digest
from outrider.scan.image.manifest import Descriptor
from outrider.scan.image.reference import parse

LAYER = random.Random(1).randbytes(300_000)  # noqa: S311 - any bytes do
NAME = digest.of(LAYER)
real = pytest.mark.skipif(r.PROGRAM is None, reason="docker-registry is not installed")


def blob(host: str, size: int = len(LAYER), clock: Iterator[float] | None = None) -> Blob:
    registry = Registry(plain_http=frozenset({host}), sleep=lambda seconds: None)
    wanted = Descriptor("application/vnd.oci.image.layer.v1.tar", NAME, size)
    made = Blob(registry, parse(f"{host}/shop:1"), wanted)
    if clock is not None:
        made.clock = lambda: next(clock)
    return made


def whole(stream: Blob) -> bytes:
    pieces = []
    while piece := stream.read(10_000):
        pieces.append(piece)
    return b"".join(pieces)


def breaking(times: int, *, ranges: bool) -> "tuple[list[str], object]":
    """A registry that breaks off in the middle so many times."""
    asked: list[str] = []

    def answer(request: Asked) -> Answer:
        wanted = request.headers.get("range", "")
        asked.append(wanted)
        start = int(wanted.removeprefix("bytes=").partition("-")[0] or 0) if ranges else 0
        rest = LAYER[start:]
        said = {"Content-Length": str(len(rest))}
        cut = rest[: len(rest) // 2] if len(asked) <= times else rest
        return Answer(cut, 206 if ranges and start else 200, {**said, "Connection": "close"})

    return asked, answer


@real
def test_a_layer_comes_from_a_real_registry(tmp_path: Path) -> None:
    with r.debian_registry(tmp_path) as host:
        r.push_blob(host, "shop", LAYER)
        assert whole(blob(host)) == LAYER


@pytest.mark.parametrize("ranges", [True, False])
def test_a_broken_connection_is_taken_up_where_it_broke(ranges: bool) -> None:
    asked, answer = breaking(2, ranges=ranges)
    with small_server(answer) as server:  # type: ignore[arg-type]
        assert whole(blob(server.host)) == LAYER
    assert asked == ["", "bytes=150000-", "bytes=225000-" if ranges else "bytes=150000-"]


def test_who_breaks_off_for_ever_is_given_up() -> None:
    _, answer = breaking(100, ranges=True)
    with (
        small_server(answer) as server,  # type: ignore[arg-type]
        pytest.raises((InvalidInput, EnvironmentFault)),
    ):
        whole(blob(server.host))


def test_more_than_was_announced_is_refused() -> None:
    with (
        small_server(lambda request: Answer(LAYER)) as server,
        pytest.raises(InvalidInput, match="more than the announced"),
    ):
        whole(blob(server.host, size=len(LAYER) - 5_000))


def test_less_than_was_announced_is_refused() -> None:
    with (
        small_server(lambda request: Answer(LAYER)) as server,
        pytest.raises((InvalidInput, EnvironmentFault)),
    ):
        whole(blob(server.host, size=len(LAYER) + 5_000))


def test_who_sends_too_slowly_is_given_up() -> None:
    hours = iter(range(0, 36_000_000, 3600))
    with (
        small_server(lambda request: Answer(LAYER)) as server,
        pytest.raises(EnvironmentFault, match="KiB a second"),
    ):
        whole(blob(server.host, clock=(float(hour) for hour in hours)))


def test_compression_that_nobody_asked_for_is_refused() -> None:
    with (
        small_server(lambda request: Answer(LAYER, headers={"Content-Encoding": "gzip"})) as server,
        pytest.raises(InvalidInput, match="compressed"),
    ):
        whole(blob(server.host))


def test_a_layer_that_is_not_there() -> None:
    with (
        small_server(lambda request: Answer(status=404)) as server,
        pytest.raises(EnvironmentFault, match="does not have"),
    ):
        whole(blob(server.host))


def test_an_empty_layer() -> None:
    with small_server(lambda request: Answer(b"")) as server:
        assert whole(blob(server.host, size=0)) == b""
