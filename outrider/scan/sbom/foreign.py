"""What other scanners write into properties: the source package, the place, the release.

Syft: `syft:…` (https://github.com/anchore/syft); Trivy: `aquasecurity:trivy:…` (https://trivy.dev). Names and
forms are those that their public documentation and source give.
"""

from collections.abc import Mapping
from dataclasses import replace

from outrider.model.package import Package, Release
from outrider.model.purl import with_source
from outrider.scan.sbom.distribution import release

TRIVY = "aquasecurity:trivy:"


def from_properties(package: Package, told: Mapping[str, str]) -> Package:
    """The package with what its properties add to its URL."""
    if not told:
        return package
    path = told.get("syft:location:0:path") or told.get(TRIVY + "FilePath") or package.path
    if path and not path.startswith("/") and not package.path:
        path = f"/{path}"
    package = replace(package, path=path)
    if name := told.get(TRIVY + "SrcName"):
        return with_source(package, name, _trivy_version(told))
    if name := told.get("syft:metadata:source") or told.get("syft:metadata:originPackage"):
        return with_source(package, name, told.get("syft:metadata:sourceVersion", ""))
    return package


def release_from_properties(told: Mapping[str, str]) -> Release | None:
    """The release of Syft's component for it; Trivy says nothing that its name and version do not."""
    found = release(
        told.get("syft:distro:id", ""),
        told.get("syft:distro:versionID", ""),
        told.get("syft:distro:prettyName", ""),
    )
    if found is None:
        return None
    like = tuple(value for name, value in told.items() if name.startswith("syft:distro:idLike:"))
    return replace(found, like=like, codename=told.get("syft:distro:versionCodename", ""))


def _trivy_version(told: Mapping[str, str]) -> str:
    """Epoch, version and release come in three properties."""
    version = told.get(TRIVY + "SrcVersion", "")
    epoch, revision = told.get(TRIVY + "SrcEpoch", ""), told.get(TRIVY + "SrcRelease", "")
    if not version:
        return ""
    return f"{f'{epoch}:' if epoch and epoch != '0' else ''}{version}{f'-{revision}' if revision else ''}"
