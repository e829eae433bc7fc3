"""What a guest's suite found: its lines read, and what in them is not as it should be."""

import base64
import gzip
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from outrider.errors import OutriderError
from outrider.model.event import Event, FrameType, Verdict
from outrider.runtime.wire import FrameDecoder
from tests.kernels.suite import FIDELITY_KNOWN
from tests.native.bypass import table as bypass
from tests.native.bypass.heads import Trick, all_tricks

SMOKE_STATUS, SMOKE_LINES = 7, 19
DENIED = {
    "makes b/file": "write",
    "renames a/other to b/other": "write",
    "makes the directory b/d": "write",
    "shortens b/kept": "write",
    "runs program-b": "exec",
    "runs script-b": "exec",
    "runs program-a from memory": "exec",
    "connects to the other port": "connect",
    "sends to the other port": "connect",
    "a thread makes b/thread": "write",
}
"""Of smoke.c's acts those its policy does not allow, and the kind of their events."""
SINCE = {"fchmodat2": (6, 6)}
"""Calls older kernels do not have."""
CLOSED = {"open", "mkdir", "exec"}
DEATHS = 3
ENOUGH = 100
"""Attempts at a race of which some must come through: of few, chance may let none."""
TOOK_OVER = "the supervisor died; its twin has taken over"
KILLED = "a program was killed with the supervisor: it could not be verified any more"
"""What an exec comes to that was being verified in that moment: `native/README.md`."""
LAST_LIFE = "no twin of the launch is left: one that takes over from here on is not guarded against signals"
EMPTY_PATH = re.compile(
    r"^.(linkat|link as another user) (/ (own, |tmpfile by )?empty path: | *(b|c|mine|new7) )"
)
"""Before Linux 6.10 linkat(AT_EMPTY_PATH) wants CAP_DAC_READ_SEARCH; the supervisor links by /proc/self/fd,
which wants nothing. The caller may do the same in one more step, so nothing is gained by it."""
EMPTY_PATH_UNTIL = (6, 10)
SECURITY_REFUSED = 70
KILLED = ": killed by 14"
"""A situation that took longer than case.h gives it: that its other lines are not there is one difference."""


@dataclass(slots=True)
class Results:
    """The lines of one run by their first field."""

    release: str = ""
    machine: str = ""
    probes: dict[str, dict[str, Any]] = field(default_factory=dict)
    ended: dict[str, int] = field(default_factory=dict)
    smoke: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    events: dict[str, list[Event]] = field(default_factory=dict)
    fidelity: dict[str, int] = field(default_factory=dict)
    differs: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    races: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    """By call, in all manners: attempts, how many of the allowed came through, wins."""
    load: tuple[int, int, float, int] | None = None
    """Calls, failures, the longest in milliseconds, how many were refused."""
    closed: dict[str, str] = field(default_factory=dict)
    stderr: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    tricks: list[bypass.Result] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    """Lines that could not be read, and what the suite itself complained of."""

    @property
    def version(self) -> tuple[int, ...]:
        """Of the kernel: (5, 10)."""
        return tuple(int(part) for part in re.findall(r"\d+", self.release)[:2])


def read(text: str) -> Results:
    """Of what a guest printed. What is not as expected becomes an entry of `wrong`, never an exception."""
    found = Results()
    for line in text.splitlines():
        try:
            _take(found, line.split("\t"))
        except (ValueError, TypeError, OSError, EOFError, OutriderError) as error:
            found.wrong.append(f"not understood: {line[:200]} ({error})")
    return found


def _take(found: Results, fields: list[str]) -> None:
    kind, *rest = fields
    if kind in READERS and len(rest) >= 2 - (kind in SHORT):
        READERS[kind](found, *rest)
    else:
        found.wrong.append(" ".join(fields)[:200])


def _kernel(found: Results, release: str, machine: str, *_: str) -> None:
    found.release, found.machine = release, machine


def _probe(found: Results, who: str, said: str) -> None:
    found.probes[who] = json.loads(said)


def _ended(found: Results, name: str, status: str) -> None:
    found.ended[name] = int(status)


def _smoked(found: Results, name: str, said: str) -> None:
    what, _, outcome = said.partition(": ")
    found.smoke[name][what] = outcome


def _events(found: Results, name: str, packed: str) -> None:
    found.events[name] = FrameDecoder().feed(gzip.decompress(base64.b64decode(packed, validate=True)))


