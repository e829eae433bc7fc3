"""A flight record, drawn."""

from collections.abc import Iterable

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from outrider.model.event import Event, FrameType, Verdict
from outrider.runtime import words
from outrider.runtime.process_tree import Process
from outrider.runtime.record import Deviation, FlightRecord, Incident, Life

STYLES = {Verdict.ALLOW: "green", Verdict.ALERT: "yellow", Verdict.BLOCK: "bold red"}
"""How a verdict is coloured on a terminal."""

MARKS = {Verdict.ALLOW: "·", Verdict.ALERT: "!", Verdict.BLOCK: "✗"}
"""How a verdict is marked where there is no colour."""

MOST_LINES = 200
"""Of a timeline, in a story; `record timeline` has them all."""


def story(record: FlightRecord, incidents: Iterable[Incident]) -> RenderableType:
    """The whole record: what there is of it, then incident by incident."""
    return Group(overview(record), *(incident_story(incident) for incident in incidents))


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
                f"{life.not_recorded} not in these files; {_incidents(len(life.incidents))}"
            )
        )
    return Group(*lines)


def incident_story(incident: Incident) -> Panel:
    """What was stopped, why, who was involved, and what they did."""
    stopped = incident.stopped
    head = Text()
    head.append(f"{words.clock(stopped.event.time_ns)}  ", "dim")
    head.append(words.describe(stopped.event), STYLES[stopped.event.verdict or Verdict.ALERT])
    head.append(f"\nwhy: {stopped.why}")
    if stopped.event.argv:
        head.append(f"\nwith the arguments: {words.command_line(stopped.event.argv)}")
    if stopped.event.cmdline:
        head.append(f"\nby: {words.command_line(stopped.event.cmdline)}")
    parts: list[RenderableType] = [head, Text()]
    parts += [process_tree(process) for process in incident.processes]
    parts += [Text("\nnot allowed", "bold"), deviations(incident.deviations)]
    parts += [Text("\nwhat the processes involved did", "bold"), timeline(incident.timeline)]
    began = words.moment(incident.deviations[0].event.time_ns)
    title = Text(f"incident {incident.number}: {words.shown(incident.container) or '-'}, {began} UTC")
    return Panel(Group(*parts), title=title, title_align="left")


def deviations(found: Iterable[Deviation]) -> RenderableType:
    """What was not allowed, how often, and why not."""
    table = Table.grid(padding=(0, 1))
    for deviation in found:
        times = f" ({deviation.times} times)" if deviation.times > 1 else ""
        told = Text(f"{words.describe(deviation.event)}{times}")
        told.append(f"\nwhy: {deviation.why}", "dim")
        table.add_row(Text(words.clock(deviation.event.time_ns), "dim"), _mark(deviation.event), told)
    return table


def timeline(events: Iterable[Event], most: int = MOST_LINES) -> RenderableType:
    """What happened, in order of time; of more than `most` events the last."""
    events = list(events)
    table = Table.grid(padding=(0, 1))
    for event in events[-most:]:
        table.add_row(Text(words.clock(event.time_ns), "dim"), _mark(event), Text(words.describe(event)))
    if len(events) <= most:
        return table
    return Group(Text(f"{len(events) - most} earlier events are left out", "dim"), table)


def life_trees(life: Life) -> RenderableType:
    """All processes of a life."""
    return Group(*(process_tree(process) for process in life.processes))


def process_tree(process: Process) -> Tree:
    """A process, what it did that matters, and those it started."""
    tree = Tree(_process_line(process))
    _grow(tree, process)
    return tree


def _grow(tree: Tree, process: Process) -> None:
    """Add what is below a process."""
    for act in process.acts:
        if act.verdict is not Verdict.ALLOW:
            line = Text(f"{MARKS[act.verdict or Verdict.ALERT]} {words.what_happened(act)}")
            line.stylize(STYLES[act.verdict or Verdict.ALERT])
            tree.add(line)
    for child in process.children:
        _grow(tree.add(_process_line(child)), child)


def _process_line(process: Process) -> Text:
    """Number, programs and arguments of a process."""
    programs = " → ".join(words.shown(program) for program in process.programs) or "unknown program"
    line = Text(f"{process.pid} {programs}")
    if process.cmdline:
        line.append(f"  {words.command_line(process.cmdline)[:160]}", "dim")
    return line


def _mark(event: Event) -> Text:
    """The verdict in one character."""
    if event.type is not FrameType.EVENT or event.verdict is None:
        return Text(" ")
    return Text(MARKS[event.verdict], STYLES[event.verdict])


def _count(number: int, one: str, many: str = "") -> str:
    """`1 event`, `2 events`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def _incidents(number: int) -> str:
    """`no incident`, `1 incident`, `2 incidents`."""
    return _count(number, "incident") if number else "no incident"
