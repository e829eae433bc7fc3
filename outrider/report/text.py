"""The report as a person reads it on a terminal: what to upgrade first, and what each upgrade mends."""

from collections.abc import Sequence

from outrider.model.artifact import Contents
from outrider.model.finding import Answer, Check, Secret, Violation, Vulnerability
from outrider.model.outcome import Failed, Skipped
from outrider.report import tally
from outrider.report.format import Format
from outrider.report.masked import masked
from outrider.report.report import Report
from outrider.report.styled import Line, Sheet, Style, of_severity, plain
from outrider.report.tally import plural
from outrider.report.upgrades import Upgrade, upgrades

WIDTH = 100
"""Columns when nobody says how many there are."""

NARROWEST = 40
"""Columns below which a report is not narrowed any more."""

_FEW = 8
"""Lines of one kind shown without `details`; the rest is counted."""


def render(report: Report, width: int = WIDTH, details: bool = False) -> str:
    """The lines without colour, each at most `width` columns (never less than NARROWEST)."""
    return plain(styled(report, width, details))


def styled(report: Report, width: int = WIDTH, details: bool = False) -> list[Line]:
    """The lines as spans of text and style, for a terminal that has colours. `details`: everything of every
    finding."""
    report = masked(report)
    sheet = Sheet(max(width, NARROWEST))
    _opening(sheet, report, details)
    _vulnerabilities(sheet, report, details)
    _secrets(sheet, report, details)
    _compliance(sheet, report, details)
    _closing(sheet, report, details)
    return sheet.lines


def _opening(sheet: Sheet, report: Report, details: bool) -> None:
    """The count of outcomes, the target, and what was not looked at."""
    sheet.text(tally.coverage(report), Style.BAD if tally.partial(report) else Style.PLAIN)
    facts = tally.target(report.contents)
    facts += [tally.database(report.findings.database)] if tally.MATCHING & set(report.scanned) else []
    sheet.text(" · ".join(facts), hanging=2)
    for outcome in report.outcomes:
        if isinstance(outcome, Failed):
            sheet.text(f"failed: {outcome.subject}: {outcome.error}", Style.BAD, indent=2, hanging=2)
            if outcome.hint:
                sheet.text(f"hint: {outcome.hint}", indent=4, hanging=2)
    skipped = [outcome for outcome in report.outcomes if isinstance(outcome, Skipped)]
    for one in skipped if details else skipped[:_FEW]:
        sheet.text(f"skipped: {one.subject}: {one.reason}", Style.CAUTION, indent=2, hanging=2)
    _rest(sheet, len(skipped), details, "skipped")


def _vulnerabilities(sheet: Sheet, report: Report, details: bool) -> None:
    """Upgrades, the image's own layers and those of the base apart; then what nobody has mended."""
    found = report.findings.vulnerabilities
    if not found and not tally.MATCHING & set(report.scanned):
        return
    sheet.heading(tally.vulnerability_count(found))
    groups = upgrades(report.contents, found)
    apart = any(layer.base for layer in report.contents.layers)
    for base in (False, True):
        fixable = [one for one in groups if one.to and one.base is base]
        if fixable and apart:
            sheet.row(
                ("from the base image" if base else "from the image's own layers", Style.MUTED), indent=1
            )
        for one in fixable:
            _upgrade(sheet, report.contents, one, details)
    _unfixed(sheet, report.contents, [one for one in groups if not one.to], details)


def _upgrade(sheet: Sheet, contents: Contents, one: Upgrade, details: bool) -> None:
    exploited = len({each.id for each in one.vulnerabilities if each.exploited})
    worst = {each.id: each.severity for each in reversed(one.vulnerabilities)}
    facts = tally.severities(worst.values()) + (f", {exploited} exploited" if exploited else "")
    style = Style.CRITICAL if exploited else of_severity(max(worst.values()))
    words = f"upgrade {one.name} {one.version} → {one.to}: fixes {len(worst)} ({facts})"
    sheet.text(words, style, indent=2, hanging=2)
    _where(sheet, contents, one, details)


