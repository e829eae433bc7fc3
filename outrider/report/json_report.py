"""The report as JSON: everything that was found, under the published schema templates/report/.

Fields are those of the model's values, which say what they mean. A package is told once, in `packages`;
findings name it by its `ref`. Lists of pairs in the model are objects here. The schema's number, `schema`,
is raised when a field goes away or means something else; new fields do not raise it, so readers must ignore
what they do not know.
"""

from collections.abc import Mapping
from dataclasses import fields
from enum import Enum, IntEnum
from typing import Any

from outrider.model.artifact import Contents
from outrider.model.finding import Vulnerability
from outrider.model.identity import Finding, identity_of, words_of
from outrider.model.outcome import Covered, Failed, Outcome, Skipped
from outrider.model.package import Package
from outrider.model.purl import to_purl
from outrider.report import tally
from outrider.report.format import Format
from outrider.report.harmless import json_text
from outrider.report.masked import masked
from outrider.report.refs import refs
from outrider.report.report import Report

SCHEMA = 1

SCHEMA_ID = "https://outrider.dev/schemas/scan-report.schema.json"
"""`$id` of templates/report/scan-report.schema.json: a name, not a place."""

_OBJECTS = frozenset({"qualifiers", "labels", "shards"})
"""Fields whose pairs have keys that differ."""


def render(report: Report) -> str:
    """The document."""
    report = masked(report)
    findings = report.findings
    told = [*report.contents.packages, *(one.package for one in findings.vulnerabilities)]
    names = refs(told)
    return json_text(
        {
            "$schema": SCHEMA_ID,
            "schema": SCHEMA,
            "scanner": {"name": "outrider", "version": report.scanner},
            "scanned": list(report.scanned),
            "partial": tally.partial(report),
            "counts": _counts(report),
            "artifact": _artifact(report.contents),
            "database": plain(findings.database),
            "outcomes": [_outcome(outcome) for outcome in report.outcomes],
            "gate": {
                "present": report.gated,
                "passed": not report.violations,
                "violations": plain(report.violations),
            },
            "ignored": plain(report.ignored),
            "vulnerabilities": [_vulnerability(one, names) for one in findings.vulnerabilities],
            "secrets": [_known(one) for one in findings.secrets],
            "checks": [_known(one) for one in findings.checks],
            "packages": [{"ref": name, "purl": to_purl(one), **plain(one)} for one, name in names.items()],
            "executables": plain(report.contents.executables),
        }
    )


def plain(value: Any) -> Any:
    """A frozen value as JSON has it: names of severities and enums in words, tuples as lists."""
    if isinstance(value, IntEnum):
        return value.name.lower()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple | list):
        return [plain(inner) for inner in value]
    if hasattr(value, "__dataclass_fields__"):
        return {field.name: _field(field.name, getattr(value, field.name)) for field in fields(value)}
    return value


def _field(name: str, value: Any) -> Any:
    """A field whose pairs are keys and values becomes an object; controls may have several of a pack."""
    if name in _OBJECTS:
        return dict(value)
    if name == "controls":
        return [{"pack": pack, "control": control} for pack, control in value]
    return plain(value)


def _counts(report: Report) -> dict[str, int]:
    """How many outcomes of each kind, and findings: a script needs no more to decide whether to look."""
    kinds = {"covered": Covered, "skipped": Skipped, "failed": Failed}
    return {
        **{word: sum(isinstance(one, kind) for one in report.outcomes) for word, kind in kinds.items()},
        "packages": len(report.contents.packages),
        "vulnerabilities": len(report.findings.vulnerabilities),
        "secrets": len(report.findings.secrets),
        "failed_checks": sum(check.answer.value == "fail" for check in report.findings.checks),
        "violations": len(report.violations),
        "ignored": len(report.ignored),
    }


def _artifact(contents: Contents) -> dict[str, Any]:
    """What was scanned, without the lists that have places of their own. Values of variables are not told:
    they may be credentials."""
    left_out = {"packages", "executables", "secrets", "outcomes", "config"}
    told = {
        field.name: _field(field.name, getattr(contents, field.name))
        for field in fields(contents)
        if field.name not in left_out
    }
    config = contents.config
    if config is None:
        return {**told, "config": None}
    names = [variable.partition("=")[0] for variable in config.env]
    return {**told, "config": {**plain(config), "env": names}}


def _outcome(outcome: Outcome) -> dict[str, str]:
    """With its kind in `outcome`, as the other commands have it."""
    return {"outcome": type(outcome).__name__.lower(), **plain(outcome)}


def _vulnerability(one: Vulnerability, names: Mapping[Package, str]) -> dict[str, Any]:
    """The package by reference, and by what a person calls it."""
    package = one.package
    told = {
        "ref": names[package],
        "name": package.label,
        "version": package.version,
        "path": package.path,
        "layer": package.layer,
    }
    return {**_known(one), "package": told}


def _known(finding: Finding) -> dict[str, Any]:
    """A finding with what it is called in violations and ignore files, and what it is known again by."""
    own = plain(finding)
    marked = {"subject": words_of(finding), "known_as": identity_of(finding)}
    return {**marked, **own}


FORMAT = Format("json", render, "application/json", ".json")
