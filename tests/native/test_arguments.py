"""Rules about arguments: what the supervisor does with them, in alert and in block mode alike."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from supervised import Agent, Supervised, policy

from outrider.model.event import Verdict
from outrider.policy.interpreters import INTERPRETERS

PYTHON = str(Path(sys.executable).resolve())
SH = str(Path("/bin/sh").resolve())
RUN = """
import os, sys
for name, words in {said}:
    pid = os.fork()
    if pid == 0:
        try:
            os.execv(name, words)
        finally:
            os._exit(99)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""
"""Runs each, and prints its exit status; 99: it was not run."""

MODES = pytest.mark.parametrize("mode", ["alert", "block"])


def ran(supervised: Supervised, blob: bytes, said: list[tuple[str, list[str]]], place: Path) -> list[str]:
    """Exit statuses of these, started one after the other."""
    supervised.set_policy(blob)
    supervised.listen()
    (place / "run.py").write_text(RUN.format(said=repr(said)))
    done = supervised.run(sys.executable, str(place / "run.py"), cwd=place)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def of(agent: Agent | None, target: str) -> list[tuple[Verdict, int]]:
    """Verdict and rule of each exec of a file."""
    assert agent
    return [(e.verdict, e.rule) for e in agent.of("exec") if e.target == target if e.verdict]


def only_entry(*rules: dict[str, Any]) -> list[dict[str, Any]]:
    """Rules that let the test itself start, and these before them."""
    return [*rules, {"kind": "exec", "target": PYTHON}]


@MODES
def test_code_on_the_command_line_is_told_from_a_script(
    supervised: Supervised, place: Path, mode: str
) -> None:
    (place / "entry.sh").write_text("exit 3")
    rules = only_entry(
        {"kind": "exec", "target": SH, "arguments": ["-c", "**"], "action": "block"},
        {"kind": "exec", "target": SH, "arguments": ["*"]},
    )
    said = [
        ("/bin/sh", ["sh", f"{place}/entry.sh"]),
        ("/bin/sh", ["sh", "-c", "exit 4"]),
        ("/bin/sh", ["sh"]),
    ]
    statuses = ran(supervised, policy(mode, *rules, exec="block"), said, place)
    assert statuses == (["3", "99", "99"] if mode == "block" else ["3", "4", "0"])
    stopped = Verdict.BLOCK if mode == "block" else Verdict.ALERT
    assert supervised.agent
    supervised.agent.wait(lambda e: e.target == SH and e.rule == 0)
    assert of(supervised.agent, SH) == [(Verdict.ALLOW, 2), (stopped, 1), (stopped, 0)]


def test_of_a_script_the_interpreter_has_the_words_that_it_will_get(
    supervised: Supervised, place: Path
) -> None:
    """The first line's word, blanks and all, the script as it was called, and what it was called with."""
    (place / "a").write_text(f"#! {SH} -e  \n[ $1 = x ]\n")
    (place / "b").write_text(f"#!{SH}\t-c exit 5\t \n")
    (place / "c").write_text(f"#!{place}/a\n")
    (place / "d").write_text(f"#!{SH} ")
    for name in "abcd":
        (place / name).chmod(0o755)
    rules = only_entry(
        {"kind": "exec", "target": f"{place}/a", "arguments": ["x"]},
        {"kind": "exec", "target": SH, "arguments": ["-e", f"{place}/a", "x"]},
        {"kind": "exec", "target": f"{place}/b", "arguments": []},
        {"kind": "exec", "target": SH, "arguments": ["-c exit 5", "./b"], "action": "block"},
        {"kind": "exec", "target": f"{place}/c", "arguments": ["y"]},
        {"kind": "exec", "target": f"{place}/a", "arguments": [f"{place}/c", "y"]},
        {"kind": "exec", "target": SH, "arguments": ["-e", f"{place}/a", f"{place}/c", "y"]},
        {"kind": "exec", "target": f"{place}/d"},
        {"kind": "exec", "target": SH, "arguments": ["", f"{place}/d"]},
    )
    said = [
        (f"{place}/a", ["any name", "x"]),
        (f"{place}/a", ["a", "y"]),
        ("./b", ["b"]),
        (f"{place}/c", ["c", "y"]),
        (f"{place}/d", ["d"]),
    ]
    assert ran(supervised, policy("block", *rules, exec="block"), said, place) == ["0", "99", "99", "1", "2"]


