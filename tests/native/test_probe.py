"""`outrider-run --probe`: one line of JSON of the published schema, true of this machine."""

import json
import os
import platform
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from outrider.fargate.task import parse
from sidecar.image.wheels import SITE

TEMPLATES = Path(__file__).parents[2] / "templates" / "probe"


def probe(*command: str | Path) -> dict[str, Any]:
    """What it prints, of the schema and nothing beside it."""
    line = subprocess.check_output(command, text=True)
    assert line.count("\n") == 1
    found: dict[str, Any] = json.loads(line)
    schema = json.loads((TEMPLATES / "probe.schema.json").read_text())
    jsonschema.validate(found, schema)
    assert set(found) == set(schema["properties"])
    assert set(found["calls"]) == set(schema["properties"]["calls"]["properties"])
    return found


@pytest.mark.parametrize("word", ["--probe", "probe"])
def test_it_tells_what_this_machine_is(word: str, binary: Path) -> None:
    found = probe(binary, word)
    status = dict(line.split(":\t", 1) for line in Path("/proc/self/status").read_text().splitlines())
    assert (found["kernel"], found["machine"]) == (platform.release(), platform.machine())
    assert (found["uid"], found["gid"]) == (os.geteuid(), os.getegid())
    assert (found["effective"], found["bounding"]) == (status["CapEff"], status["CapBnd"])
    assert found["filters"] == int(status["Seccomp_filters"])
    assert found["engine"] == "notify"


@pytest.mark.parametrize("version", ["1.6", "1.7"])
def test_it_tells_what_was_taken(version: str, binary: Path, program: Callable[[str], Path]) -> None:
    bare, found = probe(binary, "--probe"), probe(program("confined"), version, binary, "--probe")
    assert (found["filters"], found["no_new_privs"]) == (bare["filters"] + 1, 1)
    assert found["profile"] == "other", "it takes some calls, and is no profile of containerd"
    refused = {name for name, error in found["calls"].items() if error == 1}
    tracing = {"ptrace", "process_vm_readv"} if version == "1.6" else set()
    assert refused == {"pidfd_getfd", "kcmp", "process_madvise"} | tracing
    assert int(found["bounding"], 16) >> 19 & 1 == 0 or os.geteuid()


def test_the_task_definition_asks_twice_and_is_one_that_fargate_takes() -> None:
    document = json.loads((TEMPLATES / "task-definition.json").read_text())
    task = parse(document)
    assert {c.name for c in task.containers} == {"with-sys-ptrace", "without"}
    where = f"/{SITE}/outrider/_native/x86_64/outrider-run"
    for container in document["containerDefinitions"]:
        assert [*container["entryPoint"], *container["command"]] == [where, "--probe"]
