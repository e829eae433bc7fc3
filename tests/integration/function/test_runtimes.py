"""Functions in other languages: Node under AWS's own client, and a runtime of one's own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from outrider.cli.emulator import interpreters
from outrider.cli.emulator.local_function import LocalFunction
from outrider.errors import EnvironmentFault
from outrider.function import runtimes

Make = Callable[..., LocalFunction]
CODE = Path(__file__).parent / "code"


@pytest.fixture(scope="module")
def node() -> str:
    version = interpreters.newest_node()
    assert version is not None, "these tests want node; .ci/setup installs it"
    return f"nodejs{version}.x"


@pytest.fixture(scope="module")
def warm(node: str) -> Iterator[LocalFunction]:
    with LocalFunction(CODE, "index.handler", node, timeout=20, memory=512) as function:
        yield function


def test_a_node_function(warm: LocalFunction) -> None:
    response = warm.invoke({"a": 1})
    assert response.error is None
    document = response.json()
    assert (document["event"], document["uid"], document["id"]) == ({"a": 1}, 993, response.request_id)
    assert "--expose-gc" in document["arguments"]
    assert any(line.text.endswith("\tINFO\thello") for line in response.logs)


def test_a_node_function_that_throws(warm: LocalFunction) -> None:
    response = warm.invoke({"do": "fail"})
    assert (response.error_type, response.error_message) == ("TypeError", "no good")


def test_a_streamed_response_over_six_megabytes(local: Make, node: str) -> None:
    function = local("index.stream", node, timeout=20)
    sizes: list[int] = []
    response = function.invoke({"parts": 8}, lambda part: sizes.append(len(part)))
    assert response.error is None
    assert sum(sizes) == 8 << 20
    assert response.outcome.reply.streamed
    assert len(function.invoke({"parts": 1}).payload) == 1 << 20


def test_a_stream_that_fails_on_the_way(local: Make, node: str) -> None:
    response = local("index.stream", node, timeout=20).invoke({"parts": 1, "fail": True})
    assert response.error is not None


def test_a_runtime_of_ones_own(local: Make) -> None:
    function = local(runtime="provided.al2023")
    assert function.invoke(b"quiet").payload == b"QUIET"
    assert function.invoke(b"again").payload == b"AGAIN"


def test_a_bootstrap_from_a_layer(local: Make, tmp_path: Path) -> None:
    (tmp_path / "code").mkdir()
    function = local(runtime="provided.al2", directory=tmp_path / "code", layers=[CODE])
    assert function.invoke(b"layer").payload == b"LAYER"


def test_a_runtime_without_bootstrap(local: Make, tmp_path: Path) -> None:
    response = local(runtime="provided.al2023", directory=tmp_path).invoke({})
    assert response.error == "Runtime.InvalidEntrypoint"


def test_an_interpreter_that_is_not_here() -> None:
    with pytest.raises(EnvironmentFault, match=r"python3\.19 wants Python 3\.19; found here: 3\."):
        interpreters.find(runtimes.parse("python3.19"), None)


def test_an_interpreter_of_another_version() -> None:
    with pytest.raises(EnvironmentFault, match="found here: none"):
        interpreters.find(runtimes.parse("python3.13"), Path("/bin/true"))