def _where(sheet: Sheet, contents: Contents, one: Upgrade, details: bool) -> None:
    """Under an upgrade: which packages, where, made by what, and which vulnerabilities."""
    if one.packages != (one.name,):
        sheet.row((f"packages: {', '.join(one.packages)}", Style.MUTED), indent=6)
    layer = f"layer {one.layer}" if one.layer >= 0 else ""
    instruction = contents.layers[one.layer].instruction if 0 <= one.layer < len(contents.layers) else ""
    more = f" and {plural(len(one.places) - 1, 'more place')}" if len(one.places) > 1 else ""
    where = [one.places[0] + more if one.places else "", layer, instruction]
    if any(where):
        sheet.row((", ".join(filter(None, where)), Style.MUTED), indent=6)
    if not details:
        sheet.row((", ".join(one.identities), Style.PLAIN), indent=6)
        return
    for each in one.vulnerabilities:
        _vulnerability(sheet, each)


def _vulnerability(sheet: Sheet, one: Vulnerability) -> None:
    """All that is known of one."""
    facts = [f"risk {one.risk:.0f}"]
    facts += [f"exploited since {one.exploited.added}"] if one.exploited else []
    facts += [f"EPSS {one.epss:.1%}"] if one.epss is not None else []
    facts += [one.use.value] if one.use.value != "unknown" else []
    facts += [f"fixed in {', '.join(one.fixed)}"] if one.fixed else [one.status or "no fix known"]
    sheet.text(
        f"{one.severity.word} {one.id} in {one.package.label}: {', '.join(facts)}",
        of_severity(one.severity),
        indent=6,
        hanging=2,
    )
    for text in (one.summary, one.risk_why, ", ".join(one.aliases), " ".join(one.references[:3])):
        if text:
            sheet.text(text, Style.MUTED, indent=8)


def _unfixed(sheet: Sheet, contents: Contents, groups: list[Upgrade], details: bool) -> None:
    """What has no fix yet, one line in all; the worst packages by name."""
    if not groups:
        return
    found = [each for one in groups for each in one.vulnerabilities]
    sheet.text(
        f"no fix yet: {len(found)} in {plural(len(groups), 'package')} "
        f"({tally.severities(each.severity for each in found)})",
        Style.CAUTION,
        indent=2,
        hanging=2,
    )
    if details:
        for one in groups:
            sheet.text(f"{one.name} {one.version}", indent=4)
            _where(sheet, contents, one, details)
        return
    for one in groups[:_FEW]:
        status = sorted({each.status for each in one.vulnerabilities} - {""})
        words = f"{one.name} {one.version}: {', '.join(one.identities)}"
        sheet.row((words + (f" ({', '.join(status)})" if status else ""), Style.MUTED), indent=4)
    _rest(sheet, len(groups), details, "packages")


def _secrets(sheet: Sheet, report: Report, details: bool) -> None:
    found = report.findings.secrets
    if not found and "secrets" not in report.scanned:
        return
    sheet.heading(plural(len(found), "secret"))
    for one in found if details else found[: 2 * _FEW]:
        facts = f"{one.confidence} confidence" + (", checksum right" if one.checked else "")
        sheet.text(
            f"{one.severity.word}: {one.title} {one.redacted} ({facts})",
            of_severity(one.severity),
            indent=2,
            hanging=2,
        )
        sheet.text(_place(one), Style.MUTED, indent=6)
    _rest(sheet, len(found) - _FEW, details, "secrets")


def _place(one: Secret) -> str:
    layer = f", layer {one.layer}" if one.layer >= 0 else ""
    removed = ", removed in a higher layer but still in the image" if one.removed else ""
    return f"{one.path}{f':{one.line}' if one.line else ''}{layer}{removed}"


