"""An incident, drawn: what a person needs first comes first."""

from collections.abc import Collection, Iterable

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from outrider.model.event import Event, FrameType, Verdict
from outrider.model.finding import Severity
from outrider.model.incident import Deviation, Incident, Shape
from outrider.runtime import words

STYLES = {Verdict.ALLOW: "green", Verdict.ALERT: "yellow", Verdict.BLOCK: "bold red"}
"""How a verdict is coloured on a terminal."""

MARKS = {Verdict.ALLOW: "·", Verdict.ALERT: "!", Verdict.BLOCK: "✗"}
"""How a verdict is marked where there is no colour."""

EVIDENCE = "◆"
"""Marks an allowed act that a detector names."""

_SEVERITIES = {Severity.CRITICAL: "bold red", Severity.HIGH: "red", Severity.MEDIUM: "yellow"}


def incident_story(number: int, incident: Incident, tree: RenderableType, timeline: RenderableType) -> Panel:
    """How bad, what, what to do; then the evidence."""
    parts: list[RenderableType] = [_head(incident), Text(), Text(incident.narrative)]
    if incident.detections:
        parts += [Text("\ndetected", "bold"), _detections(incident.detections)]
    if incident.deviations:
        parts += [Text("\nnot allowed", "bold"), _deviations(incident.deviations)]
    parts += [Text("\nwhat to do", "bold"), *(Text(f"- {one}") for one in incident.advice)]
    parts += [Text("\nprocesses", "bold"), tree]
    parts += [Text("\nwhat they did", "bold"), timeline]
    if incident.left_out:
        parts.append(Text(f"{incident.left_out} more events are left out here; the record has them", "dim"))
    began = words.moment(incident.begin_ns)
    title = Text(f"incident {number}: {words.shown(incident.container) or '-'}, {began} UTC")
    return Panel(Group(*parts), title=title, title_align="left")


def mark(event: Event, evidence: Collection[tuple[str, int]] = ()) -> Text:
    """The verdict in one character."""
    if event.type is not FrameType.EVENT or event.verdict is None:
        return Text(" ")
    if event.verdict is Verdict.ALLOW and (event.instance, event.seq) in evidence:
        return Text(EVIDENCE, "yellow")
    return Text(MARKS[event.verdict], STYLES[event.verdict])


def _head(incident: Incident) -> Text:
    """Severity, score and title; why the score."""
    head = Text()
    head.append(
        f"{incident.severity.word.upper()} {incident.score}/100", _SEVERITIES.get(incident.severity, "")
    )
    head.append(f"  {incident.title}", "bold")
    for one in incident.points:
        head.append(f"\n{one.points:+4} {one.reason}", "dim")
    head.append(f"\nid {incident.id}", "dim")
    return head


def _detections(shapes: Iterable[Shape]) -> RenderableType:
    """What detectors saw, with the numbers of ATT&CK."""
    table = Table.grid(padding=(0, 1))
    for shape in shapes:
        found = shape.detection
        times = f" ({shape.times} times)" if shape.times > 1 else ""
        told = Text(f"{words.shown(shape.title)}{times}: {words.shown(found.what)}")
        for technique in shape.attack:
            told.append(f"\n{technique.uid} {technique.title}".rstrip(), "dim")
        facts = ", ".join(f"{words.shown(name)} {words.shown(value)}" for name, value in found.facts.items())
        if facts:
            told.append(f"\n{facts}", "dim")
        rank = Text(f"{found.severity.word}, {found.confidence.word} confidence", "dim")
        table.add_row(Text(words.clock(found.time_ns), "dim"), Text(EVIDENCE), told, rank)
    return table


def _deviations(found: Iterable[Deviation]) -> RenderableType:
    """What was not allowed, how often, and why not."""
    table = Table.grid(padding=(0, 1))
    for deviation in found:
        event = deviation.event
        times = f" ({deviation.times} times)" if deviation.times > 1 else ""
        told = Text(f"{words.describe(event)}{times}")
        told.append(f"\nwhy: {deviation.why}", "dim")
        if event.argv:
            told.append(f"\nwith the arguments: {words.command_line(event.argv)}", "dim")
        table.add_row(Text(words.clock(event.time_ns), "dim"), mark(event), told)
    return table
