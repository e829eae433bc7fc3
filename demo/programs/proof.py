"""One program from start to end: learn, make the policy, block under the same load, attack; and without."""

import json
import subprocess
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from demo.programs import attacks
from demo.programs.attacks import Tried, decided, in_words
from demo.programs.life import Life, living
from demo.programs.peers import Peers
from demo.programs.program import Program
from demo.programs.room import Room
from demo.programs.root import version
from demo.programs.visitor import Visitor
from demo.task import OUTRIDER
from outrider.errors import EnvironmentFault
from outrider.model.event import FrameType, Mode, Verdict

RARE_EVERY = 8
"""Rounds between two reloads."""
LEAST_ROUNDS = 2
MOST_FAILURES = 20
"""More would say nothing new."""
REPEATS_SECONDS = 1.5
"""Repeats are told once a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What came of one program."""

    program: str
    version: str = ""
    learned: int = 0
    """Entries of the model."""
    rules: int = 0
    model_bytes: int = 0
    events: int = 0
    """Acts and repeats that were recorded while learning."""
    learning_ok: int = 0
    blocking_ok: int = 0
    failed: tuple[str, ...] = ()
    """Requests that were not answered as they should, in words, with their phase."""
    false_blocks: tuple[str, ...] = ()
    """What the policy refused or flagged under ordinary load, in words."""
    tried: tuple[Tried, ...] = ()
    without: tuple[Tried, ...] = ()
    """The same attacks where everything is allowed: they must work there."""
    trouble: str = ""
    """Why it could not be shown."""

    @property
    def held(self) -> bool:
        """Whether all that is promised of it came true."""
        clean = not (self.failed or self.false_blocks or self.trouble)
        busy = self.learning_ok > 0 and self.blocking_ok > 0
        answered = all(one.outcome in ("stopped", "seen") for one in self.tried)
        real = (
            bool(self.tried)
            and len(self.without) == len(self.tried)
            and all(one.worked for one in self.without)
        )
        return clean and busy and answered and real


def prove(
    program: Program, base: Path, work: Path, *, seconds: tuple[float, float], keep: Path | None
) -> Row:
    """All phases. To be called in a process of its own: it enters namespaces and stays there.

    `seconds`: of load to learn from, and under block. `keep`: where model, policy and records are copied to.
    """
    room = Room(program, base, work)
    peers = Peers()
    with living(room, "learning", None, peers) as life:
        learning = visit(life, seconds[0])
    recorded = sum(event.type in _ACTS for event in life.events())
    sizes = make_policy(life.record, room.work)
    _keep(room, "learning", keep)
    blocking, tried, false_blocks, trouble = _block(room, peers, seconds[1])
    _keep(room, "blocking", keep)
    with living(room, "without", None, peers) as life:
        without = tuple(attacks.strike(life))
    return Row(
        program=program.name,
        version=version(base, program.package),
        **sizes,
        events=recorded,
        learning_ok=learning.ok,
        blocking_ok=blocking.ok,
        failed=(*_failures("learning", learning), *_failures("blocking", blocking)),
        false_blocks=false_blocks,
        tried=tried,
        without=without,
        trouble=trouble,
    )


def _keep(room: Room, life: str, keep: Path | None) -> None:
    """Put the papers of a life aside, and forget the rest of it."""
    if keep is not None:
        papers = (
            room.work / life / "state" / "record",
            room.work / life / "log",
            room.work / life / "sidecar.log",
        )
        for paper in (*papers, room.work / "model.json", room.work / "policy.yaml"):
            if paper.exists():
                subprocess.run(("cp", "-r", str(paper), str(keep / f"{life}-{paper.name}")), check=False)
        subprocess.run(
            ("cp", "-r", str(room.work / life / "root/var/log"), str(keep / f"{life}-var-log")), check=False
        )
    room.drop(life)


_ACTS = (FrameType.EVENT, FrameType.REPEAT)


def _block(
    room: Room, peers: Peers, seconds: float
) -> tuple[Visitor, tuple[Tried, ...], tuple[str, ...], str]:
    """The new life under the policy: the same load, then attacks, then its end.

    A program that was made to want something may try that very act again later: that is the attack's, too.
    """
    with living(room, "blocking", room.work / "policy.yaml", peers) as life:
        visitor = visit(life, seconds)
        time.sleep(REPEATS_SECONDS)
        begin = _last(life)
        tried = tuple(attacks.strike(life))
        end = _last(life)
    events = life.events()
    aftermath = {words for one in tried for words in one.stopped}
    wrong = [
        in_words(event)
        for event in decided(events, Verdict.BLOCK, Verdict.ALERT)
        if event.seq <= begin or (event.seq > end and in_words(event) not in aftermath)
    ]
    started = [event for event in events if event.type is FrameType.START]
    in_force = started and all(event.mode is Mode.BLOCK for event in started)
    trouble = "" if in_force else "the blocking life did not start in block mode"
    return visitor, tried, tuple(f"{what} x{count}" for what, count in Counter(wrong).items()), trouble


def _last(life: Life) -> int:
    """Number of the last event so far."""
    return max((event.seq for event in life.events()), default=0)


def visit(life: Life, seconds: float) -> Visitor:
    """Ordinary load for a while, at least two rounds."""
    visitor = Visitor(life)
    end = time.monotonic() + seconds
    while visitor.round < LEAST_ROUNDS or time.monotonic() < end:
        _one_round(visitor, life.program)
        visitor.round += 1
        if visitor.failed.total() > MOST_FAILURES:
            break
    return visitor


def _one_round(visitor: Visitor, program: Program) -> None:
    """The load, and what is rare where it is time; what cannot even be asked is a failed request."""
    try:
        program.load(visitor)
        if program.rare is not None and visitor.round % RARE_EVERY == 0:
            program.rare(visitor)
    except (OSError, EnvironmentFault) as error:
        visitor.check("round", False, error)


def make_policy(record: Path, work: Path) -> dict[str, int]:
    """Record → model → policy, with the commands a user types; sizes of both."""
    model, policy = work / "model.json", work / "policy.yaml"
    summary = outrider("learn", str(record), "--workload", "programs", "-o", str(model), "--json")
    outrider("policy", "from-model", str(model), "--mode", "block", "-o", str(policy))
    one = json.loads(summary)["models"][0]
    entries = sum(value for key, value in one.items() if isinstance(value, int) and key != "instances")
    rules = policy.read_text().count("- kind:")
    return {"learned": entries, "rules": rules, "model_bytes": model.stat().st_size}


def outrider(*arguments: str) -> str:
    """One `outrider` command; what it printed. Raises EnvironmentFault unless it exits with 0."""
    done = subprocess.run([*OUTRIDER, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise EnvironmentFault(
            f"outrider {' '.join(arguments)} exited {done.returncode}: {done.stderr[-1500:]}"
        )
    return done.stdout


def _failures(phase: str, visitor: Visitor) -> tuple[str, ...]:
    return tuple(f"{phase}: {what} x{count}" for what, count in visitor.failed.items())
