"""NuGet's older `packages.config`: `<package id="…" version="…" developmentDependency="true" />`.

https://learn.microsoft.com/nuget/reference/packages-config
"""

from outrider import limits
from outrider.model.package import Evidence, Package
from outrider.scan.inventory.extractor import Extractor, File, Found, Wants
from outrider.scan.inventory.language import naming, places
from outrider.scan.inventory.language.listing import found
from outrider.scan.inventory.language.xml_manifest import local, parse


def read(file: File) -> Found:
    """Every package; those without one version are told of. Raises InvalidInput where it is not XML."""
    told: list[Package | str] = []
    for element in parse(file.data, "packages.config"):
        name, version = element.get("id", ""), element.get("version", "")
        if local(element) != "package" or not name:
            continue
        if not naming.is_exact(version):
            told.append(name)
            continue
        told.append(
            Package(
                type="nuget",
                name=name,
                version=version,
                evidence=Evidence.DECLARED,
                development=element.get("developmentDependency", "").lower() == "true",
                path=f"/{file.path}",
            )
        )
    return found(told)


EXTRACTOR = Extractor(
    name="nuget_packages_config",
    version=1,
    wants=Wants(names=frozenset({"packages.config"}), pattern=places.outside(r"packages\.config")),
    limit=limits.PACKAGE_JSON,
    read=read,
)
