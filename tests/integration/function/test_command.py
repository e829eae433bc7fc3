"""`outrider function run`: streams, formats, exit statuses, and our layer."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

HERE = Path(__file__).parent
CODE = HERE / "code"
APP = ["--handler", "app.handler", "--no-layer"]


def run(
    *arguments: str | Path, directory: Path = CODE, stdin: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    code = "from outrider.cli.main import main; main()"
    command = [sys.executable, "-c", code, "function", "run", str(directory), *map(str, arguments)]
    return subprocess.run(
        command,
        env={**os.environ, "PYTHONPATH": str(HERE.parents[2]), **environment},
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )


def event(path: Path, **fields: object) -> str:
    path.write_text(json.dumps(fields))
    return str(path)


def test_response_on_stdout_and_logs_on_stderr() -> None:
    done = run(*APP, "--event", "-", stdin='{"do": "say", "text": "hi"}')
    assert (done.returncode, done.stdout) == (0, '"hi"\n')
    assert "START RequestId: " in done.stderr
    assert "\nplain\n" in done.stderr


def test_several_events_one_environment(tmp_path: Path) -> None:
    path = event(tmp_path / "e.json", do="count")
    done = run(*APP, "--event", path, "--event", path, "--logs", tmp_path / "log")
    assert (done.returncode, done.stdout) == (0, "1\n2\n")
    assert "REPORT" not in done.stderr
    assert (tmp_path / "log").read_text().count("REPORT RequestId: ") == 2


def test_json(tmp_path: Path) -> None:
    done = run(*APP, "--json", "--event", event(tmp_path / "e.json", do="fail"))
    document = json.loads(done.stdout)
    assert (done.returncode, document["status"], document["error"]) == (1, "error", "ValueError")
    assert document["response"]["errorMessage"] == "no good"
    assert document["init_ms"] > 0
    assert {"platform", "function"} >= {line["source"] for line in document["logs"]}


def test_settings_reach_the_function(tmp_path: Path) -> None:
    done = run(
        *APP, "--event", event(tmp_path / "e.json", do="about"), "--env", "OWN=1", "--env", "EMPTY=",
        "--name", "shop", "--memory", "512", "--region", "eu-west-1", "--network", "none", "--credentials",
        AWS_ACCESS_KEY_ID="mine",
    )  # fmt: skip
    found = json.loads(done.stdout)["environment"]
    assert (found["OWN"], found["EMPTY"], found["AWS_LAMBDA_FUNCTION_NAME"]) == ("1", "", "shop")
    assert (found["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"], found["AWS_REGION"]) == ("512", "eu-west-1")
    assert (found["AWS_ACCESS_KEY_ID"], found["AWS_LAMBDA_RUNTIME_API"]) == ("mine", "127.0.0.1:9001")


def test_snap_start(tmp_path: Path) -> None:
    done = run(*APP, "--snap-start", "--event", event(tmp_path / "e.json", do="about"))
    assert json.loads(done.stdout)["environment"]["AWS_LAMBDA_INITIALIZATION_TYPE"] == "snap-start"
    assert "\tRestore Duration: " in done.stderr


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["--no-layer"], 2, "--handler"),
        ([*APP, "--runtime", "cobol85"], 2, "cannot be run here"),
        ([*APP, "--runtime", "python3.19"], 4, "found here: "),
        ([*APP, "--env", "AWS_REGION=x"], 2, "reserved"),
        ([*APP, "--env", "novalue"], 2, "NAME=VALUE"),
        ([*APP, "--policy", "x.yaml"], 2, "--no-layer"),
        ([*APP, "--event", "/nowhere.json"], 2, "no such file"),
        ([*APP, "--timeout", "1000"], 2, "1 to 900"),
        ([*APP, "--layer", "/nowhere.zip"], 2, "a zip file or a directory"),
    ],
)
def test_what_cannot_be_done(arguments: Sequence[str], status: int, said: str) -> None:
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (status, "")
    assert said in " ".join(done.stderr.split())


def test_an_event_that_is_not_json(tmp_path: Path) -> None:
    (tmp_path / "e.json").write_text("{")
    assert run(*APP, "--event", tmp_path / "e.json").returncode == 3


def test_a_runtime_of_ones_own_is_found(tmp_path: Path) -> None:
    (tmp_path / "bootstrap").write_text((CODE / "bootstrap").read_text())
    (tmp_path / "bootstrap").chmod(0o755)
    done = run("--handler", "x.y", "--event", "-", directory=tmp_path, stdin='"a"')
    assert (done.returncode, done.stdout) == (0, '"A"\n')


def test_our_layer_reports_in_alert_mode(tmp_path: Path) -> None:
    path = event(tmp_path / "e.json", do="run", argv=["sh", "-c", "echo from a shell"])
    done = run("--handler", "app.handler", "--event", path)
    assert json.loads(done.stdout) == [0, "from a shell\n", ""]
    assert '"schema":"outrider.acts/1"' in done.stderr


def test_our_layer_stops_a_shell_in_block_mode(tmp_path: Path) -> None:
    path = event(tmp_path / "e.json", do="run", argv=["sh", "-c", "echo from a shell"])
    done = run("--handler", "app.handler", "--event", path, "--mode", "block")
    assert "from a shell" not in done.stdout
    assert '"verdict":"block"' in done.stderr
    assert done.returncode == 1
