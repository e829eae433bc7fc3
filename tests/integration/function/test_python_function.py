"""Python functions under AWS's own client: what comes back, what is logged, what stays and what goes."""

import json
from collections.abc import Callable

import pytest

from outrider.cli.emulator.local_function import LocalFunction
from outrider.errors import UsageError

Make = Callable[..., LocalFunction]


def texts(function: LocalFunction) -> list[str]:
    return [line.text for line in function.log_lines]


def test_a_response(warm: LocalFunction) -> None:
    response = warm.invoke({"do": "echo", "text": "gr\u00fc\u00dfe"})
    assert response.json() == {"do": "echo", "text": "gr\u00fc\u00dfe"}
    assert response.error is None
    assert response.outcome.status == "success"


def test_the_log_stream_of_a_cold_and_a_warm_invocation(local: Make) -> None:
    function = local(name="shop", memory=256)
    first, second = function.invoke({"do": "say", "text": "hi"}), function.invoke({"do": "echo"})
    lines = [line.text for line in first.logs]
    assert lines[0].startswith("INIT_START Runtime Version: python:")
    assert lines[1] == f"START RequestId: {first.request_id} Version: $LATEST"
    framed = [line for line in first.logs if line.text.startswith("[WARNING]")]
    assert len(framed) == 1
    assert framed[0].text.endswith("two\nlines"), "a message of two lines is one log event"
    assert {"plain", "error"} <= set(lines)
    assert lines[-2] == f"END RequestId: {first.request_id}"
    assert lines[-1].startswith(f"REPORT RequestId: {first.request_id}\tDuration: ")
    assert "\tMemory Size: 256 MB\t" in lines[-1]
    assert "\tInit Duration: " in lines[-1]
    assert first.init_ms is not None
    assert second.init_ms is None
    assert "Init Duration" not in second.text


def test_it_stays_warm_and_keeps_its_files(local: Make) -> None:
    function = local()
    assert [function.invoke({"do": "count"}).json() for _ in range(3)] == [1, 2, 3]
    assert function.invoke({"do": "write", "path": "/tmp/kept", "text": "x"}).json() == "written"
    assert function.invoke({"do": "read", "path": "/tmp/kept"}).json() == "x"
    function.shutdown()
    assert function.invoke({"do": "read", "path": "/tmp/kept"}).json() == "ENOENT"


def test_a_raised_error(warm: LocalFunction) -> None:
    response = warm.invoke({"do": "fail"})
    assert (response.error_type, response.error_message) == ("ValueError", "no good")
    assert response.outcome.status == "error"
    assert "/var/task/app.py" in json.dumps(response.json()["stackTrace"])
    assert warm.invoke({"do": "echo"}).error is None


def test_a_runtime_that_exits_is_started_anew_and_keeps_tmp(local: Make) -> None:
    function = local()
    function.invoke({"do": "write", "path": "/tmp/kept", "text": "x"})
    response = function.invoke({"do": "leave"})
    assert response.error == "Runtime.ExitError"
    assert response.error_message.endswith("Error: Runtime exited with error: exit status 3")
    assert "Status: error\tError Type: Runtime.ExitError" in response.text
    after = function.invoke({"do": "read", "path": "/tmp/kept"})
    assert after.json() == "x"
    assert after.init_ms is not None


def test_a_time_out_resets_the_environment(local: Make) -> None:
    function = local(timeout=1)
    function.invoke({"do": "count"})
    response = function.invoke({"do": "hang"})
    assert response.error == "Sandbox.Timedout"
    assert (
        response.error_message == f"RequestId: {response.request_id} Error: Task timed out after 1.00 seconds"
    )
    assert f"{response.request_id} Task timed out after 1.00 seconds" in response.text
    assert response.duration_ms >= 1000
    assert "Status: timeout" in response.text
    assert function.invoke({"do": "count"}).json() == 1


def test_the_deadline_is_told(local: Make) -> None:
    assert 15_000 < local(timeout=20).invoke({"do": "remaining"}).json() <= 20_000


def test_a_function_that_cannot_be_loaded(local: Make) -> None:
    function = local("broken.handler")
    assert function.start() is False
    assert any(text.startswith("INIT_REPORT Init Duration: ") for text in texts(function))
    response = function.invoke({})
    assert response.error == "Runtime.ImportModuleError"
    assert "there_is_no_such_module" in response.error_message
    kinds = [event["type"] for event in function.events]
    assert kinds.count("platform.initStart") == 1, "the second init, in the invoke phase"
    assert [event["record"]["phase"] for event in function.events if "init" in event["type"]] == [
        "invoke"
    ] * 3


def test_a_handler_that_is_not_there(local: Make) -> None:
    assert local("app.nobody").invoke({}).error == "Runtime.HandlerNotFound"


def test_init_within_the_invocation_has_the_functions_time(
    local: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("outrider.function.quotas.INIT", 0.5)
    function = local("slow.handler", timeout=1)
    response = function.invoke({})
    assert response.error == "Sandbox.Timedout"
    report = next(text for text in texts(function) if text.startswith("INIT_REPORT"))
    assert report.endswith("Phase: init\tStatus: timeout")


def test_a_response_over_six_megabytes(local: Make) -> None:
    function = local(timeout=10)
    assert len(function.invoke({"do": "large", "size": 6 << 20}).payload) == (6 << 20) + 2
    response = function.invoke({"do": "large", "size": 7 << 20})
    assert response.error == "Function.ResponseSizeTooLarge"
    assert response.error_message.startswith("Response payload size (7340034 bytes) exceeded maximum")


@pytest.mark.parametrize(
    "settings",
    [
        {"runtime": "cobol85"},
        {"timeout": 901},
        {"memory": 64},
        {"tmp": 511},
        {"environment": {"AWS_REGION": "x"}},
        {"environment": {"LONG": "x" * 4096}},
        {"directory": "/nowhere"},
    ],
)
def test_what_lambda_would_not_take(local: Make, settings: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        local(**settings)


def test_an_event_over_six_megabytes(warm: LocalFunction) -> None:
    with pytest.raises(UsageError):
        warm.invoke(b"x" * (7 << 20))
