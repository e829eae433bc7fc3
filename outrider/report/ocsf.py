"""Open Cybersecurity Schema Framework: envelopes → events of the Findings category, and where they lie.

Version 1.3: Vulnerability Finding 2002, Compliance Finding 2003 (checks, and secrets as failed checks),
Detection Finding 2004 (deviations). Version 1.5: Detection Finding 2004 (incidents, `ocsf_incident.py`).
"""

import json
from typing import Any

from outrider.model.envelope import Envelope
from outrider.report import ocsf_incident
from outrider.report.happening import DEVIATION, INCIDENT, Happening, understand, word, words
from outrider.report.harmless import harmless
from outrider.report.instants import milliseconds

VERSION = "1.3.0"
CATEGORY = 2
"""Findings."""
VULNERABILITY, COMPLIANCE, DETECTION = 2002, 2003, 2004

_CLASSES = {
    "vulnerability": (VULNERABILITY, "Vulnerability Finding"),
    "secret": (COMPLIANCE, "Compliance Finding"),
    "check": (COMPLIANCE, "Compliance Finding"),
    INCIDENT: (DETECTION, "Detection Finding"),
    DEVIATION: (DETECTION, "Detection Finding"),
}
_SEVERITIES = {
    "unknown": (0, "Unknown"),
    "negligible": (1, "Informational"),
    "low": (2, "Low"),
    "medium": (3, "Medium"),
    "high": (4, "High"),
    "critical": (5, "Critical"),
}
_CREATE, _CLOSE = 1, 3
_NEW, _RESOLVED = 1, 4


def event(envelope: Envelope) -> dict[str, Any] | None:
    """The event of one envelope; None where it is no finding and no deviation. Raises InvalidInput."""
    happening = understand(envelope)
    if happening is None:
        return None
    if happening.family == INCIDENT:
        return ocsf_incident.detection(_head(happening), happening)
    parts = {"vulnerability": _vulnerability, "secret": _check, "check": _check, DEVIATION: _detection}
    return _head(happening) | parts[happening.family](happening)


def line(made: dict[str, Any]) -> bytes:
    """One JSON line, ASCII, sorted."""
    return json.dumps(made, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def key(envelope: Envelope, made: dict[str, Any]) -> str:
    """Where the event of an envelope lies: partitions of Athena, and a name that is the same each time."""
    day = envelope.time[:10].replace("-", "")
    place = f"region={envelope.region}/accountId={envelope.account}/eventDay={day}"
    return f"ocsf/class={made['class_uid']}/{place}/{envelope.id}.json"


def _head(happening: Happening) -> dict[str, Any]:
    """What every finding has."""
    envelope = happening.envelope
    uid, name = _CLASSES[happening.family]
    severity, label = _SEVERITIES[happening.severity]
    activity = _CLOSE if happening.gone else _CREATE
    time = milliseconds(envelope.time)
    subject = envelope.subject
    told = {"name": subject.name, "uid": subject.id, "type": subject.kind.value, "version": subject.digest}
    return {
        "activity_id": activity,
        "category_uid": CATEGORY,
        "category_name": "Findings",
        "class_uid": uid,
        "class_name": name,
        "type_uid": uid * 100 + activity,
        "time": time,
        "severity_id": severity,
        "severity": label,
        "status_id": _RESOLVED if happening.gone else _NEW,
        "message": harmless(happening.title, 500),
        "metadata": {
            "version": VERSION,
            "uid": envelope.id,
            "profiles": ["cloud"],
            "product": {"name": "Outrider", "vendor_name": "Outrider", "feature": {"name": envelope.program}},
        },
        "cloud": {"provider": "AWS", "region": envelope.region, "account": {"uid": envelope.account}},
        "finding_info": {
            "uid": happening.key,
            "title": harmless(happening.title, 256),
            "desc": harmless(happening.description, 1024),
            "created_time": time,
        },
        "resources": [{name: harmless(value, 1024) for name, value in told.items() if value}],
    }


def _vulnerability(happening: Happening) -> dict[str, Any]:
    """The advisory."""
    detail = happening.detail
    package = detail.get("package")
    package = package if isinstance(package, dict) else {}
    affected = {
        "name": word(package.get("name")) or "unknown",
        "version": word(package.get("version")) or "0",
    }
    fixed = words(detail.get("fixed"))
    name = word(detail.get("id")) or "unknown"
    one: dict[str, Any] = {
        "title": harmless(happening.title, 256),
        "references": words(detail.get("references")),
        "is_fix_available": bool(fixed),
        "is_exploit_available": bool(detail.get("exploited")),
        "affected_packages": [affected | ({"fixed_in_version": fixed[0]} if fixed else {})],
    }
    named = {"cve": {"uid": name}} if name.startswith("CVE-") else {"advisory": {"uid": name}}
    return {"vulnerabilities": [one | named]}


def _check(happening: Happening) -> dict[str, Any]:
    """A rule that an artifact does not keep, or did not."""
    detail = happening.detail
    controls = detail.get("controls")
    pairs = [pair for pair in controls[:50] if isinstance(pair, dict)] if isinstance(controls, list) else []
    packs = {word(pair.get("pack")) for pair in pairs} - {""}
    numbers = [f"{word(pair.get('pack'))} {word(pair.get('control'))}" for pair in pairs]
    return {
        "compliance": {
            "control": word(detail.get("rule")) or happening.family,
            "standards": sorted(packs) or ["Outrider"],
            "requirements": numbers,
            "status_id": 1 if happening.gone else 3,
            "status": "Pass" if happening.gone else "Fail",
        }
    }


def _detection(happening: Happening) -> dict[str, Any]:
    """What a program did, and whether it was stopped."""
    detail = happening.detail
    stopped = detail.get("verdict") == "block"
    pid = detail.get("pid")
    process: dict[str, Any] = {"name": word(detail.get("program")) or "unknown"}
    if isinstance(pid, int) and pid > 0:
        process["pid"] = pid
    return {
        "is_alert": True,
        "action_id": 2 if stopped else 1,
        "action": "Denied" if stopped else "Allowed",
        "disposition_id": 2 if stopped else 19,
        "disposition": "Blocked" if stopped else "Alert",
        "evidences": [{"actor": {"process": process}}],
    }
