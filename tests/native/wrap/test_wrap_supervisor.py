"""The task's supervisor on top of the guard: only where it is allowed, never at the function's cost."""

import base64
import platform
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from wrapped import Stage, policy, run

ROOT = Path(__file__).parents[3]
STATUS = ("/bin/grep", "Seccomp:", "/proc/self/status")
SUPERVISED, NOT = "Seccomp:\t2", "Seccomp:\t0"
STATIC = (f"{platform.machine()}-linux-musl", "-static")


@pytest.fixture(scope="session")
def supervisor() -> Path:
    build = [sys.executable, str(ROOT / "native" / "build.py"), "--arch", platform.machine()]
    done = subprocess.run([*build, "--only", "outrider-run"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return ROOT / "outrider" / "_native" / platform.machine() / "outrider-run"


@pytest.fixture
def whole(stage: Stage, supervisor: Path) -> Stage:
    """A layer with the supervisor in it."""
    (stage.root / "bin").mkdir()
    (stage.root / "bin" / "outrider-run").symlink_to(supervisor)
    return stage


def test_where_a_listener_can_be_had_the_supervisor_is_on_top(whole: Stage) -> None:
    outcome = whole.run(*STATUS)
    assert (outcome.out.strip(), outcome.err) == (SUPERVISED, "")
    told = whole.tell("a").told
    assert (told["argv"], told["preload"]) == (["a"], whole.guard)


def test_it_decides_by_the_same_policy(whole: Stage) -> None:
    (whole.root / "policy" / "function.policy").write_bytes(
        policy(
            "block",
            {"kind": "exec", "target": "/usr/bin/grep"},
            {"kind": "exec", "target": "/bin/grep"},
            exec="block",
        )
    )
    assert whole.run(*STATUS).out.strip() == SUPERVISED
    stopped = whole.run("/bin/sh", "-c", "true")
    assert stopped.status == 126
    assert "stopped by the policy" in stopped.err


def test_a_policy_in_the_environment_reaches_it_by_a_file(whole: Stage) -> None:
    size = 4096
    (whole.directory / "state").write_bytes((0x3154535252545554).to_bytes(8, "little").ljust(size, b"\0"))
    page = bytearray((whole.directory / "state").read_bytes())
    page[8] = 1
    (whole.directory / "state").write_bytes(page)
    blob = policy()
    given = base64.b64encode(blob).decode()
    assert whole.run(*STATUS, OUTRIDER_POLICY=given).out.strip() == SUPERVISED
    assert (whole.directory / "supervisor.policy").read_bytes() == blob


def test_a_policy_it_cannot_decide_is_left_to_the_guard(whole: Stage) -> None:
    by_name = policy("block", {"kind": "connect", "name": "*.amazonaws.com"})
    (whole.root / "policy" / "function.policy").write_bytes(by_name)
    outcome = whole.run(*STATUS)
    assert (outcome.out.strip(), outcome.err) == (NOT, "")


@pytest.mark.parametrize("how", ["eperm", "kill"])
def test_a_sandbox_that_refuses_or_kills_costs_nothing(
    whole: Stage, compiled: Callable[..., Path], how: str
) -> None:
    sandboxed = compiled("sandboxed", "sandboxed.c", *STATIC)
    command = [str(sandboxed), how, str(whole.wrap), "/bin/sh", "-c", "echo $LD_PRELOAD"]
    outcome = run(command, whole.plain())
    assert (outcome.status, outcome.out.strip(), outcome.err) == (0, whole.guard, "")


def test_the_probe_leaves_no_child_behind(whole: Stage, compiled: Callable[..., Path]) -> None:
    sandboxed = compiled("sandboxed", "sandboxed.c", *STATIC)
    command = [str(sandboxed), "kill", str(whole.wrap), "/bin/cat", "/proc/thread-self/children"]
    outcome = run(command, whole.plain())
    assert outcome.out.strip() == ""
