"""What is tried against every program, and how one knows what became of it."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from demo.programs.exploit import take_over
from demo.programs.life import Life
from demo.programs.program import Attack, Program, called_home, left
from outrider.model.event import Event, FrameType, Verdict
from outrider.runtime.watch import watch


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of one attack."""

    name: str
    how: str
    worked: bool
    stopped: tuple[str, ...]
    """What was refused meanwhile, in words."""
    seen: tuple[str, ...]
    """Alerts and detections meanwhile."""
    trouble: str = ""
    """How the attacker's own client ended, if badly."""

    @property
    def outcome(self) -> str:
        """`stopped`, `seen`, `open`; `no effect`: it did nothing, and nobody stopped it."""
        if not self.worked and self.stopped:
            return "stopped"
        if self.stopped or self.seen:
            return "seen"
        return "open" if self.worked else "no effect"


def _inside(act: str, worked: Callable[[Life], bool]) -> Attack:
    """Code of the attacker's inside a process of the server, by no door of its own: see `exploit.py`."""
    return Attack(act, lambda life: take_over(life.process(life.program.victim), act), worked, "code inside")


EVERYWHERE = (
    _inside("shell", left("shell")),
    _inside("dropped program", left("dropped")),
    _inside("connect out", called_home),
    _inside("write outside", left("outside")),
    _inside("credentials", lambda life: life.peers.credentials.came > 0),
)
"""What every program gets."""


def against(program: Program) -> tuple[Attack, ...]:
    """All attacks on a program."""
    return (*EVERYWHERE, *program.attacks)


def strike(life: Life) -> list[Tried]:
    """Try everything on a life, one after the other."""
    return [_try(life, attack) for attack in against(life.program)]


def _try(life: Life, attack: Attack) -> Tried:
    """One attack, and what its time brought."""
    life.peers.attacker.came = life.peers.credentials.came = 0
    for remains in (life.root / "srv/shared").iterdir():
        remains.unlink()
    before = max((event.seq for event in life.events()), default=0)
    trouble = ""
    try:
        attack.act(life)
    except Exception as error:  # noqa: BLE001 - a door that was slammed is what we are here to see
        trouble = repr(error)[:200]
    deadline = time.monotonic() + attack.seconds
    stopped: list[str] = []
    while time.monotonic() < deadline and not (worked := attack.worked(life)) and not stopped:
        time.sleep(0.1)
        stopped = _since(life, before, Verdict.BLOCK)
    time.sleep(0.3)  # repeats and what is under way
    worked = attack.worked(life)
    after = [event for event in life.events() if event.seq > before]
    seen = _since(life, before, Verdict.ALERT) + [f"{found.detector}: {found.what}" for found in watch(after)]
    return Tried(
        attack.name, attack.how, worked, tuple(_since(life, before, Verdict.BLOCK)), tuple(seen), trouble
    )


def _since(life: Life, seq: int, verdict: Verdict) -> list[str]:
    """Acts after an event that were answered so, in words."""
    return [in_words(event) for event in decided(life.events(), verdict) if event.seq > seq]


def decided(events: Iterable[Event], *verdicts: Verdict) -> list[Event]:
    """Acts that were answered so; of a repeat, what it repeats, with the repeat's number."""
    first: dict[tuple[str, int], Event] = {}
    found: list[Event] = []
    for event in events:
        if event.type is FrameType.EVENT:
            first[event.instance, event.seq] = event
        elif event.type is not FrameType.REPEAT:
            continue
        act = first.get((event.instance, event.ref_seq)) if event.type is FrameType.REPEAT else event
        if act is not None and act.verdict in verdicts:
            found.append(replace(act, seq=event.seq))
    return found


def in_words(event: Event) -> str:
    """An event in a few words."""
    address = event.address
    target = event.target or (f"{address.host} port {address.port}" if address else "")
    return f"{event.program} {event.kind} {target} ({event.syscall or 'exec'})"
