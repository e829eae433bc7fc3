"""The wrapper changes the environment as it must, and nothing else of what it starts."""

import base64
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from wrapped import TELL, Outcome, Stage, policy, without_us


def added(stage: Stage, outcome: Outcome, **more: str) -> dict[str, str]:
    """What is there that would not be there without us; all else must be as it was."""
    assert outcome.err == ""
    plain, seen = without_us(stage, **more)["env"], outcome.told["env"]
    assert plain.keys() <= seen.keys()
    return {key: value for key, value in seen.items() if plain.get(key) != value}


def test_arguments_pid_and_environment_are_the_functions_own(stage: Stage) -> None:
    arguments = ["", "--", "-x", "a b", "*", "\N{SNOWMAN}"]
    outcome = stage.tell(*arguments)
    assert outcome.told["argv"] == arguments
    assert outcome.told["pid"] == outcome.pid
    assert added(stage, outcome) == {
        "LD_PRELOAD": stage.guard,
        "OUTRIDER_GUARD": str(stage.root / "policy" / "learn.policy"),
    }


@pytest.mark.parametrize("status", [0, 1, 77])
def test_exit_status_is_the_functions_own(stage: Stage, status: int) -> None:
    assert stage.run("/bin/sh", "-c", f"exit {status}").status == status


def test_death_by_a_signal_is_the_functions_own(stage: Stage) -> None:
    assert stage.run("/bin/sh", "-c", "kill -TERM $$").status == -signal.SIGTERM


def test_a_preload_that_was_there_stays_behind_ours(stage: Stage, tmp_path: Path) -> None:
    other = tmp_path / "other.so"
    other.write_bytes(Path(stage.guard).read_bytes())
    outcome = stage.tell(LD_PRELOAD=str(other))
    assert outcome.told["preload"] == f"{stage.guard}:{other}"


def test_started_twice_it_changes_nothing_more(stage: Stage) -> None:
    once = stage.run("/bin/sh", "-c", 'exec "$@"', "sh", *_telling())
    twice = stage.run("/bin/sh", "-c", 'exec "$@"', "sh", str(stage.wrap), *_telling())
    assert twice.told["env"] == once.told["env"]
    assert twice.err == ""


def test_a_bare_name_is_found_on_path(stage: Stage) -> None:
    name = Path(sys.executable).name
    outcome = stage.run(name, *_telling()[1:], PATH=str(Path(sys.executable).parent))
    assert outcome.told["preload"] == stage.guard


@pytest.mark.parametrize(
    ("variables", "program"),
    [
        ({"AWS_EXECUTION_ENV": "AWS_Lambda_nodejs22.x"}, "anything"),
        ({}, "node"),
        ({}, "nodejs"),
    ],
)
def test_node_gets_its_hook(stage: Stage, tmp_path: Path, variables: dict[str, str], program: str) -> None:
    (tmp_path / program).symlink_to(sys.executable)
    hook = f"--require {stage.root}/node/hook.js"
    alone = stage.run(str(tmp_path / program), *_telling()[1:], **variables)
    assert alone.told["env"]["NODE_OPTIONS"] == hook
    beside = stage.run(str(tmp_path / program), *_telling()[1:], NODE_OPTIONS="--no-warnings", **variables)
    assert beside.told["env"]["NODE_OPTIONS"] == f"--no-warnings {hook}"
    there = stage.run(str(tmp_path / program), *_telling()[1:], NODE_OPTIONS=hook, **variables)
    assert there.told["env"]["NODE_OPTIONS"] == hook


def test_other_runtimes_get_no_node_options(stage: Stage) -> None:
    told = stage.tell(AWS_EXECUTION_ENV="AWS_Lambda_python3.13").told
    assert "NODE_OPTIONS" not in told["env"]


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"OUTRIDER_MODE": "alert"}, "{root}/policy/learn.policy"),
        ({"OUTRIDER_MODE": "block"}, "{root}/policy/block.policy"),
        ({"OUTRIDER_POLICY": "file:{root}/policy/block.policy"}, "{root}/policy/block.policy"),
        ({"OUTRIDER_POLICY": base64.b64encode(policy()).decode()}, "env"),
        ({"OUTRIDER_POLICY": ""}, "{root}/policy/learn.policy"),
    ],
)
def test_the_policy_in_force_is_named(stage: Stage, variables: dict[str, str], expected: str) -> None:
    given = {key: value.format(root=stage.root) for key, value in variables.items()}
    assert stage.tell(**given).told["env"]["OUTRIDER_GUARD"] == expected.format(root=stage.root)


def test_the_policy_of_a_second_layer_comes_before_the_built_in(stage: Stage) -> None:
    (stage.root / "policy" / "function.policy").write_bytes(policy())
    told = stage.tell(OUTRIDER_MODE="block").told
    assert told["env"]["OUTRIDER_GUARD"] == str(stage.root / "policy" / "function.policy")


CHAINED = ['#!/bin/sh\nSEEN=$# exec "$@"\n', 'SEEN=$# exec "$@"\n']


@pytest.mark.parametrize("text", CHAINED, ids=["with #!", "without #!"])
def test_a_wrapper_that_was_there_is_run_with_the_rest(
    stage: Stage, script: Callable[[str, str], str], text: str
) -> None:
    other = script("other", text)
    outcome = stage.tell("x", OUTRIDER_WRAPPER=other)
    assert outcome.told["argv"] == ["x"]
    assert outcome.told["preload"] == stage.guard
    assert outcome.told["env"]["SEEN"] == "4"
    assert "OUTRIDER_WRAPPER" not in outcome.told["env"]
    assert outcome.told["pid"] == outcome.pid


def test_a_wrapper_that_is_ourselves_is_no_loop(stage: Stage) -> None:
    outcome = stage.tell(OUTRIDER_WRAPPER=str(stage.wrap))
    assert outcome.told["preload"] == stage.guard


def test_standard_files_are_the_functions_own(stage: Stage) -> None:
    here = os.open("/dev/null", os.O_RDONLY)
    try:
        outcome = stage.run("/bin/sh", "-c", "echo out; echo err >&2; ls /proc/self/fd | wc -l")
    finally:
        os.close(here)
    assert outcome.out.split() == ["out", "4"], "0, 1, 2 and the one ls reads by: nothing of ours is open"
    assert outcome.err == "err\n"


def _telling() -> list[str]:
    return [sys.executable, "-c", TELL]
