"""What events say of a file beside its path: the words of TRAITS, in alert and in block mode alike."""

import os
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from supervised import Agent, Supervised, policy

from outrider.model.event import TRAITS, Event, Kind, Verdict

MODES = pytest.mark.parametrize("mode", ["alert", "block"])
PYTHON = sys.executable


def played(supervised: Supervised, mode: str, script: str, place: Path, *rules: dict[str, str]) -> Agent:
    """A shell script under a policy that allows, but for `rules`, and tells."""
    supervised.set_policy(policy(mode, *rules, report=True))
    time.sleep(0.02)  # more than a step of the clock that stamps files: what is there is old
    agent = supervised.listen()
    done = supervised.run("/bin/sh", "-c", f"{script}; : > told", cwd=place)
    assert done.returncode == 0, done.stderr
    agent.wait(lambda e: e.target == f"{place}/told", "the last event")
    for event in agent.events:
        assert set(event.traits) <= TRAITS.keys(), event
    return agent


def of_exec(agent: Agent, name: str) -> Event:
    """The exec of a file whose name ends so."""
    return agent.wait(lambda e: e.kind is Kind.EXEC and e.target.endswith(name), f"an exec of {name}")


@MODES
def test_a_program_made_since_the_start_is_new(supervised: Supervised, place: Path, mode: str) -> None:
    shutil.copy("/bin/true", place / "old")
    script = (
        f"./old; cp /bin/true fresh; ./fresh; cp {place}/old touched; touch -d 2001-01-01 touched; ./touched"
    )
    agent = played(supervised, mode, script, place)
    assert of_exec(agent, "/old").traits == ()
    assert of_exec(agent, "/fresh").traits == ("new",)
    assert of_exec(agent, "/touched").traits == ("new",), "ctime cannot be set"
    assert of_exec(agent, "/cp").traits == ()


@MODES
def test_script_and_interpreter_are_told_apart(supervised: Supervised, place: Path, mode: str) -> None:
    script = "printf '#!/bin/cat\\n' > run; chmod 755 run; ./run"
    agent = played(supervised, mode, script, place)
    assert of_exec(agent, "/run").traits == ("new",)
    assert of_exec(agent, "/cat").traits == ()


NAMELESS = """
import os, sys
body = open("/bin/true", "rb").read()
if sys.argv[1] == "memfd":
    fd = os.memfd_create("payload", 0)
else:
    fd = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT, 0o755)
os.write(fd, body)
if sys.argv[1] != "memfd":
    os.fchmod(fd, 0o755)
    os.close(fd)
    fd = os.open(sys.argv[1], os.O_RDONLY)
    os.unlink(sys.argv[1])
os.execve(fd, ["payload"], {})
"""


@MODES
@pytest.mark.parametrize(("name", "trait"), [("memfd", "memfd"), ("gone", "unlinked")])
def test_a_program_without_a_name(
    supervised: Supervised, place: Path, mode: str, name: str, trait: str
) -> None:
    (place / "nameless.py").write_text(NAMELESS)
    agent = played(supervised, mode, f"{PYTHON} nameless.py {name}", place)
    told = agent.wait(lambda e: e.kind is Kind.EXEC and trait in e.traits)
    assert told.traits == ("new", trait)
    assert told.target.endswith(" (deleted)")


@MODES
def test_a_program_of_another_user(supervised: Supervised, place: Path, mode: str) -> None:
    for name, bits in (("user", 0o4755), ("group", 0o2755), ("both", 0o6755), ("lock", 0o2745)):
        shutil.copy("/bin/true", place / name)
        (place / name).chmod(bits)
    agent = played(supervised, mode, "./user; ./group; ./both; ./lock", place)
    assert of_exec(agent, "/user").traits == ("set-user-id",)
    assert of_exec(agent, "/group").traits == ("set-group-id",)
    assert of_exec(agent, "/both").traits == ("set-user-id", "set-group-id")
    assert of_exec(agent, "/lock").traits == ()


def writes(agent: Agent) -> set[tuple[str, str, tuple[str, ...]]]:
    """Names, calls and traits of what was written."""
    told = [event for event in agent.of(Kind.WRITE) if not event.target.endswith("/told")]
    return {(Path(event.target).name, event.syscall, event.traits) for event in told}


WRITING = """
import os
open("made", "w").close()
open("there", "w").close()
open("there", "a").close()
os.truncate("long", 3)
os.truncate("short", 30)
os.rename("long", "longer")
os.unlink("short")
os.mkdir("dir")
os.rmdir("dir")
os.chmod("there", 0o4755)
os.chmod("there", 0o644)
os.mkdir("shared")
os.chmod("shared", 0o2755)
fd = os.open("made", os.O_RDONLY)
os.fchmod(fd, 0o6755)
os.close(os.open("born", os.O_CREAT | os.O_WRONLY, 0o4700))
os.mknod("node", 0o2755)
"""


@MODES
def test_what_a_write_does(supervised: Supervised, place: Path, mode: str) -> None:
    for name in ("there", "long", "short"):
        (place / name).write_text("some text")
    (place / "writing.py").write_text(WRITING)
    found = writes(played(supervised, mode, f"{PYTHON} -B writing.py", place))
    both = ("set-user-id", "set-group-id")
    assert found == {
        ("made", "openat", ()),
        ("there", "openat", ("truncates",)),
        ("there", "openat", ()),
        ("long", "truncate", ("truncates",)),
        ("short", "truncate", ()),
        ("long", "rename", ("renames",)),
        ("longer", "rename", ("renames",)),
        ("short", "unlink", ("removes",)),
        ("dir", "mkdir", ()),
        ("dir", "rmdir", ("removes",)),
        ("there", "chmod", ("set-user-id",)),
        ("shared", "mkdir", ()),
        ("made", "fchmod", both),
        ("born", "openat", ("set-user-id",)),
        ("node", "mknodat", ("set-group-id",)),
    }
    assert stat.S_IMODE((place / "made").stat().st_mode) == 0o6755
    assert stat.S_IMODE((place / "shared").stat().st_mode) == 0o2755


def test_a_set_user_id_bit_is_stopped(supervised: Supervised, place: Path) -> None:
    rule = {"kind": "write", "action": "block", "target": f"{place}/shell"}
    (place / "shell").write_text("x")
    (place / "link").symlink_to("shell")
    script = (
        "chmod 4755 shell; chmod 4755 link; chmod u+s shell; "
        f"{PYTHON} -c 'import os; os.fchmod(os.open(\"shell\", os.O_RDONLY), 0o4755)'; chmod 755 shell"
    )
    agent = played(supervised, "block", script, place, rule)
    assert stat.S_IMODE((place / "shell").stat().st_mode) == 0o755
    told = agent.wait(lambda e: e.verdict is Verdict.BLOCK and e.syscall == "fchmod")
    assert (told.target, told.traits, told.errno) == (f"{place}/shell", ("set-user-id",), 1)


def test_a_clock_that_was_set_back_does_not_hide_what_is_new(units: Path) -> None:
    done = subprocess.run([units, "new", "-"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "old\nnew\nset back: old\nset back: new\n"), done.stderr


assert os.geteuid() == 0, "files of other users are made here"
