"""AWS Security Finding Format, schema 2018-10-08: envelopes → what BatchImportFindings takes.

Fields that belong to the customer's investigation (Note, UserDefinedFields, VerificationState, Workflow) are
never written; a provider's view of severity and types goes to FindingProviderFields, as the API asks.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from outrider.errors import InvalidInput
from outrider.model.envelope import Envelope, SubjectKind
from outrider.report.happening import DEVIATION, INCIDENT, Happening, dicts, understand, word, words
from outrider.report.harmless import harmless
from outrider.report.instants import instant

SCHEMA_VERSION = "2018-10-08"
BATCH = 100
"""Findings (a count) that one BatchImportFindings takes."""
LARGEST = 240_000
"""Bytes of one finding as JSON: the API takes 240 KB."""

_LABELS = {
    "unknown": "INFORMATIONAL",
    "negligible": "INFORMATIONAL",
    "low": "LOW",
    "medium": "MEDIUM",
    "high": "HIGH",
    "critical": "CRITICAL",
}
_TYPES = {
    "vulnerability": "Software and Configuration Checks/Vulnerabilities/CVE",
    "secret": "Sensitive Data Identifications/Passwords",
    "check": "Software and Configuration Checks/Industry and Regulatory Standards",
    INCIDENT: "Unusual Behaviors/Container",
    DEVIATION: "Unusual Behaviors/Container",
}
_RESOURCES = {
    SubjectKind.IMAGE: "AwsEcrContainerImage",
    SubjectKind.FUNCTION: "AwsLambdaFunction",
    SubjectKind.TASK: "AwsEcsTask",
    SubjectKind.TASK_DEFINITION: "AwsEcsTaskDefinition",
    SubjectKind.SERVICE: "AwsEcsService",
    SubjectKind.CONTAINER: "AwsEcsContainer",
}
_PARTITIONS = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}
_TACTICS = {
    **{
        name: f"TTPs/{name}"
        for name in (
            "Initial Access",
            "Execution",
            "Persistence",
            "Privilege Escalation",
            "Defense Evasion",
            "Credential Access",
            "Discovery",
            "Lateral Movement",
            "Collection",
            "Command and Control",
        )
    },
    "Exfiltration": "Effects/Data Exfiltration",
    "Impact": "Effects",
}
"""Stage of ATT&CK → the finding type that the format has for it."""
_DEVIATION_OF_FUNCTION = "Unusual Behaviors/Serverless"


def finding(envelope: Envelope) -> dict[str, Any] | None:
    """The finding of one envelope; None where the envelope is about nothing Security Hub has a place for.

    Raises InvalidInput: a finding that says nothing a finding needs, or is too large.
    """
    happening = understand(envelope)
    if happening is None:
        return None
    made = _head(happening) | _compliance(happening) | _vulnerabilities(happening) | _incident(happening)
    if size(made) > LARGEST:
        raise InvalidInput(f"a finding of {size(made)} bytes; Security Hub takes {LARGEST}")
    return made


def size(made: dict[str, Any]) -> int:
    """Bytes of a finding as JSON."""
    return len(json.dumps(made, separators=(",", ":")))


def batches(findings: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """In the order given, at most BATCH at once; of findings with one Id the last only, as the API wants."""
    last = {one["Id"]: one for one in findings}
    group = list(last.values())
    for start in range(0, len(group), BATCH):
        yield group[start : start + BATCH]


def partition(region: str) -> str:
    """`aws`, `aws-cn`, `aws-us-gov`."""
    return next((name for prefix, name in _PARTITIONS.items() if region.startswith(prefix)), "aws")


def _head(happening: Happening) -> dict[str, Any]:
    """What every finding needs."""
    envelope = happening.envelope
    family = happening.family
    kind = _TYPES[family]
    if family == DEVIATION and envelope.subject.kind is SubjectKind.FUNCTION:
        kind = _DEVIATION_OF_FUNCTION
    severity = {"Label": _LABELS[happening.severity]}
    home = f"arn:{partition(envelope.region)}:securityhub:{envelope.region}:{envelope.account}"
    return {
        "SchemaVersion": SCHEMA_VERSION,
        "Id": f"outrider/{happening.key}",
        "ProductArn": f"{home}:product/{envelope.account}/default",
        "ProductName": "Outrider",
        "CompanyName": "Outrider",
        "GeneratorId": f"outrider/{family}",
        "AwsAccountId": envelope.account,
        "Region": envelope.region,
        "Types": [kind],
        "CreatedAt": envelope.time,
        "UpdatedAt": envelope.time,
        "Severity": severity,
        "FindingProviderFields": {"Severity": severity, "Types": [kind]},
        "Title": harmless(happening.title, 256),
        "Description": harmless(happening.description, 1024),
        "Resources": [_resource(envelope)],
        "RecordState": "ARCHIVED" if happening.gone else "ACTIVE",
        "ProductFields": {"outrider/envelope": envelope.id, "outrider/program": envelope.program},
    }


def _resource(envelope: Envelope) -> dict[str, Any]:
    """What it happened to."""
    subject = envelope.subject
    told = {"name": subject.name, "digest": subject.digest, "container": subject.container}
    other = {name: harmless(value, 1024) for name, value in told.items() if value}
    return {
        "Type": _RESOURCES.get(subject.kind, "Other"),
        "Id": harmless(subject.id, 512),
        "Partition": partition(envelope.region),
        "Region": envelope.region,
    } | ({"Details": {"Other": other}} if other else {})


def _incident(happening: Happening) -> dict[str, Any]:
    """What an incident has beside: stages of ATT&CK as types, when it began, what to do."""
    if happening.family != INCIDENT:
        return {}
    detail = happening.detail
    tactics = [word(one.get("tactic")) for one in dicts(detail.get("attack"))]
    types = list(dict.fromkeys(_TACTICS[name] for name in tactics if name in _TACTICS))
    types = [*types, _TYPES[INCIDENT]]
    severity = {"Label": _LABELS[happening.severity]}
    made: dict[str, Any] = {"Types": types, "FindingProviderFields": {"Severity": severity, "Types": types}}
    if begin := instant(word(detail.get("begin"))):
        made["CreatedAt"] = begin
    if advice := words(detail.get("advice"), 3):
        made["Remediation"] = {"Recommendation": {"Text": harmless(" ".join(advice), 512)}}
    return made


def _compliance(happening: Happening) -> dict[str, Any]:
    """Status of a check."""
    if happening.family != "check":
        return {}
    return {"Compliance": {"Status": "PASSED" if happening.gone else "FAILED"}}


def _vulnerabilities(happening: Happening) -> dict[str, Any]:
    """The advisory and the package it is about."""
    if happening.family != "vulnerability":
        return {}
    detail = happening.detail
    package = detail.get("package")
    package = package if isinstance(package, dict) else {}
    fixed = words(detail.get("fixed"))
    told = {
        "Name": word(package.get("name")) or "unknown",
        "Version": word(package.get("version")) or "unknown",
        "FilePath": word(package.get("path"), 512),
        "FixedInVersion": fixed[0] if fixed else "",
    }
    one: dict[str, Any] = {
        "Id": word(detail.get("id")) or "unknown",
        "VulnerablePackages": [{name: value for name, value in told.items() if value}],
        "FixAvailable": "YES" if fixed else "NO",
        "ExploitAvailable": "YES" if detail.get("exploited") else "NO",
    }
    if references := words(detail.get("references")):
        one["ReferenceUrls"] = references
    if scores := _scores(detail.get("scores")):
        one["Cvss"] = scores
    return {"Vulnerabilities": [one]}


def _scores(found: Any) -> list[dict[str, Any]]:
    """CVSS scores that are numbers in their range."""
    scores = found[:5] if isinstance(found, list) else []
    return [
        {
            "Version": word(one.get("version"), 8),
            "BaseScore": one["base"],
            "BaseVector": word(one.get("vector")),
        }
        for one in scores
        if isinstance(one, dict) and isinstance(one.get("base"), int | float) and 0 <= one["base"] <= 10
    ]