def test_what_is_verified_is_what_the_kernel_makes_of_it(supervised: Supervised, place: Path) -> None:
    """Whatever a first line looks like: nothing that was not changed is killed."""
    lines = ["", " ", "\t-e", " -e -x", " -e\t \t", " a\0b", " -e \0", " " + "x" * 200, " " + "x " * 200]
    said = []
    for place_of, line in enumerate(lines):
        for end in ("\n", "", "\n# more"):
            file = place / f"{place_of}{len(said)}"
            file.write_text(f"#!/bin/echo{line}{end}")
            file.chmod(0o755)
            said.append((str(file), ["0", "one", "", "three words\n"]))
    said += [("/bin/echo", ["x"] * 900), ("/bin/echo", ["x", ""])]
    rule = {"kind": "exec", "target": "**", "arguments": ["never"], "action": "block"}
    statuses = ran(supervised, policy("block", rule), said, place)
    assert supervised.agent
    assert [e for e in supervised.agent.events if e.message] == []
    bare = subprocess.check_output([sys.executable, place / "run.py"], text=True, cwd=place)
    assert statuses == bare.split()
    assert "99" not in statuses


@MODES
def test_what_is_not_read_whole_is_never_allowed_by_its_arguments(
    supervised: Supervised, place: Path, mode: str
) -> None:
    true, false = (str(Path(f"/bin/{name}").resolve()) for name in ("true", "false"))
    shutil.copy(true, place / "true")
    shutil.copy(false, place / "false")
    rules = only_entry(
        {"kind": "exec", "target": f"{place}/true", "arguments": ["-m", "**"]},
        {"kind": "exec", "target": f"{place}/false", "arguments": ["-c", "**"], "action": "block"},
        {"kind": "exec", "target": f"{place}/false"},
    )
    whole = [["x", "-m"], ["x", "-m", *["y"] * 1022], ["x", "-m", "y" * 16_378]]
    cut = [["x", "-m", *["y"] * 1023], ["x", "-m", "y" * 16_379], ["x", "-m", *["y" * 200] * 100]]
    said = [(f"{place}/true", words) for words in (*whole, *cut)]
    said += [(f"{place}/false", ["x", first, *["y" * 200] * 100]) for first in ("-c", "-d")]
    statuses = ran(supervised, policy(mode, *rules, exec="block"), said, place)
    if mode == "block":
        assert statuses == ["0", "0", "0", "99", "99", "99", "99", "1"]
        return
    assert statuses == ["0"] * 6 + ["1"] * 2
    assert supervised.agent
    supervised.agent.wait(lambda e: e.target.endswith("/false") and e.verdict is Verdict.ALLOW)
    alert, allow = Verdict.ALERT, Verdict.ALLOW
    assert of(supervised.agent, f"{place}/false") == [(alert, 2), (allow, 3)]
    assert {verdict for verdict, _ in of(supervised.agent, f"{place}/true")} == {alert, allow}


def test_a_policy_with_arguments_is_read_as_version_3_and_one_without_as_before() -> None:
    """So an older supervisor takes all that it can decide by, and refuses the rest with a reason."""
    with_them = policy("block", {"kind": "exec", "target": "/a", "arguments": []})
    without = policy("block", {"kind": "exec", "target": "/a"})
    assert (with_them[12], without[12]) == (3, 2)


@MODES
def test_the_loader_run_as_a_program_is_told(supervised: Supervised, place: Path, mode: str) -> None:
    interpreter = re.search(rb"/lib[^\0]*/ld-[^\0]*", Path(PYTHON).read_bytes())
    assert interpreter
    loader = interpreter[0].decode()
    rules = only_entry({"kind": "exec", "target": "/**/ld-*.so*", "arguments": ["--verify", "*"]})
    said = [(loader, ["ld.so", "--verify", "/bin/true"]), (loader, ["ld.so", "/bin/true"])]
    statuses = ran(supervised, policy(mode, *rules, exec="block"), said, place)
    assert statuses == ["0", "99" if mode == "block" else "0"]
    agent = supervised.agent
    assert agent
    agent.wait(lambda e: "loader" in e.traits and e.verdict is not Verdict.ALLOW)
    loads = [e for e in agent.of("exec") if "loader" in e.traits]
    assert [e.argv[1] for e in loads] == ["--verify", "/bin/true"]
    assert [e.rule for e in loads] == [1, 0]


@pytest.mark.parametrize("name", ["bash", "dash", "node", "perl", "php", "ruby"])
def test_a_rule_that_names_the_script_stops_every_way_to_run_code(
    supervised: Supervised, place: Path, name: str
) -> None:
    """Those that `outrider/policy/interpreters.py` knows of, by the real programs."""
    found = shutil.which(name)
    assert found, f"{name} is not installed"
    program = str(Path(found).resolve())
    (place / "script").write_text("")
    rules = only_entry({"kind": "exec", "target": program, "arguments": [f"{place}/script", "**"]})
    said = [(found, [name, *words]) for words in INTERPRETERS[name].spellings]
    said += [(found, [name, f"{place}/script", "-c", "-e", "--eval=x", "-r"])]
    statuses = ran(supervised, policy("block", *rules, exec="block"), said, place)
    assert statuses == [*["99"] * (len(said) - 1), "0"]
