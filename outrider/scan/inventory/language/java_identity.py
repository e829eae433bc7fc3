"""What a Java archive is, from the few files in it that say so, and from its own name."""

import re
from collections.abc import Iterable, Iterator, Mapping

from outrider.model.package import Evidence, Package
from outrider.scan.inventory.language import naming
from outrider.scan.inventory.language.java_groups import group_of
from outrider.scan.inventory.language.java_manifest import attributes, properties

_NUMBER = re.compile(r"-v?(?=\d)", re.ASCII)
_VERSIONS = ("implementation-version", "bundle-version", "plugin-version", "specification-version")
_GROUP = re.compile(r"[a-z][\w-]*(?:\.[\w-]+)+", re.ASCII)


def packages(path: str, members: Iterable[tuple[str, bytes]]) -> Iterator[Package]:
    """The package that the archive at `path` is, and those that were shaded into it.

    `members` are its manifest and every pom.properties. Where none of the latter is the archive's own,
    manifest and file name are asked, except where there are others: then it is somebody's program with
    libraries in it.
    """
    manifest: Mapping[str, str] = {}
    poms = []
    for name, data in members:
        if name.endswith("/pom.properties"):
            poms.append(properties(data))
        else:
            manifest = attributes(data)
    stem = path.rpartition("/")[2].rpartition(".")[0]
    complete = [pom for pom in poms if all(pom.get(key) for key in ("groupId", "artifactId", "version"))]
    own = next(
        (pom for pom in complete if stem == pom["artifactId"] or stem.startswith(f"{pom['artifactId']}-")),
        None,
    )
    if own is None and len(complete) == 1:
        own = complete[0]
    for pom in complete:
        declared = manifest.get("bundle-license", "") if pom is own else ""
        yield _package(pom["groupId"], pom["artifactId"], pom["version"], path, declared)
    if not complete or (own is None and _cut(stem)[1]):
        yield from _without_maven(stem, manifest, path)


def _package(group: str, artifact: str, version: str, path: str, declared: str = "") -> Package:
    return Package(
        type="maven",
        namespace=group,
        name=artifact,
        version=version,
        licence=naming.licence(declared),
        evidence=Evidence.EMBEDDED,
        path=path,
    )


def _without_maven(stem: str, manifest: Mapping[str, str], path: str) -> Iterator[Package]:
    """From the file name and the manifest. A version in the file name is the one that was published."""
    artifact, in_name = _cut(stem)
    versions = [in_name, *(manifest.get(key, "").strip('"') for key in _VERSIONS)]
    version = next((version for version in versions if naming.is_exact(version)), "")
    if version and naming.is_name(artifact):
        yield _package(
            _group(artifact, manifest), artifact, version, path, manifest.get("bundle-license", "")
        )


def _cut(stem: str) -> tuple[str, str]:
    """`log4j-core-2.14.1` as artifact and version, at the first dash with a digit behind it."""
    match = _NUMBER.search(stem, 1)
    version = stem[match.end() :] if match else ""
    return (stem[: match.start()], version) if match and naming.is_exact(version) else (stem, "")


def _group(artifact: str, manifest: Mapping[str, str]) -> str:
    """The Maven group, as far as anything tells: the table, the vendor's id, or the bundle's name before the
    artifact's."""
    known = group_of(artifact)
    if known:
        return known
    symbolic = manifest.get("bundle-symbolicname", "").partition(";")[0].strip()
    before, dot, last = symbolic.rpartition(".")
    if dot and last in {artifact, artifact.rpartition("-")[2]}:
        symbolic = before
    for candidate in (manifest.get("implementation-vendor-id", ""), manifest.get("group-id", ""), symbolic):
        if _GROUP.fullmatch(candidate):
            return candidate
    return ""
