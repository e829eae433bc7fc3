"""Who started whom, from what events tell of ancestors."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import PlainSerializer

from outrider.model.event import Event, Kind, Verdict
from outrider.runtime import jsonl

_DEEPEST = 64
"""Generations that are told. Events are not to be trusted: a chain without end would be drawn without end."""

EventJson = Annotated[Event, PlainSerializer(jsonl.to_plain)]
"""An event that is written, inside other values, as it is written in event files."""

EventNumber = Annotated[Event, PlainSerializer(lambda event: event.seq, return_type=int)]
"""An event that is written as its number only: it stands in full elsewhere."""


@dataclass(frozen=True, slots=True)
class Process:
    """One process. A number that was used again for another process is not told apart."""

    pid: int
    programs: tuple[str, ...]
    """What it ran, in order: a process that execs has several."""
    cmdline: tuple[str, ...] = ()
    acts: tuple[EventNumber, ...] = ()
    children: tuple["Process", ...] = ()


@dataclass(slots=True, eq=False)
class _Node:
    """A process that is still being told of."""

    pid: int
    programs: list[str] = field(default_factory=list)
    cmdline: tuple[str, ...] = ()
    acts: list[Event] = field(default_factory=list)
    parent: "_Node | None" = None
    children: list["_Node"] = field(default_factory=list)
    height: int = 1
    """Generations from here down."""

    def runs(self, program: str) -> None:
        """Note what it runs. A script is told before its interpreter, the caller again between the two."""
        if program and program not in self.programs:
            self.programs.append(program)

    def descends(self, parent: "_Node") -> None:
        """Note who started it. The first to be told of stays: orphans are handed to PID 1."""
        line = parent.line()
        if self.parent is not None or self in line or len(line) + self.height > _DEEPEST:
            return
        self.parent = parent
        parent.children.append(self)
        for generations, node in enumerate(line, start=self.height + 1):
            node.height = max(node.height, generations)

    def line(self) -> list["_Node"]:
        """Itself and those above it, at most `_DEEPEST`."""
        line: list[_Node] = []
        node: _Node | None = self
        while node is not None:
            line.append(node)
            node = node.parent
        return line

    def freeze(self) -> Process:
        """Return it and those below it as values."""
        children = tuple(child.freeze() for child in self.children)
        return Process(self.pid, tuple(self.programs), self.cmdline, tuple(self.acts), children)


def grow(events: Iterable[Event]) -> tuple[Process, ...]:
    """Return the trees that the acts of one life of a container tell of, given in order of time."""
    nodes: dict[int, _Node] = {}
    for event in events:
        if event.kind is None:
            continue
        above: _Node | None = None
        for pid, program in lineage(event):
            node = nodes.setdefault(pid, _Node(pid))
            node.runs(program)
            if above is not None:
                node.descends(above)
            above = node
        if above is not None:
            _note_act(above, event)
    return tuple(node.freeze() for node in nodes.values() if node.parent is None)


def lineage(event: Event) -> list[tuple[int, str]]:
    """Pid and program of the process that acted and of those above it, the oldest first."""
    above = [(ancestor.pid, ancestor.program) for ancestor in reversed(event.ancestors)]
    if not above and event.ppid:
        above = [(event.ppid, "")]
    return [*above, (event.pid, event.program)]


def _note_act(node: _Node, event: Event) -> None:
    """Add an act to who did it; after an exec that was let through it runs another program."""
    node.acts.append(event)
    node.cmdline = node.cmdline or event.cmdline
    if event.kind is Kind.EXEC and event.verdict is not Verdict.BLOCK and not event.errno:
        node.runs(event.target)
        node.cmdline = event.argv or node.cmdline
