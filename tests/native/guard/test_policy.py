"""The policy: where it comes from, what is refused, and how a new one takes its place."""

import base64
import sys
from dataclasses import replace

import pytest
from function import DROPPED_AT, EMITTED_AT, GENERATION_AT, Extension, Function, policy

from outrider.model.event import Event, FrameType, Kind, Verdict
from outrider.policy.blob import decode, encode
from outrider.policy.compiled import CompiledRule
from outrider.policy.signing import format_key, public_key, sign

PRIVATE = bytes(range(32))
KEY = format_key(public_key(PRIVATE))
NO_EXEC = policy(exec="block")


def reaction(function: Function, blob: bytes, **settings: str) -> str:
    """`blocks` or `aside`: by a program that may not run anything, under a policy of no exec."""
    function.settings |= settings
    return "blocks" if function.run(["/bin/sh", "-c", "/bin/true"], blob).returncode == 126 else "aside"


def refusals(extension: Extension) -> list[str]:
    """Why policies were refused."""
    events = [event for event in extension.events if event.type is FrameType.POLICY]
    return [event.message for event in events if event.verdict is Verdict.BLOCK]


def test_from_the_environment(function: Function) -> None:
    """Base64 in OUTRIDER_POLICY."""
    function.listen()
    blob = base64.b64encode(NO_EXEC).decode()
    assert reaction(function, b"", OUTRIDER_GUARD="env", OUTRIDER_POLICY=blob) == "blocks"