def _compared(found: Results, name: str, lines: str) -> None:
    found.fidelity[name] = int(lines)


def _differs(found: Results, name: str, *line: str) -> None:
    found.differs[name].append(" ".join(line))


def _raced(found: Results, kind: str, said: str) -> None:
    numbers = re.search(r"(\d+) attempts .*?(\d+) kept (\d+) wins", said)
    if not numbers:
        raise ValueError("no outcome of a race")
    attempts, kept, wins = (int(number) for number in numbers.groups())
    before = found.races.get(kind, (0, 0, 0))
    found.races[kind] = (before[0] + attempts, before[1] + kept, before[2] + wins)


def _load(found: Results, said: str) -> None:
    if said != "ready":
        calls, failed, longest, refused = said.split()
        found.load = int(calls), int(failed), float(longest), int(refused)


def _closed(found: Results, said: str) -> None:
    what, _, outcome = said.partition(": ")
    found.closed[what] = outcome


def _stderr(found: Results, name: str, *line: str) -> None:
    found.stderr[name].append(" ".join(line))


def _chain(found: Results, who: str, said: str) -> None:
    if said != "A CHAIN":
        found.wrong.append(f"a chain of shells as {who} said {said}")


def _trick(found: Results, *rest: str) -> None:
    read_back = bypass.read("\t".join(rest))
    if not read_back:
        raise ValueError("no outcome of a trick")
    found.tricks += read_back


SHORT = {"load", "closed"}
"""Kinds of line with one field."""
READERS: dict[str, Callable[..., None]] = {
    "kernel": _kernel,
    "probe": _probe,
    "ended": _ended,
    "smoke": _smoked,
    "events": _events,
    "fidelity": _compared,
    "differs": _differs,
    "races": _raced,
    "load": _load,
    "closed": _closed,
    "stderr": _stderr,
    "chain": _chain,
    "trick": _trick,
}


def problems(found: Results, sections: tuple[str, ...]) -> list[str]:
    """What is not as it should be, each a line; sections that were asked for and are not there, too."""
    checks = {
        "probe": _probes,
        "smoke": _smoke,
        "traced": _traced,
        "fidelity": _fidelity,
        "races": _races,
        "death": _death,
        "bypass": _bypass,
    }
    said = list(found.wrong)
    for section in sections:
        said += [f"{section}: {line}" for line in checks[section](found)]
    return said


def _probes(found: Results) -> Iterator[str]:
    if set(found.probes) != {"root", "root+without-ptrace", "1000"}:
        yield f"asked as {sorted(found.probes)}"
    for who, probe in found.probes.items():
        if probe.get("engine") != "notify":
            yield f"{who}: engine {probe.get('engine')}, errno {probe.get('listener_errno')}"


def _traced(found: Results) -> Iterator[str]:
    yield from _acts(found, "ptrace", 4)


def _acts(found: Results, engine: str, runs: int) -> Iterator[str]:
    """What is wrong in the runs of smoke.c with this engine."""
    chosen = {name: out for name, out in found.smoke.items() if ("traced" in name) == (engine == "ptrace")}
    if len(chosen) != runs:
        yield f"{len(chosen)} of {runs} runs"
    for name, outcomes in chosen.items():
        block = name.endswith(" block")
        if len(outcomes) != SMOKE_LINES or found.ended.get(f"smoke {name}") != SMOKE_STATUS:
            yield f"{name}: {len(outcomes)} lines, status {found.ended.get(f'smoke {name}')}"
        for what, outcome in outcomes.items():
            expected = "Operation not permitted" if block and what in DENIED else "ok"
            if outcome != expected:
                yield f"{name}: {what}: {outcome}"
        events = found.events.get(f"smoke {name}", [])
        yield from (f"{name}: {line}" for line in _told(events, engine, block=block))


def _smoke(found: Results) -> Iterator[str]:
    yield from _acts(found, "notify", 6)
    for who in ("root", "1000"):
        if found.ended.get(f"without a policy {who}") != 3:
            yield f"{who}: without a policy status {found.ended.get(f'without a policy {who}')}"
        if found.ended.get(f"security without a policy {who}") != SECURITY_REFUSED:
            yield f"{who}: --on-failure security did not refuse to start"


