"""CycloneDX 1.6 JSON: the bill of materials with its vulnerabilities.

https://cyclonedx.org/docs/1.6/json/. What a later scan of the document needs beyond its own fields it
carries in properties (scan/sbom/carried.py), so that it finds the same. Programs are listed, as files with
their hash, only where no package accounts for them. The time is that of the image, or there is none.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from outrider.model.artifact import Contents, Kind
from outrider.model.licence import expression
from outrider.model.package import Package, Release
from outrider.model.purl import to_purl
from outrider.report import tally
from outrider.report.cyclonedx_vulnerabilities import vulnerability
from outrider.report.format import Format
from outrider.report.harmless import json_text, unicode
from outrider.report.instants import instant
from outrider.report.masked import masked
from outrider.report.refs import edges, refs
from outrider.report.report import Report
from outrider.report.subjects import of_ignored
from outrider.scan.sbom import carried
from outrider.scan.sbom.cyclonedx import package_of

NAMESPACE = "https://outrider.dev/sbom/"
"""Beginning of the name that a document's number is made of; it need not lead anywhere."""

ROOT = "artifact"
OS = "operating-system"
_TYPES = {Kind.IMAGE: "container", Kind.FUNCTION: "application", Kind.DIRECTORY: "application"}


def render(report: Report) -> str:
    """The document; its serial number is made of all the rest of it."""
    report = masked(report)
    names = refs([*report.contents.packages, *(one.package for one in report.findings.vulnerabilities)])
    reached = edges(list(names))
    ignored = of_ignored(report.ignored)
    document: dict[str, Any] = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": _metadata(report),
        "components": [
            *_release(report.contents.release),
            *(_component(one, name, reached[one]) for one, name in names.items()),
            *_programs(report.contents),
        ],
        "dependencies": _dependencies(report.contents, names, reached),
        "vulnerabilities": [
            vulnerability(one, names[one.package], number, ignored)
            for number, one in enumerate(report.findings.vulnerabilities)
        ],
    }
    return json_text(
        {
            "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
            "serialNumber": f"urn:uuid:{uuid_of(document)}",
            **document,
        }
    )


def uuid_of(document: dict[str, Any]) -> str:
    """A name-based UUID (RFC 9562, version 5) of a document's content."""
    from uuid import NAMESPACE_URL, uuid5  # noqa: PLC0415 - it asks the platform a few things when imported

    return str(uuid5(NAMESPACE_URL, NAMESPACE + hashlib.sha256(json_text(document, 0).encode()).hexdigest()))


def _metadata(report: Report) -> dict[str, Any]:
    contents = report.contents
    root: dict[str, Any] = {
        "type": _TYPES.get(contents.kind, "application"),
        "bom-ref": ROOT,
        "name": contents.name or "(no name)",
        "properties": [_property(carried.ARTIFACT, carried.artifact_text(contents))],
    }
    if contents.digest:
        root["version"] = contents.digest
    tool = {"type": "application", "name": "outrider", "version": report.scanner}
    told: dict[str, Any] = {"tools": {"components": [tool]}, "component": root}
    if created := instant(contents.created):
        told["timestamp"] = created
    ignored = [
        _property("outrider:ignored", " | ".join((one.subject, one.reason, one.owner, one.expires)))
        for one in report.ignored
    ]
    digest = report.findings.database.digest
    facts = [_property("outrider:database", digest)] if digest else []
    facts += [_property("outrider:coverage", tally.coverage(report))] if tally.partial(report) else []
    return {**told, "properties": [*facts, *ignored]} if facts or ignored else told


def _release(release: Release | None) -> list[dict[str, Any]]:
    """The distribution, as a component of its own."""
    if release is None:
        return []
    component = {
        "type": "operating-system",
        "bom-ref": OS,
        "name": release.id or "unknown",
        "version": release.version,
        "description": release.name,
        "properties": [_property(carried.RELEASE, carried.release_text(release))],
    }
    return [component]


def _component(package: Package, name: str, reached: Sequence[Package]) -> dict[str, Any]:
    component: dict[str, Any] = {
        "type": "library",
        "bom-ref": name,
        "name": package.name,
        "version": package.version,
        "purl": to_purl(package, upstream=True),
    }
    if package.namespace:
        component["group"] = package.namespace
    if package.development:
        component["scope"] = "excluded"
    if valid := expression(package.licence):
        component["licenses"] = [{"expression": valid}]
    elif package.licence:
        component["licenses"] = [{"license": {"name": package.licence}}]
    if package.path:
        component["evidence"] = {"occurrences": [{"location": package.path}]}
    labels = tuple(sorted({one.label for one in reached}))
    differing = carried.carried(package, package_of(_clean(component), labels))
    if differing:
        component["properties"] = [
            _property(carried.PACKAGE + field, text) for field, text in sorted(differing.items())
        ]
    return component


def _clean(component: dict[str, Any]) -> dict[str, Any]:
    """The component as it will be read: half surrogates written out."""
    return {key: unicode(value) if isinstance(value, str) else value for key, value in component.items()}


def _programs(contents: Contents) -> list[dict[str, Any]]:
    """Programs that no package accounts for."""
    return [
        {
            "type": "file",
            "bom-ref": f"file:{number}",
            "name": one.path,
            "hashes": [{"alg": "SHA-256", "content": one.sha256}],
            "properties": [_property("outrider:file:mode", f"{one.mode:04o}")],
        }
        for number, one in enumerate(contents.executables)
        if not one.owner
    ]


def _dependencies(
    contents: Contents, names: Mapping[Package, str], reached: Mapping[Package, Sequence[Package]]
) -> list[dict[str, Any]]:
    """The graph: the artifact needs the operating system and all that no other package asked for."""
    asked = {one for found in reached.values() for one in found}
    tops = [name for one, name in names.items() if one not in asked]
    system = [OS] if contents.release else []
    graph: list[dict[str, Any]] = [{"ref": ROOT, "dependsOn": [*system, *tops]}] if system or tops else []
    for one, name in names.items():
        if found := reached[one]:
            graph.append({"ref": name, "dependsOn": sorted({names[each] for each in found})})
    return graph


def _property(name: str, value: str) -> dict[str, str]:
    return {"name": name, "value": value}


FORMAT = Format("cyclonedx", render, "application/vnd.cyclonedx+json; version=1.6", ".cdx.json")
