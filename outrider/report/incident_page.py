"""Incidents as one HTML file for whoever is called for them: how bad, what, what to do, then the evidence.

All text of events goes in through `html_pieces.put`, which escapes it.
"""

from collections.abc import Sequence

from outrider import __version__
from outrider.model.event import Event, FrameType, Verdict
from outrider.model.finding import Severity
from outrider.model.incident import Deviation, Incident, Shape
from outrider.report.harmless import html as said
from outrider.report.harmless import is_link
from outrider.report.html_document import document
from outrider.report.html_pieces import (
    Markup,
    Piece,
    element,
    folded,
    joined,
    listed,
    put,
    section,
    severity,
    table,
    tag,
)
from outrider.report.tally import plural
from outrider.runtime import words
from outrider.runtime.process_tree import Process, grow
from outrider.runtime.record import FlightRecord

ATTACK = "https://attack.mitre.org/techniques/"
_COLOURS = {Verdict.ALERT: "medium", Verdict.BLOCK: "bad"}
_SAID = {Verdict.ALLOW: "allowed", Verdict.ALERT: "let through with an alert", Verdict.BLOCK: "blocked"}


def render(incidents: Sequence[Incident], record: FlightRecord) -> str:
    """The page: the worst incident first, each with everything that is known of it."""
    ordered = sorted(incidents, key=lambda one: (-one.score, one.begin_ns, one.id))
    containers = sorted({one.container for one in incidents} or {life.container for life in record.lives})
    name = ", ".join(containers) or "flight record"
    count = plural(len(ordered), "incident") if ordered else "No incident"
    head: list[Piece] = [
        element("p", count, css="count"),
        element("h1", name),
        element("p", _facts(record), css="soft"),
    ]
    sections = [_overview(ordered)] if len(ordered) > 1 else []
    sections += [_incident(place, one) for place, one in enumerate(ordered, start=1)]
    footer = f"<footer>{said(f'Outrider {__version__}. All times are UTC.')}</footer>"
    return document(name, f"<header>{''.join(map(put, head))}</header>", "".join(sections), footer)


def _facts(record: FlightRecord) -> str:
    """What the record has, and what it has not."""
    events = sum(life.events for life in record.lives)
    dropped = sum(life.dropped for life in record.lives)
    missing = sum(life.not_recorded for life in record.lives)
    facts = [plural(len(record.lives), "container life").replace("lifes", "lives"), plural(events, "event")]
    facts += [f"{dropped} dropped by supervisors", f"{missing} not in these files"]
    if record.lives:
        first = min(life.first_ns for life in record.lives)
        last = max(life.last_ns for life in record.lives)
        facts.append(f"{words.moment(first)} to {words.moment(last)}")
    return " · ".join(facts)


def _overview(incidents: Sequence[Incident]) -> str:
    """One line each."""
    rows = [
        (
            severity(one.severity),
            Markup(str(one.score), key=str(one.score)),
            Markup(f'<a href="#incident-{place}">{said(one.title)}</a>'),
            words.moment(one.begin_ns),
            "yes" if one.stopped else "no",
        )
        for place, one in enumerate(incidents, start=1)
    ]
    heads = ("Severity", "Score", "What", "Began", "Stopped")
    return section("overview", "Incidents", table("Worst first", heads, rows, sortable=True))


def _incident(place: int, one: Incident) -> str:
    """One of them."""
    good = one.stopped and one.severity < Severity.HIGH
    verdict = Markup(
        f'<div class="verdict {"good" if good else "bad"}">{put(element("p", one.narrative))}</div>'
    )
    head = joined(
        severity(one.severity),
        element("strong", f"{one.score} of 100"),
        tag("all of it stopped", "good") if one.stopped else tag("not all of it stopped", "bad"),
        f"{words.moment(one.begin_ns)} to {words.clock(one.end_ns)}",
    )
    why = folded("Why this score", listed(f"{point.points:+} {point.reason}" for point in one.points))
    pieces: list[Piece] = [element("p", head), verdict, why]
    pieces += [Markup("<h3>What to do</h3>"), listed(_advice(text) for text in one.advice)]
    if one.detections:
        pieces += [Markup("<h3>Detected</h3>"), _detections(one.detections)]
    if one.deviations:
        pieces += [Markup("<h3>Not allowed by the policy</h3>"), _deviations(one.deviations)]
    evidence = set(one.seqs)
    tree = "".join(_process(process, evidence) for process in grow(one.events))
    pieces += [Markup("<h3>Processes</h3>"), Markup(f"<ul>{tree}</ul>" if tree else "")]
    pieces += [Markup("<h3>What they did, in order</h3>"), _timeline(one, evidence)]
    pieces.append(element("p", f"Incident {one.id}, life {one.instance or 'unknown'}", css="soft"))
    return section(f"incident-{place}", one.title, *pieces)


