"""The report as one HTML file: nothing is fetched, nothing runs that its policy does not name by hash, and
all of it can be read without a script.

Text from the artifact goes in through `html_pieces.put`, which escapes it; links only to http and https.
"""

from collections import Counter

from outrider.model.finding import Severity
from outrider.model.outcome import Covered, Failed, Outcome
from outrider.report import tally
from outrider.report.format import Format
from outrider.report.harmless import html as said
from outrider.report.html_document import document
from outrider.report.html_findings import compliance, secrets, vulnerabilities
from outrider.report.html_pieces import (
    Markup,
    Piece,
    element,
    folded,
    joined,
    listed,
    put,
    section,
    table,
)
from outrider.report.masked import masked
from outrider.report.report import Report
from outrider.report.tally import plural


def render(report: Report) -> str:
    """The page."""
    report = masked(report)
    sections = "".join(part for part in _sections(report) if part)
    return document(report.contents.name, _header(report), sections, _footer(report))


def _header(report: Report) -> str:
    contents = report.contents
    _, *facts = tally.target(contents)
    facts.append(tally.database(report.findings.database))
    digest = element("p", element("code", contents.digest), css="soft") if contents.digest else ""
    count = element("p", tally.coverage(report), css="count")
    title = element("h1", contents.name)
    lines: list[Piece] = [count, title, element("p", " · ".join(facts), css="soft"), digest]
    return f"<header>{''.join(map(put, lines))}</header>"


def _footer(report: Report) -> str:
    looked_for = ", ".join(report.scanned) or "nothing"
    return f"<footer>{said(f'Outrider {report.scanner}. Looked for: {looked_for}.')}</footer>"


def _sections(report: Report) -> list[str]:
    return [
        _verdict(report),
        _tiles(report),
        section("next", "What to do next", listed(tally.next_steps(report))),
        vulnerabilities(report),
        secrets(report),
        compliance(report),
        _coverage(report.outcomes),
        _ignored(report),
        _contents(report),
    ]


def _verdict(report: Report) -> str:
    if not report.violations:
        return '<p class="verdict good">The gate lets it pass.</p>' if report.gated else ""
    reasons = listed(
        f"{one.rule}: {one.words}{f': {one.subject}' if one.subject else ''}" for one in report.violations
    )
    title = f"The gate fails: {plural(len(report.violations), 'reason')}"
    many = len(report.violations) > 10
    inner = folded(title, reasons) if many else joined(element("strong", title), reasons)
    return f'<div class="verdict bad">{inner.html}</div>'


def _tiles(report: Report) -> str:
    findings = report.findings
    counts = Counter(one.severity for one in findings.vulnerabilities)
    shown = [(level.word, counts[level]) for level in sorted(Severity, reverse=True) if counts[level]]
    exploited = sum(one.exploited is not None for one in findings.vulnerabilities)
    failing = sum(one.answer.value == "fail" for one in findings.checks)
    more = [("exploited", exploited), ("secrets", len(findings.secrets)), ("checks failed", failing)]
    more.append(("packages", len(report.contents.packages)))
    tiles = [
        f'<li><strong class="{word if word.isalpha() else ""}">{number}</strong> {word}</li>'
        for word, number in [*shown, *more]
    ]
    return f'<ul class="tiles" aria-label="Counts">{"".join(tiles)}</ul>'


def _coverage(outcomes: tuple[Outcome, ...]) -> str:
    """What was looked at; what was not comes first and open."""
    left = [one for one in outcomes if not isinstance(one, Covered)]
    left.sort(key=lambda one: not isinstance(one, Failed))
    pieces: list[Piece] = []
    if left:
        pieces.append(table("Not looked at, or not in full", ("Outcome", "What", "Why"), map(_outcome, left)))
    covered = [one for one in outcomes if isinstance(one, Covered)]
    if covered:
        told = (joined(one.subject, element("span", one.detail, css="soft")) for one in covered)
        pieces.append(folded(f"{len(covered)} covered", listed(told)))
    return section("coverage", "Coverage", *pieces) if pieces else ""


def _outcome(one: Outcome) -> tuple[Piece, Piece, Piece]:
    match one:
        case Failed():
            return (
                Markup('<span class="word bad">failed</span>'),
                one.subject,
                joined(one.error, one.hint, by="<br>"),
            )
        case Covered():
            return "covered", one.subject, one.detail
        case _:
            return Markup('<span class="word medium">skipped</span>'), one.subject, one.reason


def _ignored(report: Report) -> str:
    if not report.ignored:
        return ""
    rows = [(one.subject, one.reason, one.owner, one.expires or "never") for one in report.ignored]
    heads = ("Finding", "Reason", "Owner", "Expires")
    return section("ignored", "Ignored", table("Findings that somebody decided to live with", heads, rows))


def _contents(report: Report) -> str:
    """Layers and packages, folded: they are long."""
    contents = report.contents
    pieces: list[Piece] = []
    if contents.layers:
        layers = [
            (str(number), "base image" if one.base else "own", element("code", one.instruction))
            for number, one in enumerate(contents.layers)
        ]
        rows = table("Layers, lowest first", ("Layer", "Of", "Made by"), layers)
        pieces.append(folded(plural(len(layers), "layer"), rows))
    packages = [
        (
            one.label,
            one.version,
            one.type,
            one.licence,
            element("code", one.path),
            str(one.layer) if one.layer >= 0 else "",
        )
        for one in contents.packages
    ]
    heads = ("Package", "Version", "Type", "Licence", "Told by", "Layer")
    if packages:
        pieces.append(
            folded(plural(len(packages), "package"), table("Packages", heads, packages, sortable=True))
        )
    return section("contents", "What is in it", *pieces) if pieces else ""


FORMAT = Format("html", render, "text/html; charset=utf-8", ".html")
