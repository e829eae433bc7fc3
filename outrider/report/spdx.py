"""SPDX 2.3 JSON: the bill of materials for whoever asks for that one.

https://spdx.github.io/spdx-spec/v2.3/. Vulnerabilities have no place in it. What a later scan of the
document needs beyond its own fields it carries in annotations (scan/sbom/carried.py), so that it finds the
same.
"""

import re
from collections.abc import Mapping
from hashlib import sha256
from json import dumps
from typing import Any

from outrider.model.artifact import Contents, Kind
from outrider.model.licence import expression
from outrider.model.package import Package, Release
from outrider.model.purl import to_purl
from outrider.report import tally
from outrider.report.cyclonedx import uuid_of
from outrider.report.format import Format
from outrider.report.harmless import json_text, unicode
from outrider.report.instants import instant
from outrider.report.masked import masked
from outrider.report.refs import edges, refs
from outrider.report.report import Report
from outrider.scan.sbom import carried
from outrider.scan.sbom.spdx import package_of

EPOCH = "1970-01-01T00:00:00Z"
"""SPDX demands a time. Where neither the image nor the database has one this says that it is not known."""

NAMESPACE = "https://outrider.dev/spdx/"
ROOT = "SPDXRef-Artifact"
OS = "SPDXRef-OperatingSystem"

_PURPOSES = {Kind.IMAGE: "CONTAINER", Kind.FUNCTION: "APPLICATION", Kind.DIRECTORY: "SOURCE"}
_NOT_IN_IDS = re.compile(r"[^A-Za-z0-9.]+")
_Document = dict[str, Any]


def render(report: Report) -> str:
    """The document; its namespace is made of all the rest of it."""
    report = masked(report)
    contents = report.contents
    created = instant(contents.created) or instant(report.findings.database.built) or EPOCH
    names = refs(contents.packages)
    ids = {package: _id(package, name) for package, name in names.items()}
    reached = edges(list(names))
    licences: dict[str, str] = {}
    note = {"annotator": _tool(report), "annotationDate": created, "annotationType": "OTHER"}
    packages = [_artifact(contents, note), *_release(contents.release, note)]
    for package, identity in ids.items():
        labels = tuple(sorted({one.label for one in reached[package]}))
        packages.append(_package(package, identity, labels, licences, note))
    document = {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": contents.name or "(no name)",
        "creationInfo": {"created": created, "creators": [_tool(report)], **_partial(report)},
        "packages": packages,
        "hasExtractedLicensingInfos": [
            {"licenseId": name, "name": text[:200], "extractedText": text}
            for name, text in sorted(licences.items())
        ],
        "relationships": [
            _relationship("SPDXRef-DOCUMENT", "DESCRIBES", ROOT),
            *([_relationship(ROOT, "CONTAINS", OS)] if contents.release else []),
            *(_relationship(ROOT, "CONTAINS", identity) for identity in ids.values()),
            *(
                _relationship(ids[one], "DEPENDS_ON", other)
                for one in ids
                for other in sorted({ids[each] for each in reached[one]})
            ),
        ],
    }
    return json_text({**document, "documentNamespace": NAMESPACE + uuid_of(document)})


def _partial(report: Report) -> dict[str, str]:
    """A comment where something could not be looked at."""
    return {"comment": tally.coverage(report)} if tally.partial(report) else {}


def _tool(report: Report) -> str:
    return f"Tool: outrider-{report.scanner or 'unknown'}"


def _id(package: Package, name: str) -> str:
    """Letters, digits, dots and dashes, the same in every document that has the package at this place."""
    words = _NOT_IN_IDS.sub("-", f"{package.type}-{package.name}")[:60]
    return f"SPDXRef-Package-{words}-{sha256(name.encode()).hexdigest()[:16]}"


def _bare(identity: str, name: str, version: str) -> _Document:
    """What SPDX wants of every package, nothing asserted."""
    told = {"SPDXID": identity, "name": name or "(no name)", "downloadLocation": "NOASSERTION"}
    licences = {"licenseConcluded": "NOASSERTION", "licenseDeclared": "NOASSERTION"}
    known = {"versionInfo": version} if version else {}
    return {**told, **known, "filesAnalyzed": False, **licences, "copyrightText": "NOASSERTION"}


def _artifact(contents: Contents, note: _Document) -> _Document:
    entry = _bare(ROOT, contents.name, contents.digest)
    if contents.kind in _PURPOSES:
        entry["primaryPackagePurpose"] = _PURPOSES[contents.kind]
    if contents.digest.startswith("sha256:"):
        entry["checksums"] = [{"algorithm": "SHA256", "checksumValue": contents.digest[7:]}]
    return {**entry, "annotations": [_note(note, carried.ARTIFACT, carried.artifact_text(contents))]}


def _release(release: Release | None, note: _Document) -> list[_Document]:
    if release is None:
        return []
    entry = _bare(OS, release.id, release.version)
    if release.name:
        entry["description"] = release.name
    annotations = [_note(note, carried.RELEASE, carried.release_text(release))]
    return [{**entry, "primaryPackagePurpose": "OPERATING-SYSTEM", "annotations": annotations}]


def _package(
    package: Package, identity: str, labels: tuple[str, ...], licences: dict[str, str], note: _Document
) -> _Document:
    """One package; a licence that is no expression goes into `licences` under a name made of it."""
    entry = _bare(identity, package.label, package.version)
    if package.licence:
        valid, text = expression(package.licence), unicode(package.licence)
        own = f"LicenseRef-{sha256(text.encode()).hexdigest()[:16]}"
        entry["licenseDeclared"] = valid or own
        if not valid:
            licences[own] = text
    if package.path:
        entry["sourceInfo"] = f"acquired package info from: {package.path}"
    locator = to_purl(package, upstream=True)
    entry["externalRefs"] = [
        {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": locator}
    ]
    differing = carried.carried(package, package_of(_clean(entry), licences, labels))
    if differing:
        entry["annotations"] = [_note(note, carried.PACKAGE, dumps(differing, sort_keys=True))]
    return entry


def _clean(entry: _Document) -> Mapping[str, Any]:
    """The entry as it will be read: half surrogates written out."""
    return {key: unicode(value) if isinstance(value, str) else value for key, value in entry.items()}


def _note(note: _Document, name: str, text: str) -> _Document:
    return {**note, "comment": f"{name} {text}"}


def _relationship(one: str, kind: str, other: str) -> _Document:
    return {"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other}


FORMAT = Format("spdx", render, "application/spdx+json", ".spdx.json")
