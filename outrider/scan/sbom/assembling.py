"""What an SBOM listed, as an artifact: the same for every format."""

from collections.abc import Sequence

from outrider.model.artifact import Contents, Kind
from outrider.model.outcome import Covered
from outrider.model.package import Package, Release
from outrider.scan.sbom.carried import Artifact
from outrider.scan.sbom.distribution import of_packages
from outrider.scan.sbom.tally import Left


def contents_of(
    form: str,
    name: str,
    *,
    facts: Artifact,
    release: Release | None,
    packages: Sequence[Package],
    left: Left,
) -> Contents:
    """`form`: what the document is, `SPDX 2.3`. Without a `release`, the packages' URLs may tell one."""
    return Contents(
        kind=Kind.SBOM,
        name=name,
        platform=facts.platform,
        runtime=facts.runtime,
        layers=facts.layers,
        release=release or of_packages(packages),
        packages=tuple(packages),
        outcomes=(Covered(name, f"{form}, {len(packages)} packages"), *left.outcomes(name)),
    )
