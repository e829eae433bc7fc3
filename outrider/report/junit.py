"""JUnit XML, for the test tab of Jenkins, GitLab, Azure, CodeBuild: each finding is a test case.

With a gate, a case fails when the gate fails for it; a reason of the gate that is about no single finding
is a case of its own in the suite `gate`. Without a gate, every vulnerability, secret and failing check
fails its case. Ignored findings and rules that do not apply are skipped; a part that could not be looked at
is an error.

There is no official schema. This is the form that Jenkins reads (its junit-10.xsd), without times: there is
none.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from outrider.model.finding import Answer, Check, Secret, Vulnerability
from outrider.model.identity import Finding, words_of
from outrider.model.outcome import Covered, Failed, Outcome
from outrider.report import tally
from outrider.report.format import Format
from outrider.report.harmless import html
from outrider.report.report import Report
from outrider.report.subjects import ignoring, of_ignored, of_violations


@dataclass(frozen=True, slots=True)
class Case:
    """One test case."""

    name: str
    group: str
    """`classname`: by it, test tabs make a tree."""
    kind: str = ""
    """`failure`, `error` or `skipped`; empty: it passed."""
    message: str = ""
    text: str = ""


def render(report: Report) -> str:
    """The document."""
    findings = report.findings
    suites = [
        ("coverage", [_coverage(one) for one in report.outcomes]),
        ("vulnerabilities", _cases(report, findings.vulnerabilities)),
        ("secrets", _cases(report, findings.secrets)),
        ("compliance", _cases(report, findings.checks)),
        ("gate", _gate(report)),
    ]
    cases = [case for _, members in suites for case in members]
    name = html(report.contents.name)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuites name="outrider {name}"{_numbers(cases)}>',
    ]
    for title, members in suites:
        if members:
            lines.append(
                f'  <testsuite name="{title}"{_numbers(members)} skipped="{_number(members, "skipped")}">'
            )
            if title == "coverage":
                told = f'<property name="coverage" value="{tally.coverage(report)}"/>'
                lines.append(f"    <properties>{told}</properties>")
            lines += [_case(case) for case in members]
            lines.append("  </testsuite>")
    return "\n".join([*lines, "</testsuites>", ""])


def _numbers(cases: list[Case]) -> str:
    failures, errors = _number(cases, "failure"), _number(cases, "error")
    return f' tests="{len(cases)}" failures="{failures}" errors="{errors}"'


def _number(cases: list[Case], kind: str) -> int:
    return sum(case.kind == kind for case in cases)


def _case(case: Case) -> str:
    opening = f'    <testcase name="{html(case.name)}" classname="{html(case.group)}"'
    if not case.kind:
        return f"{opening}/>"
    if case.kind == "skipped":
        return f'{opening}><skipped message="{html(case.message)}"/></testcase>'
    inner = f'<{case.kind} message="{html(case.message)}" type="{html(case.group)}">'
    lines = "\n".join(html(line) for line in case.text.split("\n"))
    return f"{opening}>{inner}{lines}</{case.kind}></testcase>"


def _coverage(outcome: Outcome) -> Case:
    match outcome:
        case Covered():
            return Case(outcome.subject, "coverage")
        case Failed():
            return Case(outcome.subject, "coverage", "error", outcome.error, outcome.hint)
        case _:
            return Case(outcome.subject, "coverage", "skipped", outcome.reason)


def _cases(report: Report, found: Iterable[Finding]) -> list[Case]:
    reasons, ignored = of_violations(report.violations), of_ignored(report.ignored)
    cases = []
    for one in found:
        group = _group(one)
        if entry := ignoring(one, ignored):
            cases.append(Case(words_of(one), group, "skipped", f"ignored: {entry.reason}"))
        elif isinstance(one, Check) and one.answer is not Answer.FAIL:
            applies = one.answer is Answer.PASS
            cases.append(
                Case(words_of(one), group, "" if applies else "skipped", "" if applies else "not applicable")
            )
        elif report.gated and words_of(one) not in reasons:
            cases.append(Case(words_of(one), group))
        else:
            message = reasons.get(words_of(one)) or f"{one.severity.word}: {_title(one)}"
            cases.append(Case(words_of(one), group, "failure", message, _details(one)))
    return cases


def _gate(report: Report) -> list[Case]:
    """Reasons that no case above carries; with a gate and none of them, that it lets it pass."""
    findings = report.findings
    listed: list[Finding] = [*findings.vulnerabilities, *findings.secrets, *findings.checks]
    ignored = of_ignored(report.ignored)
    told = {words_of(one) for one in listed if not ignoring(one, ignored)}
    left = [one for one in report.violations if one.subject not in told]
    if report.gated and not report.violations:
        return [Case("the gate lets it pass", "gate")]
    return [
        Case(f"{one.rule}: {one.subject or report.contents.name}", "gate", "failure", one.words)
        for one in left
    ]


def _group(one: Finding) -> str:
    match one:
        case Vulnerability():
            return f"vulnerabilities.{one.package.type}.{one.package.label}"
        case Secret():
            return f"secrets.{one.rule}"
        case Check():
            return "compliance"


def _title(one: Finding) -> str:
    return (one.summary or one.id) if isinstance(one, Vulnerability) else one.title


def _details(one: Finding) -> str:
    """What a person who opens the failure reads."""
    match one:
        case Vulnerability():
            to = f"upgrade to {' or '.join(one.fixed)}" if one.fixed else one.status or "no fix known"
            where = [one.package.path] if one.package.path else []
            return "\n".join([one.summary or one.id, to, *where, *one.references[:3]])
        case Secret():
            return f"{one.title} {one.redacted}\n{one.path}{f':{one.line}' if one.line else ''}"
        case Check():
            return "\n".join([*one.evidence, *([one.remedy] if one.remedy else [])])


FORMAT = Format("junit", render, "application/xml", ".xml")
