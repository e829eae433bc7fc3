"""A vulnerability as CycloneDX 1.6 has it."""

from collections.abc import Mapping
from typing import Any

from outrider.model.finding import Ignored, Score, Severity, Vulnerability
from outrider.model.identity import identity_of, words_of
from outrider.report.harmless import harmless, is_link, unicode
from outrider.report.instants import instant
from outrider.report.subjects import ignoring

METHODS = {"2.0": "CVSSv2", "3.0": "CVSSv3", "3.1": "CVSSv31", "4.0": "CVSSv4"}

SEVERITIES = {
    Severity.CRITICAL: "critical",
    Severity.HIGH: "high",
    Severity.MEDIUM: "medium",
    Severity.LOW: "low",
    Severity.NEGLIGIBLE: "info",
    Severity.UNKNOWN: "unknown",
}


def vulnerability(
    one: Vulnerability, ref: str, number: int, ignored: Mapping[str, Ignored]
) -> dict[str, Any]:
    """The entry for one finding. An ignored one says that nothing will be done and why; whether the flaw
    can be reached, nobody claimed."""
    told: dict[str, Any] = {
        "bom-ref": f"vulnerability:{number}",
        "id": one.id,
        "source": {"name": one.feed or "unknown"},
        "ratings": _ratings(one),
        "affects": [{"ref": ref, "versions": [{"version": one.package.version, "status": "affected"}]}],
        "properties": _properties(one),
    }
    if one.aliases:
        told["references"] = [
            {"id": alias, "source": {"name": _namer(alias)}} for alias in dict.fromkeys(one.aliases)
        ]
    if numbers := [
        int(cwe[4:]) for cwe in one.cwes if cwe.upper().startswith("CWE-") and _is_number(cwe[4:])
    ]:
        told["cwes"] = list(dict.fromkeys(numbers))
    if one.summary:
        told["description"] = harmless(one.summary)
    if one.fixed:
        told["recommendation"] = f"Upgrade {one.package.label} to {' or '.join(one.fixed)}."
    if links := [link for link in dict.fromkeys(one.references) if is_link(link)]:
        told["advisories"] = [{"url": link} for link in links]
    if published := instant(one.published):
        told["published"] = published
    if entry := ignoring(one, ignored):
        told["analysis"] = {"response": ["will_not_fix"], "detail": entry.reason}
    return told


def _ratings(one: Vulnerability) -> list[dict[str, Any]]:
    """Our severity first, then the scores it may rest on."""
    first = {"severity": SEVERITIES[one.severity], "source": {"name": one.severity_source or "unknown"}}
    return [first, *(_rating(score) for score in one.scores)]


def _rating(score: Score) -> dict[str, Any]:
    told = {"score": score.base, "method": METHODS.get(score.version, "other"), "vector": score.vector}
    return {"source": {"name": score.source}, **told} if score.source else told


def _properties(one: Vulnerability) -> list[dict[str, str]]:
    """What CycloneDX has no field for."""
    told = {
        "outrider:subject": words_of(one),
        "outrider:known-as": identity_of(one),
        "outrider:fixed": ", ".join(one.fixed),
        "outrider:status": one.status,
        "outrider:exploited": one.exploited.added if one.exploited else "",
        "outrider:epss": "" if one.epss is None else f"{one.epss:.5f}",
        "outrider:use": one.use.value,
        "outrider:risk": f"{one.risk:.1f}",
    }
    return [{"name": name, "value": unicode(value)} for name, value in told.items() if value]


def _namer(alias: str) -> str:
    """Who gives such names: the letters before the first dash."""
    return {"CVE": "NVD", "GHSA": "GitHub"}.get(alias.partition("-")[0], alias.partition("-")[0] or "unknown")


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and 0 < len(text) < 6 and int(text) > 0