def _advice(text: str) -> Piece:
    """A rule is set apart, so that it can be copied."""
    words_, marker, rule = text.partition(": - {")
    return joined(f"{words_}:", element("code", f"- {{{rule}")) if marker else text


def _detections(shapes: Sequence[Shape]) -> Markup:
    """What detectors saw."""
    rows = [
        (
            severity(shape.detection.severity),
            joined(
                element("strong", shape.title),
                f"{shape.times} times" if shape.times > 1 else "",
                element("span", shape.detection.what, css="soft"),
                *(
                    element("code", f"{name}: {value}")
                    for name, value in sorted(shape.detection.facts.items())
                ),
            ),
            joined(*(joined(_technique(each.uid), each.title) for each in shape.attack), by="<br>"),
            shape.detection.confidence.word,
            _clock(shape.detection.time_ns),
        )
        for shape in shapes
    ]
    heads = ("Severity", "What", "ATT&CK", "Confidence", "When")
    return table("Shapes that attacks have", heads, rows)


def _technique(uid: str) -> Piece:
    """Its number, leading to its page."""
    address = ATTACK + uid.replace(".", "/") + "/"
    if not is_link(address):
        return uid
    return Markup(f'<a href="{said(address)}" rel="noreferrer">{said(uid)}</a>')


def _deviations(found: Sequence[Deviation]) -> Markup:
    """What was not allowed."""
    rows = [
        (
            _clock(one.event.time_ns),
            _verdict(one.event),
            joined(
                f"{one.event.program or 'a program'}[{one.event.pid}] {words.what_happened(one.event)}",
                f"{one.times} times" if one.times > 1 else "",
                element("code", words.command_line(one.event.argv)) if one.event.argv else "",
                by="<br>",
            ),
            one.why,
        )
        for one in found
    ]
    return table("Each with the rule that decided", ("When", "Verdict", "What", "Why"), rows)


def _process(process: Process, evidence: set[int]) -> str:
    """A process, what it did that matters, and those it started."""
    programs = " → ".join(words.shown(program) for program in process.programs) or "unknown program"
    command = element("code", words.command_line(process.cmdline)[:300]) if process.cmdline else ""
    acts = [
        joined(_verdict(act), words.what_happened(act))
        for act in process.acts
        if act.verdict is not Verdict.ALLOW or act.seq in evidence
    ]
    children = "".join(_process(child, evidence) for child in process.children)
    below = "".join(f"<li>{put(act)}</li>" for act in acts) + children
    line = joined(element("strong", f"{process.pid} {programs}"), command)
    return f"<li>{put(line)}{f'<ul>{below}</ul>' if below else ''}</li>"


def _timeline(one: Incident, evidence: set[int]) -> Markup:
    """What the processes involved did."""
    rows = [
        (
            _clock(event.time_ns),
            joined(_verdict(event), tag("evidence") if event.seq in evidence else ""),
            words.describe(event),
        )
        for event in one.events
    ]
    more = f"; {one.left_out} more are in the flight record" if one.left_out else ""
    title = f"{plural(len(rows), 'event')}, from a minute before{more}"
    return folded(title, table("In order of time", ("When", "Verdict", "What"), rows), open=len(rows) <= 20)


def _clock(time_ns: int) -> Markup:
    """Time of day, in one piece."""
    return element("span", words.clock(time_ns), css="word soft")


def _verdict(event: Event) -> Piece:
    """The word in its colour."""
    if event.type is not FrameType.EVENT or event.verdict is None:
        return ""
    return Markup(f'<span class="word {_COLOURS.get(event.verdict, "soft")}">{_SAID[event.verdict]}</span>')
