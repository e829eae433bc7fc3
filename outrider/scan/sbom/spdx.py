"""SPDX 2.2 and 2.3: ours, and those of Syft, Trivy and GitHub.

https://spdx.github.io/spdx-spec/v2.3/. Only packages with a package URL among their external references are
packages: nothing is guessed from names.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from outrider.errors import InvalidInput
from outrider.model import json_document
from outrider.model.artifact import Contents
from outrider.model.package import Package, Release
from outrider.model.purl import from_purl
from outrider.scan.sbom import carried
from outrider.scan.sbom.assembling import contents_of
from outrider.scan.sbom.distribution import release
from outrider.scan.sbom.fields import items, text
from outrider.scan.sbom.tally import Left, check_number

NONE = frozenset({"", "NONE", "NOASSERTION"})

NO_PACKAGES = frozenset({"OPERATING-SYSTEM", "CONTAINER", "DEVICE", "FIRMWARE"})
"""Purposes of packages that are no packages to us."""

_OWNERSHIP = "ownership-by-file-overlap"
"""How Syft begins the comment of a relationship from an OS package to the language package that it put
there."""


def read(document: Mapping[str, Any], name: str) -> Contents:
    """What a parsed document lists. Raises InvalidInput: over `limits.SBOM_PACKAGES`, or it carries
    nonsense."""
    facts, found, left = carried.Artifact(), None, Left()
    parsed: dict[str, tuple[Mapping[str, Any], Package]] = {}
    licences = _extracted(document)
    described = _described(document)
    for entry in items(document, "packages"):
        identity = text(entry, "SPDXID")
        notes = comments(entry)
        if told := notes.get(carried.ARTIFACT):
            facts = carried.artifact_of(told)
        if text(entry, "primaryPackagePurpose") == "OPERATING-SYSTEM":
            found = found or _release(entry)
        if text(entry, "primaryPackagePurpose") in NO_PACKAGES or carried.ARTIFACT in notes:
            continue
        if identity in described and not _purl(entry):
            continue
        try:
            parsed[identity or f"#{len(parsed)}"] = entry, package_of(entry, licences)
        except InvalidInput as error:
            left.out(entry, error)
        check_number(len(parsed))
    packages = _related(document, parsed)
    version = text(document, "spdxVersion").removeprefix("SPDX-")
    return contents_of(f"SPDX {version}", name, facts=facts, release=found, packages=packages, left=left)


def package_of(
    entry: Mapping[str, Any], licences: Mapping[str, str], dependencies: tuple[str, ...] = ()
) -> Package:
    """One package, what was carried included. `licences`: the texts behind `LicenseRef-` names. Raises
    InvalidInput: it has no package URL that names a version, or carries nonsense."""
    purl = _purl(entry)
    if not purl:
        raise InvalidInput("no package URL")
    declared = text(entry, "licenseDeclared")
    package = replace(
        from_purl(purl),
        licence="" if declared in NONE else licences.get(declared, declared),
        path=_path(text(entry, "sourceInfo")),
        dependencies=dependencies,
    )
    return carried.restored(package, _ours(comments(entry).get(carried.PACKAGE, "")))


def comments(entry: Mapping[str, Any]) -> dict[str, str]:
    """What we wrote as annotations: name → JSON text."""
    names = (carried.PACKAGE, carried.ARTIFACT, carried.RELEASE)
    found: dict[str, str] = {}
    for note in items(entry, "annotations"):
        name, _, value = text(note, "comment").partition(" ")
        if name in names:
            found.setdefault(name, value)
    return found


def _ours(told: str) -> dict[str, str]:
    if not told:
        return {}
    value = json_document.parse(told, "an annotation of ours")
    if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
        raise InvalidInput("an annotation of ours does not hold a package's fields")
    return value


def _purl(entry: Mapping[str, Any]) -> str:
    for one in items(entry, "externalRefs"):
        if text(one, "referenceType") == "purl":
            return text(one, "referenceLocator")
    return ""


def _path(words: str) -> str:
    """The first file of `acquired package info from DPKG DB: /var/lib/dpkg/status, …`."""
    place = words.rpartition(": ")[2].partition(", ")[0]
    return place if place.startswith("/") else ""


def _release(entry: Mapping[str, Any]) -> Release | None:
    if ours := comments(entry).get(carried.RELEASE):
        return carried.release_of(ours)
    return release(text(entry, "name"), text(entry, "versionInfo"), text(entry, "description"))


def _extracted(document: Mapping[str, Any]) -> dict[str, str]:
    """`LicenseRef-…` → the words it stands for."""
    return {
        text(one, "licenseId"): text(one, "extractedText") or text(one, "name")
        for one in items(document, "hasExtractedLicensingInfos")
    }


def _described(document: Mapping[str, Any]) -> set[str]:
    """What the document is about: the artifact itself."""
    told = document.get("documentDescribes")
    named = {one for one in told if isinstance(one, str)} if isinstance(told, list) else set()
    return named | {target for _, kind, target, _ in _relationships(document) if kind == "DESCRIBES"}


def _relationships(document: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """(from, kind, to, comment)."""
    for one in items(document, "relationships"):
        ends = text(one, "spdxElementId"), text(one, "relatedSpdxElement")
        yield ends[0], text(one, "relationshipType"), ends[1], text(one, "comment")


def _related(
    document: Mapping[str, Any], parsed: Mapping[str, tuple[Mapping[str, Any], Package]]
) -> list[Package]:
    """The packages with edges and owners of the document's relationships, unless carried; sorted."""
    wanted: dict[str, set[str]] = {}
    owners: dict[str, str] = {}
    for one, kind, other, comment in _relationships(document):
        if kind == "DEPENDENCY_OF":
            one, kind, other = other, "DEPENDS_ON", one  # noqa: PLW2901 - the same, said backwards
        if one not in parsed or other not in parsed:
            continue
        first, second = parsed[one][1], parsed[other][1]
        if kind == "DEPENDS_ON" and first.type == second.type:
            wanted.setdefault(one, set()).add(second.label)
        if kind == "OTHER" and comment.startswith(_OWNERSHIP):
            owners.setdefault(other, first.name)
    packages = []
    for identity, (entry, package) in parsed.items():
        told = _ours(comments(entry).get(carried.PACKAGE, ""))
        if "dependencies" not in told:
            package = replace(package, dependencies=tuple(sorted(wanted.get(identity, ()))))  # noqa: PLW2901
        packages.append(replace(package, owner=package.owner or owners.get(identity, "")))
    return sorted(packages, key=carried.in_order)
