"""A policy, a program or an agent that is none: the message and the start event name it, word for word."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from supervised import Supervised, policy

from outrider.model.event import FrameType, Verdict

DATA = Path(__file__).parents[1] / "data" / "policy"
INVALID = [entry for entry in json.loads((DATA / "index.json").read_text())["blobs"] if not entry["valid"]]
REFUSED, NOT_EXECUTABLE, NOT_FOUND = 70, 126, 127
SECURITY = ("--on-failure", "security")
ADVICE = "(is the task volume mounted, and did outrider-init succeed?)"
OTHERWISE = "--on-failure availability would start all the same"
APPLICATION = ("/bin/sh", "-c", "echo it runs")


def no_file(file: Path) -> None:
    file.unlink(missing_ok=True)


def no_directory(file: Path) -> None:
    shutil.rmtree(file.parent)


def a_directory(file: Path) -> None:
    file.mkdir()


def a_fifo(file: Path) -> None:
    os.mkfifo(file)


def a_device(file: Path) -> None:
    file.symlink_to("/dev/zero")


def a_loop(file: Path) -> None:
    file.symlink_to(file)


def a_file_in_place_of_the_directory(file: Path) -> None:
    file.parent.rmdir()
    file.parent.write_text("")


def noise(file: Path) -> None:
    file.write_bytes(bytes(range(256)) * 300)


def a_cut_one(file: Path) -> None:
    file.write_bytes(policy()[:-1])


def a_gigabyte(file: Path) -> None:
    with file.open("wb") as stream:
        stream.truncate(1 << 30)


WRONG = {
    no_file: "the file does not exist",
    no_directory: "the file does not exist",
    a_directory: "not a regular file",
    a_fifo: "not a regular file",
    a_device: "not a regular file",
    a_loop: "the file cannot be opened",
    a_file_in_place_of_the_directory: "the file cannot be opened",
    noise: "not a compiled policy",
    a_cut_one: "its size is not what it says (truncated?)",
    a_gigabyte: "larger than a policy may be",
}


@pytest.mark.parametrize("make", WRONG, ids=lambda make: make.__name__)
def test_without_a_usable_policy_it_watches_and_says_so(
    make: Callable[[Path], None], supervised: Supervised
) -> None:
    make(supervised.file)
    agent = supervised.listen()
    done = supervised.run(*APPLICATION)
    assert (done.returncode, done.stdout) == (0, "it runs\n")
    assert done.stderr.splitlines()[0] == f"outrider-run: {WRONG[make]}: {supervised.file} {ADVICE}"
    started = agent.wait(lambda e: e.type is FrameType.START)
    assert started.message == WRONG[make]
    assert (started.mode, started.engine, started.policy_counter) == ("alert", "notify", 0)
    agent.wait(lambda e: e.kind == "exec" and e.verdict is Verdict.ALLOW, "what it watched")


@pytest.mark.parametrize("make", WRONG, ids=lambda make: make.__name__)
def test_without_a_usable_policy_security_does_not_start(
    make: Callable[[Path], None], supervised: Supervised
) -> None:
    make(supervised.file)
    done = supervised.run(*APPLICATION, options=SECURITY)
    assert (done.returncode, done.stdout) == (REFUSED, "")
    assert done.stderr.splitlines() == [
        f"outrider-run: {WRONG[make]}: {supervised.file} {ADVICE}",
        f"outrider-run: refusing to start: {WRONG[make]} ({OTHERWISE})",
    ]
    assert supervised.pids() == []


@pytest.mark.parametrize("entry", INVALID, ids=lambda entry: entry["file"])
def test_no_invalid_vector_is_taken(entry: dict[str, Any], supervised: Supervised) -> None:
    shutil.copy(DATA / entry["file"], supervised.file)
    agent = supervised.listen()
    refused = supervised.run(*APPLICATION, options=SECURITY)
    assert (refused.returncode, refused.stdout) == (REFUSED, "")
    done = supervised.run(*APPLICATION)
    assert (done.returncode, done.stdout) == (0, "it runs\n")
    message = agent.wait(lambda e: e.type is FrameType.START).message
    assert message
    assert f"outrider-run: {message}: {supervised.file}" in done.stderr
    assert f"refusing to start: {message}" in refused.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="becoming another user needs root")
def test_an_unreadable_policy_is_no_policy(supervised: Supervised, place: Path) -> None:
    supervised.set_policy(policy())
    supervised.file.chmod(0o600)
    user = ("setpriv", "--reuid", "1000", "--regid", "1000", "--clear-groups")
    settings: dict[str, Any] = {
        "capture_output": True,
        "text": True,
        "timeout": 20,
        "cwd": place,
    }
    done = subprocess.run([*user, *supervised.command(*APPLICATION)], check=False, **settings)
    assert (done.returncode, done.stdout) == (0, "it runs\n")
    assert "the file cannot be opened" in done.stderr
    done = subprocess.run(
        [*user, *supervised.command(*APPLICATION, options=SECURITY)], check=False, **settings
    )
    assert (done.returncode, done.stdout) == (REFUSED, "")


def test_the_advice_fits_whatever_is_complained_about(supervised: Supervised) -> None:
    done = supervised.run(*APPLICATION, options=("--" + "x" * 100_000,))
    assert done.returncode == 2
    assert len(done.stderr) <= 1024
    assert done.stderr.endswith("... (see --help; the program to start comes after --)\n")


@pytest.fixture
def programs(place: Path) -> Path:
    """Files that are no programs, each in its way."""
    for name in ("directory", "env"):
        (place / name).mkdir()
    (place / "plain").write_text("#!/bin/sh\necho it runs\n")
    (place / "noise").write_bytes(b"\x7fELF" + b"\xff" * 60)
    (place / "noise").chmod(0o755)
    (place / "orphan").write_text(f"#!{place}/no-interpreter\n")
    (place / "orphan").chmod(0o755)
    (place / "loop").symlink_to("loop")
    return place


NO_PROGRAMS = {
    "missing": (NOT_FOUND, "no such program"),
    "plain/below-a-file": (NOT_FOUND, "no such program"),
    "orphan": (NOT_FOUND, "no such program"),
    "plain": (NOT_EXECUTABLE, "not executable"),
    "directory": (NOT_EXECUTABLE, "not executable"),
    "noise": (NOT_EXECUTABLE, "not executable"),
    "loop": (NOT_EXECUTABLE, "not executable"),
}


@pytest.mark.parametrize("mode", ["alert", "block"])
@pytest.mark.parametrize("name", NO_PROGRAMS)
def test_programs_that_are_none(name: str, mode: str, supervised: Supervised, programs: Path) -> None:
    supervised.set_policy(policy(mode))
    status, said = NO_PROGRAMS[name]
    done = supervised.run(programs / name)
    assert (done.returncode, done.stdout) == (status, "")
    assert done.stderr.startswith(f"outrider-run: {said}: {programs / name} (check ")


@pytest.mark.parametrize(
    ("path", "name", "status"),
    [
        ("{place}", "directory", NOT_EXECUTABLE),
        ("{place}:/bin", "env", 0),
        ("/nowhere:{place}:/bin", "nice", 0),
        ("/bin", "x" * 300, NOT_FOUND),
        ("/" + "d" * 4090, "sh", NOT_FOUND),
    ],
)
def test_what_is_passed_over_on_the_search_path(
    path: str, name: str, status: int, supervised: Supervised, programs: Path
) -> None:
    supervised.set_policy(policy())
    environment = {"PATH": path.format(place=programs)}
    done = supervised.run(name, "--", "true", env=environment, cwd=programs)
    assert done.returncode == status, done.stderr


def test_an_agent_that_is_none(supervised: Supervised, tmp_path: Path) -> None:
    supervised.set_policy(policy(report=True))
    too_long = "/" + "s" * 200
    for socket in (supervised.volume, tmp_path / "nowhere" / "agent.sock", too_long, "/dev/null"):
        done = supervised.run(*APPLICATION, options=("--socket", str(socket)))
        assert (done.returncode, done.stdout, done.stderr) == (0, "it runs\n", "")
