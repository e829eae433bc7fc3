"""SARIF 2.1.0, for code scanning of GitHub, GitLab, Azure and editors.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/. GitHub orders by the property
`security-severity`: https://docs.github.com/en/code-security/code-scanning (SARIF support for code scanning).
"""

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from outrider.model.finding import Answer, Check, Ignored, Secret, Severity, Vulnerability
from outrider.model.identity import Finding, identity_of, words_of
from outrider.model.outcome import Covered, Failed, Outcome
from outrider.model.purl import to_purl
from outrider.report import tally
from outrider.report.format import Format
from outrider.report.harmless import harmless, is_link, json_text, unicode
from outrider.report.report import Report
from outrider.report.subjects import ignoring, of_ignored, of_violations

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

BASE = "ARTIFACT"
"""uriBaseId of every path: the root of the image or function, which has no address."""

FINGERPRINT = "outrider/v1"

LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.NEGLIGIBLE: "note",
    Severity.UNKNOWN: "warning",
}

BANDS = {
    Severity.CRITICAL: (9.0, 10.0, 9.5),
    Severity.HIGH: (7.0, 8.9, 8.0),
    Severity.MEDIUM: (4.0, 6.9, 5.5),
    Severity.LOW: (0.1, 3.9, 2.0),
    Severity.NEGLIGIBLE: (0.1, 3.9, 0.5),
}
"""Lowest, highest and usual score of each severity on CVSS's scale."""


def render(report: Report) -> str:
    """The log, with one run."""
    findings = report.findings
    listed: list[Finding] = [*findings.vulnerabilities, *findings.secrets]
    listed += [check for check in findings.checks if check.answer is Answer.FAIL]
    rules: dict[str, list[Finding]] = {}
    for finding in listed:
        rules.setdefault(rule_id(finding), []).append(finding)
    numbers = {name: number for number, name in enumerate(rules)}
    reasons = of_violations(report.violations)
    ignored = of_ignored(report.ignored)
    run = {
        "tool": {
            "driver": {
                "name": "Outrider",
                "semanticVersion": report.scanner or "0.0.0",
                "rules": [_rule(name, members) for name, members in rules.items()],
            }
        },
        "automationDetails": {"id": f"outrider/{quote(unicode(report.contents.name), safe='')}/"},
        "invocations": [_invocation(report.outcomes)],
        "originalUriBaseIds": {BASE: {"description": {"text": _message(f"Root of {report.contents.name}")}}},
        "columnKind": "unicodeCodePoints",
        "results": [
            _result(one, numbers[rule_id(one)], reasons.get(words_of(one), ""), ignoring(one, ignored))
            for one in listed
        ],
        "properties": {
            "artifact": report.contents.name,
            "digest": report.contents.digest,
            "database": report.findings.database.digest,
            "coverage": tally.coverage(report),
            "gate": [f"{one.rule}: {one.words}" for one in report.violations],
        },
    }
    return json_text({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, depth=6)


def rule_id(finding: Finding) -> str:
    """`CVE-2024-1`, `secret/aws-access-key-id`, `compliance/runs_as_non_root`."""
    match finding:
        case Vulnerability():
            return finding.id
        case Secret():
            return f"secret/{finding.rule}"
        case Check():
            return f"compliance/{finding.rule}"


def security_severity(finding: Finding) -> float | None:
    """A score of CVSS's scale in the band of the severity we give: the highest of the vulnerability's own
    where one lies there, else the usual one. None: unknown."""
    if finding.severity not in BANDS:
        return None
    lowest, highest, usual = BANDS[finding.severity]
    scores = finding.scores if isinstance(finding, Vulnerability) else ()
    return max((score.base for score in scores if lowest <= score.base <= highest), default=usual)


def _rule(name: str, members: list[Finding]) -> dict[str, Any]:
    """One rule; of a vulnerability in several packages the worst tells the severity."""
    first = members[0]
    worst = max(members, key=lambda one: (security_severity(one) or 0.0, one.severity))
    score = security_severity(worst)
    properties: dict[str, Any] = {"tags": ["security", _kind(first), *_tags(first)]}
    if score is not None:
        properties["security-severity"] = f"{score:.1f}"
    rule = {
        "id": unicode(name),
        "shortDescription": {"text": _message(_title(first))},
        "fullDescription": {"text": _message(_title(first))},
        "help": {"text": _message(_help(first))},
        "defaultConfiguration": {"level": LEVELS[worst.severity]},
        "properties": properties,
    }
    links = first.references if isinstance(first, Vulnerability) else ()
    link = next((link for link in links if is_link(link)), "")
    return {**rule, "helpUri": link} if link else rule


def _kind(finding: Finding) -> str:
    return {Vulnerability: "vulnerability", Secret: "secret", Check: "compliance"}[type(finding)]


def _tags(finding: Finding) -> list[str]:
    """CWEs in the form that GitHub links; controls."""
    match finding:
        case Vulnerability():
            return [f"external/cwe/{cwe.lower()}" for cwe in finding.cwes]
        case Check():
            return [f"{pack}/{control}" for pack, control in finding.controls]
        case Secret():
            return []


def _title(finding: Finding) -> str:
    if isinstance(finding, Vulnerability):
        return finding.summary or f"{finding.id} in {finding.package.label}"
    return finding.title


def _help(finding: Finding) -> str:
    match finding:
        case Vulnerability():
            to = f"Upgrade to {' or '.join(finding.fixed)}." if finding.fixed else "No fix is known yet."
            return f"{_title(finding).rstrip('.')}. {to}"
        case Secret():
            return (
                f"{finding.title}: revoke it, then take it out of the artifact and of what it is built from."
            )
        case Check():
            return finding.remedy or finding.title


def _result(finding: Finding, number: int, reason: str, ignored: Ignored | None) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": unicode(rule_id(finding)),
        "ruleIndex": number,
        "level": LEVELS[finding.severity],
        "message": {"text": _message(_words(finding))},
        "locations": [_location(finding)],
        "partialFingerprints": {FINGERPRINT: identity_of(finding)},
        "properties": _properties(finding, reason),
    }
    if ignored:
        result["suppressions"] = [{"kind": "external", "justification": _message(ignored.reason)}]
    return result


