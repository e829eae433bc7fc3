"""Amazon's own runtime client, whose HTTP is libcurl's, through the proxy."""

import subprocess
import sys
from pathlib import Path

import pytest
from extension_fixtures import Start
from policies import policy, written
from strict_platform import Event, StrictPlatform, until

HANDLER = """
import json

def answer(event, context):
    if event.get("fail"):
        raise ValueError("no such luck")
    return {"id": context.aws_request_id, "size": len(json.dumps(event)), "big": "z" * event.get("want", 0)}
"""
BROKEN = "raise RuntimeError('at import')\n"


@pytest.fixture
def task(tmp_path: Path) -> Path:
    made = tmp_path / "task"
    made.mkdir()
    made.joinpath("app.py").write_text(HANDLER)
    made.joinpath("broken.py").write_text(BROKEN)
    return made


def client(task: Path, handler: str, port: int) -> "subprocess.Popen[bytes]":
    environment = {
        "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{port}",
        "LAMBDA_TASK_ROOT": str(task),
        "AWS_LAMBDA_FUNCTION_NAME": "shop",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
        "AWS_LAMBDA_FUNCTION_VERSION": "7",
        "AWS_LAMBDA_LOG_GROUP_NAME": "g",
        "AWS_LAMBDA_LOG_STREAM_NAME": "s",
        "PATH": "/usr/bin:/bin",
    }
    command = [sys.executable, "-m", "awslambdaric", handler]
    return subprocess.Popen(
        command, env=environment, cwd=task, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def test_the_real_runtime_client(start: Start, platform: StrictPlatform, task: Path, tmp_path: Path) -> None:
    rule = {"kind": "invoke", "source": "direct"}
    blob = policy("block", rule, event={"max_bytes": 5_500_000}, invoke="block")
    running = start(OUTRIDER_POLICY=written(tmp_path, blob))
    with client(task, "app.answer", running.port) as runtime:
        events = {
            "small": b'{"a": 1}',
            "refused": b'{"a": "' + b"x" * 5_600_000 + b'"}',
            "large": b'{"a": "' + b"x" * 5_000_000 + b'"}',
            "wants": b'{"want": 5000000}',
            "fails": b'{"fail": true}',
            **{f"n{number}": b'{"n": %d}' % number for number in range(50)},
        }
        for name, body in events.items():
            platform.events.put(Event(body, id=name))
        until(
            lambda: len(platform.of("/response")) + len(platform.of("/error")) == len(events), "all answers"
        )
        runtime.kill()
    answers = {one.path.split("/")[4]: one.body for one in platform.of("/response")}
    errors = {one.path.split("/")[4]: one for one in platform.of("/error")}
    assert set(errors) == {"refused", "fails"}
    assert b"no such luck" in errors["fails"].body
    assert b"Outrider.EventRefused" in errors["refused"].body
    assert b'"id": "n49"' in answers["n49"]
    assert len(answers["wants"]) > 5_000_000
    running.shut_down()
    counters = running.said("outrider.invocations/1")[0]
    assert (counters["errors"], counters["refused"], counters["restarts"]) == (1, 1, 0)


def test_an_error_of_init(start: Start, platform: StrictPlatform, task: Path) -> None:
    running = start()
    with client(task, "broken.answer", running.port) as runtime:
        until(lambda: platform.of("/init/error"), "the error")
        runtime.kill()
    assert b"at import" in platform.of("/init/error")[0].body
    running.shut_down()
    assert running.said("outrider.invocations/1")[0]["init_errors"] == 1
