"""Programs of the image by their hash: what came with it runs, anything else is stopped, from the start."""

import hashlib
import mmap
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from multiprocessing import Process
from pathlib import Path
from typing import Any

import pytest
from supervised import Agent, Supervised, ended, policy

from outrider.model.event import Event, Kind, Verdict
from outrider.policy.blob import decode, encode

TOOLS = ("/bin/sh", "/bin/true", "/bin/cat", "/bin/cp", "/bin/sleep", sys.executable)
SIDE = 0x5CA1AB1E.to_bytes(4, "little")
RACES, RACES_UNPROTECTED = 300, 2000


def sha256(path: Path | str) -> bytes:
    return hashlib.sha256(Path(path).read_bytes()).digest()


def listed(
    mode: str, *rules: dict[str, Any], more: tuple[bytes, ...] = (), verdict: str = "block", **said: Any
) -> bytes:
    """A policy whose image has TOOLS."""
    hashes = sorted({sha256(tool) for tool in TOOLS} | set(more))
    plain = decode(policy(mode, *rules, **said)).policy
    return encode(replace(plain, programs=tuple(hashes), programs_verdict=Verdict(verdict)))


@pytest.fixture
def coin(program: Callable[[str], Path], place: Path) -> Path:
    """A program that did not come with the image, and is older than the start."""
    made = Path(shutil.copy(program("coin"), place / "coin"))
    time.sleep(0.02)  # more than a step of the clock that stamps files
    return made


def run(supervised: Supervised, blob: bytes, script: str, place: Path) -> tuple[str, Agent]:
    """What a shell script says under a policy."""
    supervised.set_policy(blob)
    agent = supervised.listen()
    done = supervised.run("/bin/sh", "-c", f"exec 2>&1; {script}", cwd=place)
    agent.wait(lambda e: e.kind is Kind.EXEC, "an exec")
    return done.stdout, agent


def exec_of(agent: Agent, path: Path, verdict: Verdict) -> Event:
    return agent.wait(lambda e: e.kind is Kind.EXEC and e.target == str(path) and e.verdict is verdict)


def test_what_did_not_come_with_the_image_is_stopped(supervised: Supervised, coin: Path, place: Path) -> None:
    said, agent = run(supervised, listed("block"), "./coin; echo $?; /bin/true; echo $?", place)
    assert "Operation not permitted" in said
    assert said.splitlines()[-2:] == ["126", "0"]
    told = exec_of(agent, coin, Verdict.BLOCK)
    assert (told.rule, told.errno, told.sha256) == (0, 1, sha256(coin).hex())
    assert "not-of-image" in told.traits
    tool = exec_of(agent, Path("/bin/true").resolve(), Verdict.ALLOW)
    assert (tool.sha256, tool.traits) == (sha256("/bin/true").hex(), ())


@pytest.mark.parametrize(("mode", "verdict"), [("alert", "block"), ("block", "alert"), ("block", "allow")])
def test_in_alert_mode_it_is_told(
    supervised: Supervised, coin: Path, place: Path, mode: str, verdict: str
) -> None:
    said, agent = run(supervised, listed(mode, verdict=verdict), "./coin; echo $?", place)
    assert said == "70\n"
    event = exec_of(agent, coin, Verdict.ALERT if verdict != "allow" else Verdict.ALLOW)
    assert event.sha256 == sha256(coin).hex()
    assert "not-of-image" in event.traits


def test_it_is_the_bytes_that_count_not_the_path(supervised: Supervised, place: Path) -> None:
    script = "cp /bin/true here; ./here; echo $?; echo x >> here; ./here; echo $?"
    said, agent = run(supervised, listed("block"), script, place)
    assert said.splitlines()[0] == "0"
    assert said.splitlines()[-1] == "126"
    assert exec_of(agent, place / "here", Verdict.ALLOW).traits == ("new",)
    assert exec_of(agent, place / "here", Verdict.BLOCK).traits == ("new", "not-of-image")


def test_a_rule_by_hash_makes_it_a_program(supervised: Supervised, coin: Path, place: Path) -> None:
    rule = {"kind": "exec", "target": str(coin), "sha256": sha256(coin).hex()}
    shutil.copy(coin, place / "elsewhere")
    said, agent = run(supervised, listed("block", rule), "./coin; echo $?; ./elsewhere; echo $?", place)
    assert said.splitlines()[0] == "70"
    assert said.splitlines()[-1] == "126"
    assert exec_of(agent, coin, Verdict.ALLOW).rule == 1
    assert exec_of(agent, place / "elsewhere", Verdict.BLOCK).rule == 0


def test_rules_by_hash_without_a_list(supervised: Supervised, coin: Path, place: Path) -> None:
    rule = {"kind": "exec", "target": f"{place}/*", "sha256": sha256(coin).hex()}
    other = {"kind": "exec", "target": f"{place}/*", "action": "block"}
    script = "./coin; echo $?; cp /bin/true other; ./other; echo $?"
    said, _ = run(supervised, policy("block", rule, other), script, place)
    assert said.splitlines()[0] == "70"
    assert said.splitlines()[-1] == "126"