def _words(finding: Finding) -> str:
    match finding:
        case Vulnerability():
            package = finding.package
            to = (
                f"fixed in {' or '.join(finding.fixed)}"
                if finding.fixed
                else finding.status or "no fix known"
            )
            seen = ", exploited in the wild" if finding.exploited else ""
            return f"{package.label} {package.version} has {finding.id} ({finding.severity.word}{seen}): {to}"
        case Secret():
            removed = ", removed in a higher layer but still in the image" if finding.removed else ""
            return f"{finding.title} {finding.redacted}{removed}"
        case Check():
            return f"{finding.title}: {'; '.join(finding.evidence)}"


def _location(finding: Finding) -> dict[str, Any]:
    """The file, and for a package its URL as a logical location. What has no file is said to be the root."""
    path = (
        ""
        if isinstance(finding, Check)
        else finding.package.path
        if isinstance(finding, Vulnerability)
        else (finding.path)
    )
    line = finding.line if isinstance(finding, Secret) else 0
    uri = quote(unicode(path).lstrip("/"), safe="/!") or "."
    place: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": {"uri": uri, "uriBaseId": BASE},
            "region": {"startLine": max(line, 1)},
        }
    }
    if isinstance(finding, Vulnerability):
        purl = to_purl(finding.package)
        place["logicalLocations"] = [
            {"name": finding.package.label, "fullyQualifiedName": purl, "kind": "package"}
        ]
    return place


def _properties(finding: Finding, reason: str) -> dict[str, Any]:
    """What SARIF has no field for."""
    told: dict[str, Any] = {"severity": finding.severity.word}
    if reason:
        told["gate"] = reason
    match finding:
        case Vulnerability():
            told |= {"risk": finding.risk, "fixed": list(finding.fixed), "aliases": list(finding.aliases)}
            told |= {"exploited": finding.exploited is not None, "use": finding.use.value}
            told |= {"epss": finding.epss} if finding.epss is not None else {}
            told |= {"layer": finding.package.layer}
        case Secret():
            told |= {"confidence": finding.confidence, "layer": finding.layer, "removed": finding.removed}
        case Check():
            told |= {"controls": [f"{pack} {control}" for pack, control in finding.controls]}
    return told


def _invocation(outcomes: Iterable[Outcome]) -> dict[str, Any]:
    """What could not be looked at, so that a short list of results is not taken for a clean artifact."""
    notes = []
    for one in outcomes:
        if not isinstance(one, Covered):
            failed = isinstance(one, Failed)
            words = one.error if isinstance(one, Failed) else one.reason
            text = _message(f"{'failed' if failed else 'skipped'}: {one.subject}: {words}")
            notes.append({"level": "error" if failed else "warning", "message": {"text": text}})
    return {
        "executionSuccessful": not any(note["level"] == "error" for note in notes),
        "toolExecutionNotifications": notes,
    }


def _message(text: str) -> str:
    """A plain text message in which nothing is a link or a placeholder (§3.11.5, §3.11.6)."""
    text = harmless(text).replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")
    return text.replace("{", "{{").replace("}", "}}") or "(nothing said)"


FORMAT = Format("sarif", render, "application/sarif+json", ".sarif")
