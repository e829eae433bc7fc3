"""CycloneDX 1.2 to 1.6: ours, and those of Syft, Trivy and cdxgen.

https://cyclonedx.org/docs/1.6/json/. Only components with a package URL are packages: nothing is guessed
from names.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from outrider.errors import InvalidInput
from outrider.model.artifact import Contents
from outrider.model.package import Package, Release
from outrider.model.purl import from_purl
from outrider.scan.sbom import carried
from outrider.scan.sbom.assembling import contents_of
from outrider.scan.sbom.distribution import release
from outrider.scan.sbom.fields import items, table, text
from outrider.scan.sbom.foreign import from_properties, release_from_properties
from outrider.scan.sbom.tally import Left, check_number

NO_PACKAGES = frozenset({"operating-system", "file", "container", "device", "firmware", "data"})
"""Component types that are no packages, whatever else they say."""


def read(document: Mapping[str, Any], name: str) -> Contents:
    """What a parsed document lists. Raises InvalidInput: it is not CycloneDX, or over
    `limits.SBOM_PACKAGES`."""
    root = table(table(document, "metadata"), "component")
    facts = (
        carried.artifact_of(told) if (told := properties(root).get(carried.ARTIFACT)) else carried.Artifact()
    )
    left = Left()
    parsed: list[tuple[str, dict[str, str], Package]] = []
    found: Release | None = None
    for component in components(document):
        if text(component, "type") == "operating-system":
            found = found or _release(component)
        if text(component, "type") in NO_PACKAGES:
            continue
        try:
            parsed.append((text(component, "bom-ref"), properties(component), package_of(component)))
        except InvalidInput as error:
            left.out(component, error)
        check_number(len(parsed))
    packages = _with_dependencies(document, parsed)
    version = text(document, "specVersion")
    return contents_of(f"CycloneDX {version}", name, facts=facts, release=found, packages=packages, left=left)


def package_of(component: Mapping[str, Any], dependencies: tuple[str, ...] = ()) -> Package:
    """One component as a package, what was carried included. Raises InvalidInput: it has no package URL
    that names a version, or carries nonsense."""
    purl = text(component, "purl")
    if not purl:
        raise InvalidInput("no package URL")
    occurrence = next(items(table(component, "evidence"), "occurrences"), {})
    package = replace(
        from_purl(purl),
        licence=_licence(component),
        path=text(occurrence, "location"),
        development=text(component, "scope") == "excluded",
        dependencies=dependencies,
    )
    told = properties(component)
    return carried.restored(from_properties(package, told), _ours(told))


def properties(component: Mapping[str, Any]) -> dict[str, str]:
    """Name → value; of several with one name, the first."""
    found: dict[str, str] = {}
    for one in items(component, "properties"):
        found.setdefault(text(one, "name"), text(one, "value"))
    return found


def components(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """All components, those inside others included, in the document's order."""
    pending = list(items(document, "components"))[::-1]
    while pending:
        component = pending.pop()
        yield component
        pending += list(items(component, "components"))[::-1]


def _ours(told: Mapping[str, str]) -> dict[str, str]:
    size = len(carried.PACKAGE)
    return {name[size:]: value for name, value in told.items() if name.startswith(carried.PACKAGE)}


def _licence(component: Mapping[str, Any]) -> str:
    """An expression, or the licences' names joined as the alternatives that they may be."""
    names = []
    for choice in items(component, "licenses"):
        if expression := text(choice, "expression"):
            return expression
        licence = table(choice, "license")
        names.append(text(licence, "id") or text(licence, "name"))
    return " AND ".join(filter(None, names))


def _release(component: Mapping[str, Any]) -> Release | None:
    told = properties(component)
    if ours := told.get(carried.RELEASE):
        return carried.release_of(ours)
    name, version, words = (text(component, key) for key in ("name", "version", "description"))
    return release_from_properties(told) or release(name, version, words)


def _with_dependencies(
    document: Mapping[str, Any], parsed: list[tuple[str, dict[str, str], Package]]
) -> list[Package]:
    """The packages with the edges of the document's graph, unless their own list was carried; sorted."""
    by_ref = {ref: package for ref, _, package in parsed if ref}
    named: dict[str, set[str]] = {}
    for node in items(document, "dependencies"):
        ref, wanted = text(node, "ref"), node.get("dependsOn")
        own = by_ref.get(ref)
        if own is None or not isinstance(wanted, list):
            continue
        others = [by_ref[one] for one in wanted if isinstance(one, str) and one in by_ref]
        named.setdefault(ref, set()).update(one.label for one in others if one.type == own.type)
    packages = []
    for ref, told, package in parsed:
        if carried.PACKAGE + "dependencies" not in told:
            package = replace(package, dependencies=tuple(sorted(named.get(ref, ()))))  # noqa: PLW2901
        packages.append(package)
    return sorted(packages, key=carried.in_order)