def _compliance(sheet: Sheet, report: Report, details: bool) -> None:
    """Each rule that fails once, worst first, and how each pack stands; with details each pack in full."""
    checks = report.findings.checks
    if not checks:
        return
    if details:
        _packs(sheet, report)
        return
    counted = [check for check in checks if check.answer is not Answer.NOT_APPLICABLE]
    failing = sorted(
        (check for check in counted if check.answer is Answer.FAIL),
        key=lambda check: (-check.severity, check.rule),
    )
    sheet.heading(f"compliance: {len(failing)} of {plural(len(counted), 'rule')} fail")
    for check in failing:
        _failing(sheet, check, check.title, _brief(check.evidence))
    standing = [
        f"{pack} {number - len({one.rule for _, one in bad})}/{number}"
        for pack, number, bad in tally.packs(checks)
        if pack
    ]
    if standing:
        sheet.text(f"rules kept, by pack: {', '.join(standing)}", Style.MUTED, indent=2, hanging=2)


def _brief(evidence: Sequence[str]) -> list[str]:
    """The first two facts, and how many more there are."""
    rest = [f"… and {len(evidence) - 2} more"] if len(evidence) > 2 else []
    return [*evidence[:2], *rest]


def _packs(sheet: Sheet, report: Report) -> None:
    """Each pack with its rules that fail."""
    for pack, counted, failing in tally.packs(report.findings.checks):
        sheet.heading(
            f"compliance{f' {pack}' if pack else ''}: {len(failing)} of {plural(counted, 'check')} failed"
        )
        for control, check in failing:
            _failing(sheet, check, f"{control} {check.title}".strip(), check.evidence)


def _failing(sheet: Sheet, check: Check, title: str, evidence: Sequence[str]) -> None:
    """One rule that fails: what was seen, and what to do."""
    sheet.text(f"{check.severity.word}: {title}", of_severity(check.severity), indent=2, hanging=2)
    for fact in evidence:
        sheet.text(fact, Style.MUTED, indent=6, hanging=2)
    if check.remedy:
        sheet.text(f"→ {check.remedy}", indent=6, hanging=2)


def _closing(sheet: Sheet, report: Report, details: bool) -> None:
    """What somebody decided to live with, why the gate fails, what to do next."""
    if report.ignored:
        sheet.heading(f"{len(report.ignored)} ignored")
        for entry in report.ignored if details else report.ignored[:_FEW]:
            by = f" ({entry.owner})" if entry.owner else ""
            until = f", until {entry.expires}" if entry.expires else ""
            sheet.text(f"{entry.subject}: {entry.reason}{by}{until}", Style.MUTED, indent=2, hanging=2)
        _rest(sheet, len(report.ignored), details, "ignored")
    if report.violations:
        sheet.heading(f"the gate fails: {plural(len(report.violations), 'reason')}")
        shown = report.violations if details else report.violations[: 2 * _FEW]
        for violation in shown:
            sheet.text(_reason(violation), Style.BAD, indent=2, hanging=2)
        _rest(sheet, len(report.violations) - _FEW, details, "reasons")
    elif report.gated:
        sheet.heading("the gate lets it pass")
    sheet.heading("next")
    for step in tally.next_steps(report):
        sheet.text(f"- {step}", indent=2, hanging=2)


def _reason(violation: Violation) -> str:
    """Rule, words and subject, each said once."""
    rule = "" if violation.words.startswith(violation.rule) else f"{violation.rule}: "
    about = "" if violation.subject in violation.words else f": {violation.subject}"
    return f"{rule}{violation.words}{about}"


def _rest(sheet: Sheet, number: int, details: bool, what: str) -> None:
    """How many were not shown."""
    if not details and number > _FEW:
        sheet.row((f"… and {number - _FEW} more {what}", Style.MUTED), indent=4)


FORMAT = Format("text", render, "text/plain; charset=utf-8", ".txt")