def test_script_and_interpreter_must_both_be_programs(
    supervised: Supervised, coin: Path, place: Path
) -> None:
    for name, interpreter in (("good", "/bin/true"), ("foreign", "/bin/true"), ("bad", str(coin))):
        (place / name).write_text(f"#!{interpreter}\n# {name}\n")
        (place / name).chmod(0o755)
    more = (sha256(place / "good"), sha256(place / "bad"))
    script = "./good; echo $?; ./foreign; echo $?; ./bad; echo $?"
    said, agent = run(supervised, listed("block", more=more), script, place)
    assert [line for line in said.splitlines() if line.isdigit()] == ["0", "126", "126"]
    assert exec_of(agent, place / "foreign", Verdict.BLOCK).sha256 == sha256(place / "foreign").hex()
    assert exec_of(agent, coin, Verdict.BLOCK)


def test_what_cannot_be_hashed_is_no_program(supervised: Supervised, place: Path) -> None:
    with (place / "huge").open("wb") as file:
        file.write(b"#!/bin/true\n")
        file.truncate((512 << 20) + 1)
    (place / "huge").chmod(0o755)
    said, agent = run(supervised, listed("block"), "./huge; echo $?", place)
    assert said.splitlines()[-1] == "126"
    told = exec_of(agent, place / "huge", Verdict.BLOCK)
    assert (told.sha256, told.message) == ("", "not hashed: larger than 512 MiB")


def test_hashes_are_told_where_that_is_asked_for(supervised: Supervised, coin: Path, place: Path) -> None:
    blob = encode(replace(decode(policy("block")).policy, hash_programs=True))
    said, agent = run(supervised, blob, "./coin; echo $?", place)
    assert said == "70\n"
    told = exec_of(agent, coin, Verdict.ALLOW)
    assert (told.sha256, told.traits) == (sha256(coin).hex(), ())


def flip(path: Path, side: bytes) -> None:
    """Change the coin in place, through memory: where nothing forces it, without a word to ctime."""
    with path.open("r+b") as file, mmap.mmap(file.fileno(), 0) as memory:
        at = memory.find(SIDE) if memory.find(SIDE) >= 0 else memory.find(SIDE[::-1])
        memory[at : at + 4] = side


@pytest.mark.parametrize("where", ["disk", "memory"])
def test_a_file_changed_in_place_is_hashed_again(
    supervised: Supervised, coin: Path, place: Path, where: str
) -> None:
    """On tmpfs a write through a mapping stamps nothing; there no hash is kept."""
    if where == "memory":
        place = Path("/dev/shm") / f"outrider-{os.getpid()}"
        place.mkdir()
        coin = Path(shutil.copy(coin, place))
    try:
        supervised.set_policy(listed("block", more=(sha256(coin),)))
        supervised.listen()
        script = "read x; ./coin; echo $?; ./coin; echo $?; read x; ./coin; echo $?"
        pipes = {"stdin": subprocess.PIPE, "stderr": subprocess.DEVNULL, "cwd": place}
        with ended(supervised.start("/bin/sh", "-c", script, **pipes)) as process:
            assert process.stdin and process.stdout
            time.sleep(0.1)  # so that the hash may be kept
            process.stdin.write("go\n")
            process.stdin.flush()
            assert [process.stdout.readline() for _ in range(2)] == ["70\n", "70\n"]
            flip(coin, SIDE[::-1])
            assert process.communicate("go\n", timeout=20)[0] == "126\n"
    finally:
        if where == "memory":
            shutil.rmtree(place)


def flipping(path: Path) -> None:
    """Heads, tails, for ever, with a moment between during which it is open nowhere."""
    generator = random.Random(7)  # noqa: S311
    while True:
        for side in (SIDE, SIDE[::-1]):
            try:
                flip(path, side)
            except OSError:  # it runs just now: ETXTBSY
                continue
            time.sleep(generator.random() / 500)


def sides(command: list[str], place: Path, coin: Path) -> set[str]:
    """Exit codes of the coin run again and again while it is flipped."""
    flipper = Process(target=flipping, args=(coin,))
    flipper.start()
    try:
        done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False, timeout=120)
    finally:
        flipper.kill()
        flipper.join()
    return set(done.stdout.split())


def runs(count: int) -> list[str]:
    return [
        "/bin/sh",
        "-c",
        f"i=0; while [ $i -lt {count} ]; do i=$((i+1)); ./coin 2>/dev/null; echo $?; done",
    ]


@pytest.mark.parametrize("where", ["disk", "memory"])
def test_no_flip_is_won(supervised: Supervised, coin: Path, place: Path, where: str) -> None:
    """Between the hash and the exec the file is changed, in place, by another process."""
    if where == "memory":
        place = Path("/dev/shm") / f"outrider-{os.getpid()}"
        place.mkdir()
        coin = Path(shutil.copy(coin, place))
    try:
        supervised.set_policy(listed("block", more=(sha256(coin),)))
        supervised.listen()
        found = sides(supervised.command(*runs(RACES)), place, coin)
        assert "71" not in found
        assert found >= {"70", "126"}
    finally:
        if where == "memory":
            shutil.rmtree(place)


def test_without_protection_flips_are_won(coin: Path, place: Path) -> None:
    assert "71" in sides(runs(RACES_UNPROTECTED), place, coin)
