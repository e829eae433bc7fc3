"""A flight record, drawn."""

from collections.abc import Collection, Iterable

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from outrider.cli.incident_view import STYLES, mark
from outrider.model.event import Event, Verdict
from outrider.runtime import words
from outrider.runtime.process_tree import Process
from outrider.runtime.record import FlightRecord, Life

MOST_LINES = 200
"""Of a timeline, in a story; `record timeline` has them all."""


def overview(record: FlightRecord) -> RenderableType:
    """What is known of each life, and the count of what is not."""
    lines = [
        Text(f"{_count(len(record.lives), 'life', 'lives')}, {_incidents(len(record.incidents))}", "bold")
    ]
    for life in record.lives:
        policy = f"policy {words.shown(life.policy_id)[:12] or 'unknown'} (counter {life.policy_counter})"
        lines.append(
            Text(
                f"{words.shown(life.container) or '-'}: {words.moment(life.first_ns)} to "
                f"{words.moment(life.last_ns)} UTC, mode {life.mode or 'unknown'}, {policy}; "
                f"{_count(life.events, 'event')}, {life.dropped} dropped by the supervisor, "
                f"{life.not_recorded} not in these files; {_incidents(len(record.of(life)))}"
            )
        )
    return Group(*lines)


def timeline(
    events: Iterable[Event], evidence: Collection[tuple[str, int]] = (), most: int = MOST_LINES
) -> RenderableType:
    """What happened, in order of time; of more than `most` events the last."""
    events = list(events)
    table = Table.grid(padding=(0, 1))
    for event in events[-most:]:
        table.add_row(
            Text(words.clock(event.time_ns), "dim"), mark(event, evidence), Text(words.describe(event))
        )
    if len(events) <= most:
        return table
    return Group(Text(f"{len(events) - most} earlier events are left out", "dim"), table)


def life_trees(life: Life, evidence: Collection[tuple[str, int]] = ()) -> RenderableType:
    """All processes of a life."""
    return Group(*(process_tree(process, evidence) for process in life.processes))


def process_tree(process: Process, evidence: Collection[tuple[str, int]] = ()) -> Tree:
    """A process, what it did that matters, and those it started."""
    tree = Tree(_process_line(process))
    _grow(tree, process, evidence)
    return tree


def _grow(tree: Tree, process: Process, evidence: Collection[tuple[str, int]]) -> None:
    """Add what is below a process."""
    for act in process.acts:
        if act.verdict is not Verdict.ALLOW or (act.instance, act.seq) in evidence:
            line = Text.assemble(mark(act, evidence), f" {words.what_happened(act)}")
            line.stylize(STYLES[act.verdict or Verdict.ALERT])
            tree.add(line)
    for child in process.children:
        _grow(tree.add(_process_line(child)), child, evidence)


def _process_line(process: Process) -> Text:
    """Number, programs and arguments of a process."""
    programs = " → ".join(words.shown(program) for program in process.programs) or "unknown program"
    line = Text(f"{process.pid} {programs}")
    if process.cmdline:
        line.append(f"  {words.command_line(process.cmdline)[:160]}", "dim")
    return line


def _count(number: int, one: str, many: str = "") -> str:
    """`1 event`, `2 events`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def _incidents(number: int) -> str:
    """`no incident`, `1 incident`, `2 incidents`."""
    return _count(number, "incident") if number else "no incident"