def _told(events: list[Event], engine: str, *, block: bool) -> Iterator[str]:
    """What the events of one smoke lack."""
    numbers = [event.seq for event in events if event.type is not FrameType.HELLO]
    if numbers != list(range(1, len(numbers) + 1)):
        yield f"events {numbers}"
    starts = [event for event in events if event.type is FrameType.START]
    if [event.engine for event in starts] != [engine]:
        yield f"started with {[event.engine for event in starts]}"
    verdict = Verdict.BLOCK if block else Verdict.ALERT
    kinds = sorted(
        str(event.kind) for event in events if event.type is FrameType.EVENT and event.verdict is verdict
    )
    if kinds != sorted(DENIED.values()):
        yield f"told as {verdict}: {kinds}"
    yield from (event.message for event in events if event.type is FrameType.TROUBLE)


def _fidelity(found: Results) -> Iterator[str]:
    if not found.fidelity:
        yield "nothing was compared"
    yield from (
        f"{name}: status {status}"
        for name, status in found.ended.items()
        if name.startswith("fidelity ") and status
    )
    for name, lines in found.fidelity.items():
        if lines <= 20:
            yield f"{name}: only {lines} lines"
        yield from (f"{name}: {line}" for line in unexplained(found, name))


def unexplained(found: Results, name: str) -> list[str]:
    """The differences of one program under supervision that are on no list. `name`: "opens root block"."""
    program, _, mode = name.split(" ")
    known = [FIDELITY_KNOWN[program]] if mode == "block" and program in FIDELITY_KNOWN else []
    if mode == "block" and found.version < EMPTY_PATH_UNTIL:
        known.append(EMPTY_PATH)
    lines = found.differs.get(name, [])
    slow = {line[1:].partition(":")[0] for line in lines if line.startswith("+") and line.endswith(KILLED)}
    return [
        line
        for line in lines
        if not any(each.search(line) for each in known)
        and (line.endswith(KILLED) or re.split(r" / |   |: ", line[1:])[0] not in slow)
    ]


def _races(found: Results) -> Iterator[str]:
    if not found.races:
        yield "none was run"
    for kind, (attempts, kept, wins) in found.races.items():
        there = found.version >= SINCE.get(kind, (0, 0))
        if wins or (there and not kept and attempts >= ENOUGH):
            yield f"{kind}: {attempts} attempts, {kept} kept, {wins} won"
    for name, status in found.ended.items():
        if name.startswith("races ") and status:
            yield f"{name}: status {status} {' '.join(found.stderr.get(name, []))}"


def _death(found: Results) -> Iterator[str]:
    told = [e.message for e in found.events.get("death of the supervisor", []) if e.type is FrameType.TROUBLE]
    if not found.load or found.load[1] > told.count(KILLED) or not found.load[3]:
        yield f"under load: {found.load} {' '.join(found.stderr.get('load', []))}"
    if [message for message in told if message not in (LAST_LIFE, KILLED)] != [TOOK_OVER] * DEATHS:
        yield f"told: {told}"
    refused = {what for what, outcome in found.closed.items() if outcome == "Function not implemented"}
    if refused != CLOSED or found.closed.get("read") != "ok":
        yield f"with both gone: {found.closed}"


def _bypass(found: Results) -> Iterator[str]:
    there = {trick.name: trick for trick in all_tricks() if trick.runs_on(found.machine)}
    absent = there.keys() - {result.name for result in found.tricks}
    if absent:
        yield f"not run: {' '.join(sorted(absent))}; {' '.join(found.stderr.get('bypass', []))}"
    for result in found.tricks:
        if outcome(there[result.name], result) == "WRONG":
            yield f"{result.name}: {result.found}, expected {there[result.name].expect}: {result}"


def outcome(trick: Trick, result: bypass.Result) -> str:
    """`stopped`, `seen`, `outside`, `cannot` (not in this kernel), `OPEN` (known), or WRONG.

    `slow`: stopped by the harness's clock after the supervisor had refused it: a race, emulated.
    `unproven`: this kernel refuses it to anybody; `make bypass` proves it where it can succeed."""
    word = bypass.verdict(trick, result)
    if result.found == "unproven" and not result.witness:
        return "unproven"
    if result.supervised == "hung" and not result.witness and any(t.endswith(":block") for t in result.told):
        return "slow"
    if word not in {"ok", "mended"}:
        return word
    return "stopped" if result.found == "untold" else result.found


def tricks(found: Results) -> Counter[str]:
    """How many came to what."""
    there = {trick.name: trick for trick in all_tricks()}
    return Counter(outcome(there[result.name], result) for result in found.tricks)
