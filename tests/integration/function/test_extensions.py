"""Extensions of their own processes: when each hears what, and what their trouble does to the function."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from outrider.cli.emulator.local_function import LocalFunction
from outrider.function.variables import NOT_FOR_EXTENSIONS

Make = Callable[..., LocalFunction]
CODE = Path(__file__).parent / "code"


@pytest.fixture
def layer(tmp_path: Path) -> Callable[..., Path]:
    """A layer whose extensions are the watcher, under these names."""

    def make(*names: str) -> Path:
        folder = tmp_path / "layer" / "extensions"
        folder.mkdir(parents=True)
        for name in names:
            shutil.copy(CODE / "watcher.py", folder / name)
            (folder / name).chmod(0o755)
        return folder.parent

    return make


def said(function: LocalFunction, name: str = "watcher") -> list[str]:
    return [line.text for line in function.log_lines if line.source == f"extension:{name}"]


def heard(function: LocalFunction, name: str = "watcher") -> list[dict[str, object]]:
    return [json.loads(text[6:]) for text in said(function, name) if text.startswith("event ")]


def test_a_life_with_an_extension(local: Make, layer: Callable[..., Path]) -> None:
    function = local(layers=[layer("watcher")], name="shop")
    responses = [function.invoke({"do": "echo"}) for _ in range(2)]
    function.shutdown()
    registered, *_ = said(function)
    assert registered == (
        'registered 200 {"functionName": "shop", "functionVersion": "$LATEST", "handler": "app.handler"}'
    )
    invoked, again, shutdown = heard(function)
    assert [invoked["requestId"], again["requestId"]] == [one.request_id for one in responses]
    assert invoked["eventType"] == "INVOKE"
    assert invoked["invokedFunctionArn"] == "arn:aws:lambda:us-east-1:123456789012:function:shop"
    assert (shutdown["eventType"], shutdown["shutdownReason"]) == ("SHUTDOWN", "spindown")
    lines = [line.text for line in function.log_lines]
    assert "EXTENSION\tName: watcher\tState: Ready\tEvents: [INVOKE, SHUTDOWN]" in lines
    environment = next(text for text in said(function) if text.startswith("environment "))
    assert not NOT_FOR_EXTENSIONS & set(json.loads(environment[12:]))


def test_several_extensions_in_one_environment(local: Make, layer: Callable[..., Path]) -> None:
    function = local(layers=[layer("one", "two", "three")])
    function.invoke({"do": "echo"})
    function.shutdown()
    for name in ("one", "two", "three"):
        assert [event["eventType"] for event in heard(function, name)] == ["INVOKE", "SHUTDOWN"]


def test_more_than_ten_extensions(local: Make, layer: Callable[..., Path]) -> None:
    function = local(layers=[layer(*(f"e{number}" for number in range(11)))])
    assert function.invoke({}).error == "Extension.TooManyExtensions"


@pytest.mark.parametrize(
    ("mode", "error"),
    [("crash", "Extension.Crash"), ("init-error", "Extension.InitError")],
)
def test_an_extension_in_trouble_keeps_the_function_from_starting(
    local: Make, layer: Callable[..., Path], mode: str, error: str
) -> None:
    function = local(layers=[layer("watcher")], environment={"WATCHER": mode})
    assert function.start() is False
    assert function.invoke({"do": "echo"}).error == error


def test_one_that_does_not_register_uses_up_the_init_phase(
    local: Make, layer: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("outrider.function.quotas.INIT", 0.3)
    function = local(layers=[layer("watcher")], environment={"WATCHER": "silent"}, timeout=1)
    assert function.start() is False
    assert function.invoke({"do": "echo"}).error == "Sandbox.Timedout"


def test_a_file_that_cannot_be_executed(local: Make, tmp_path: Path) -> None:
    folder = tmp_path / "layer" / "extensions"
    folder.mkdir(parents=True)
    (folder / "watcher").write_text("no program")
    assert local(layers=[folder.parent]).invoke({}).error == "Extension.LaunchError"


@pytest.mark.parametrize(("do", "reason"), [("hang", "timeout"), ("leave", "failure")])
def test_a_reset_shuts_extensions_down_with_its_reason(
    local: Make, layer: Callable[..., Path], do: str, reason: str
) -> None:
    function = local(layers=[layer("watcher")], timeout=1)
    function.invoke({"do": do})
    assert heard(function)[-1]["shutdownReason"] == reason
    assert function.invoke({"do": "count"}).json() == 1
    assert said(function).count(said(function)[0]) == 2, "registered a second time"


def test_without_a_wish_for_shutdown_it_is_killed(local: Make, layer: Callable[..., Path]) -> None:
    function = local(layers=[layer("watcher")], environment={"WATCHER": "invoke-only"})
    function.invoke({"do": "echo"})
    function.shutdown()
    assert [event["eventType"] for event in heard(function)] == ["INVOKE"]


def test_one_that_clings_is_killed_after_two_seconds(
    local: Make, layer: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("outrider.function.quotas.SHUTDOWN_EXTERNAL", 0.5)
    function = local(layers=[layer("watcher")], environment={"WATCHER": "clinging"})
    function.invoke({"do": "echo"})
    function.shutdown()
    assert heard(function)[-1]["eventType"] == "SHUTDOWN"


def test_telemetry(local: Make, layer: Callable[..., Path]) -> None:
    function = local(layers=[layer("watcher")], environment={"WATCHER": "telemetry"})
    first = function.invoke({"do": "say", "text": "x"})
    function.invoke({"do": "echo"})
    function.shutdown()
    told = [text.split(" ", 2)[1:] for text in said(function) if text.startswith("telemetry ")]
    kinds = [kind for kind, _ in told]
    assert 'subscribed "OK"' in said(function)
    assert kinds[:3] == ["platform.initStart", "platform.telemetrySubscription", "platform.initRuntimeDone"]
    assert {"platform.extension", "platform.initReport"} <= set(kinds)
    middle = kinds.index("platform.start")
    assert [kind for kind in kinds[middle:] if kind.startswith("platform")][:3] == [
        "platform.start",
        "platform.runtimeDone",
        "platform.report",
    ]
    report = json.loads(next(record for kind, record in told if kind == "platform.report"))
    assert report["requestId"] == first.request_id
    assert report["metrics"]["memorySizeMB"] == 128
    assert "initDurationMs" in report["metrics"]
    assert any(kind == "function" and record == '"plain"' for kind, record in told)
    assert "extension" not in kinds, "was not asked for"
    assert "TELEMETRY\tName: watcher\tState: Subscribed\tTypes: [Platform, Function]" in [
        line.text for line in function.log_lines
    ]


def test_telemetry_reaches_a_network_of_its_own(local: Make, layer: Callable[..., Path]) -> None:
    function = local(layers=[layer("watcher")], environment={"WATCHER": "telemetry"}, network="none")
    function.invoke({"do": "echo"})
    function.shutdown()
    assert any(text.startswith("telemetry platform.start ") for text in said(function))
