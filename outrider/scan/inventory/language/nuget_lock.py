"""NuGet's lock file, `packages.lock.json`: for each target framework the packages and what they resolved to.

https://learn.microsoft.com/nuget/consume-packages/package-references-in-project-files#locking-dependencies
"""

from collections.abc import Iterator
from typing import Any

from outrider import limits
from outrider.model.package import Evidence, Package
from outrider.scan.inventory.extractor import Extractor, File, Found, Wants
from outrider.scan.inventory.language import json_lock, places
from outrider.scan.inventory.language.json_lock import entries, mapping, text
from outrider.scan.inventory.language.listing import found, names


def read(file: File) -> Found:
    """Every package; entries of type Project are the program itself. Raises InvalidInput where it is not
    JSON."""
    return found(_packages(json_lock.parse(file.data, "packages.lock.json"), f"/{file.path}"))


def _packages(document: dict[str, Any], path: str) -> Iterator[Package | str]:
    for _, framework in entries(document.get("dependencies")):
        for name, item in entries(framework):
            version = text(item.get("resolved"))
            if text(item.get("type")).lower() == "project":
                continue
            if not version:
                yield name
                continue
            yield Package(
                type="nuget",
                name=name,
                version=version,
                dependencies=names(mapping(item.get("dependencies"))),
                evidence=Evidence.DECLARED,
                path=path,
            )


EXTRACTOR = Extractor(
    name="nuget_lock",
    version=1,
    wants=Wants(names=frozenset({"packages.lock.json"}), pattern=places.outside(r"packages\.lock\.json")),
    limit=limits.LOCK_FILE,
    read=read,
)