OF_IMAGE = encode(replace(decode(NO_EXEC).policy, programs=(bytes(32),), programs_verdict=Verdict.BLOCK))
ABOUT_ARGUMENTS = encode(
    replace(
        decode(NO_EXEC).policy,
        rules=(CompiledRule(kind=Kind.EXEC, action=Verdict.ALLOW, id=1, target=b"/**", arguments=(b"-x",)),),
    )
)
BROKEN = {
    "empty": (b"", "too short for a policy"),
    "noise": (b"noise" * 100, "not a compiled policy"),
    "cut": (NO_EXEC[:-1], "its size is not what it says (truncated?)"),
    "of an image": (OF_IMAGE, "it has programs of an image, and a function has no image"),
    "about arguments": (
        ABOUT_ARGUMENTS,
        "it has rules about arguments, which only containers' supervisors decide",
    ),
    "damaged": (NO_EXEC[:60] + b"\x01" + NO_EXEC[61:], "a checksum that does not match (damaged?)"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_policy_is_refused(function: Function, name: str) -> None:
    """We stand aside and say why."""
    extension = function.listen()
    blob, why = BROKEN[name]
    assert reaction(function, blob) == "aside"
    assert refusals(extension)[0] in {why, "reserved bytes are not zero"}


@pytest.mark.parametrize("text", ["", "!!!!", "AAAA", "A" * 5])
def test_a_broken_environment_is_refused(function: Function, text: str) -> None:
    """Whatever it holds."""
    extension = function.listen()
    assert reaction(function, b"", OUTRIDER_GUARD="env", OUTRIDER_POLICY=text) == "aside"
    assert refusals(extension)


def test_signatures(function: Function) -> None:
    """With a key only what it signed counts."""
    extension = function.listen()
    assert reaction(function, sign(NO_EXEC, PRIVATE), OUTRIDER_POLICY_KEY=KEY) == "blocks"
    assert refusals(extension) == []
    assert reaction(function, NO_EXEC) == "aside"
    assert reaction(function, sign(NO_EXEC, bytes(32))) == "aside"
    assert reaction(function, sign(NO_EXEC, PRIVATE), OUTRIDER_POLICY_KEY="short") == "aside"
    assert sorted(set(refusals(extension))) == [
        "OUTRIDER_POLICY_KEY is not 32 bytes of base64",
        "it is not signed, and OUTRIDER_POLICY_KEY is set",
        "its signature does not verify",
    ]


def test_the_layers_own_need_no_signature(function: Function) -> None:
    """They came with us; another file beside them did not."""
    function.listen()
    folder = function.root / "policy"
    folder.mkdir(parents=True)
    for name, reacts in (("block.policy", "blocks"), ("function.policy", "aside")):
        (folder / name).write_bytes(NO_EXEC)
        assert reaction(function, b"", OUTRIDER_POLICY_KEY=KEY, OUTRIDER_GUARD=str(folder / name)) == reacts


class Running:
    """A program that tries to write whenever it is told to."""

    CODE = (
        "import os, sys\n"
        "for _ in sys.stdin:\n"
        "    try: os.unlink('/no-such-file')\n"
        "    except PermissionError: print('refused', flush=True)\n"
        "    except OSError: print('allowed', flush=True)\n"
    )

    def __init__(self, function: Function, blob: bytes) -> None:
        self.function = function
        self.extension = function.listen()
        self.process = function.start([sys.executable, "-u", "-c", self.CODE], blob, stdin=-1)

    def attempt(self) -> str:
        """Whether a write is refused now."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def publish(self, generation: int, blob: bytes | None) -> Event:
        """As the extension does; the guard's answer after the next act."""
        if blob is not None:
            (self.function.directory / f"policy.{generation}").write_bytes(blob)
        self.extension.set(GENERATION_AT, generation)
        self.attempt()
        events = [event for event in self.extension.events if event.type is FrameType.POLICY]
        return events[-1]

    def end(self) -> None:
        """No more."""
        self.process.communicate()


def writes(verdict: str, counter: int) -> bytes:
    """A policy that differs in this."""
    return policy("block", counter=counter, write=verdict)


def test_swap_while_running(function: Function) -> None:
    """At the next decision; older or broken ones are refused and the old one stays."""
    run = Running(function, writes("allow", 5))
    assert run.attempt() == "allowed"
    event = run.publish(1, writes("block", 6))
    assert (event.verdict, event.policy_counter) == (Verdict.ALLOW, 6)
    assert run.attempt() == "refused"
    assert (
        run.publish(2, writes("allow", 5)).message == "its counter is lower than that of the policy in force"
    )
    assert run.publish(3, b"noise" * 99).message == "not a compiled policy"
    assert run.publish(4, None).message == "the file does not exist"
    assert run.attempt() == "refused"
    for generation in range(5, 30):
        verdict = ("allow", "block")[generation % 2]
        assert run.publish(generation, writes(verdict, generation + 10)).verdict is Verdict.ALLOW
        assert run.attempt() == {"allow": "allowed", "block": "refused"}[verdict]
    run.end()


def test_a_swapped_policy_must_verify(function: Function) -> None:
    """The state directory belongs to the customer's user."""
    function.settings["OUTRIDER_POLICY_KEY"] = KEY
    run = Running(function, sign(writes("block", 5), PRIVATE))
    assert run.publish(1, writes("allow", 6)).message == "it is not signed, and OUTRIDER_POLICY_KEY is set"
    assert run.attempt() == "refused"
    assert run.publish(2, sign(writes("allow", 6), PRIVATE)).verdict is Verdict.ALLOW
    assert run.attempt() == "allowed"
    run.end()


def test_a_process_started_later_takes_the_newest(function: Function) -> None:
    """Not the one the function started with."""
    extension = function.listen()
    (function.directory / "policy.3").write_bytes(policy(exec="block", counter=9))
    extension.set(GENERATION_AT, 3)
    assert reaction(function, policy()) == "blocks"


def test_what_was_remembered_is_forgotten(function: Function) -> None:
    """An act that was allowed a moment ago is decided anew."""
    function.listen()
    target = function.place / "file"
    code = (
        "import sys\n"
        "for _ in sys.stdin:\n"
        f"    try: open({str(target)!r}, 'w').close(); print('allowed', flush=True)\n"
        "    except PermissionError: print('refused', flush=True)\n"
    )
    process = function.start([sys.executable, "-c", code], policy(), stdin=-1)
    assert process.stdin and process.stdout and function.extension
    answers = []
    for generation in range(3):
        blob = policy(write=("allow", "block")[generation % 2], counter=generation + 2)
        (function.directory / f"policy.{generation}").write_bytes(blob)
        function.extension.set(GENERATION_AT, generation)
        for _ in range(2):
            process.stdin.write("\n")
            process.stdin.flush()
            answers.append(process.stdout.readline().strip())
    process.communicate()
    assert answers == ["allowed"] * 2 + ["refused"] * 2 + ["allowed"] * 2


def test_events_that_nobody_takes_are_counted(function: Function) -> None:
    """emitted = taken + dropped."""
    extension = function.listen()
    (function.directory / "events").unlink()
    function.run(["/bin/sh", "-c", "/bin/true"], policy(exec="block"))
    assert extension.get(EMITTED_AT, "<Q") == extension.get(DROPPED_AT, "<Q") > 0


WORDS = (0x8EBC6AF09C88C6E3, 0x589965CC75374CC3, 0x1D8E4E27C47D124F)
"""Constants of decide.c's hash, once and now: bytes equal to one must not wipe out what was hashed before."""


@pytest.mark.parametrize("word", WORDS)
def test_no_bytes_make_two_acts_look_the_same(function: Function, word: int) -> None:
    """What is allowed is remembered by a hash: no name gives what is forbidden the same."""
    code = (
        "import os, subprocess, sys\n"
        "last = bytes.fromhex(sys.argv[1])\n"
        "def named(directory):\n"
        "    start = os.fsencode(directory) + b'/'\n"
        "    return start + b'x' * (-len(start) % 8) + last\n"
        "os.close(os.open(named(sys.argv[2]), os.O_WRONLY | os.O_CREAT, 0o700))\n"
        "for act in (lambda: os.open(named(sys.argv[3]), os.O_WRONLY | os.O_CREAT),\n"
        "            lambda: subprocess.run([named(sys.argv[2])])):\n"
        "    try: act()\n"
        "    except PermissionError: continue\n"
        "    except OSError as error: print(error)\n"
        "    print('not decided')\n"
    )
    places = [function.place / name for name in ("allowed", "forbidden-here")]
    for place in places:
        place.mkdir()
    rules = {"kind": "write", "target": f"{places[0]}/**"}
    blob = policy("block", rules, write="block", exec="block")
    said = function.python(code, blob, word.to_bytes(8, "little").hex(), *map(str, places))
    assert (said, list(places[1].iterdir())) == ("", [])
