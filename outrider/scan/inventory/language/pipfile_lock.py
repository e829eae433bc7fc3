"""Pipenv's lock file, `Pipfile.lock`: categories of packages, of which `default` is what the program
needs."""

from collections.abc import Iterator
from typing import Any

from outrider import limits
from outrider.model.package import Evidence, Package
from outrider.scan.inventory.extractor import Extractor, File, Found, Wants
from outrider.scan.inventory.language import json_lock, naming, places
from outrider.scan.inventory.language.json_lock import entries, text
from outrider.scan.inventory.language.listing import found


def read(file: File) -> Found:
    """Every pinned package; those from a repository are told of. Raises InvalidInput: not
    JSON."""
    document = json_lock.parse(file.data, "Pipfile.lock")
    told: list[Package | str] = []
    for category, name, item in _items(document):
        version = text(item.get("version"))
        if "path" in item:
            continue  # the program itself
        if not version.startswith("=="):
            told.append(naming.pypi(name))
            continue
        told.append(
            Package(
                type="pypi",
                name=naming.pypi(name),
                version=version.lstrip("="),
                evidence=Evidence.DECLARED,
                development=category == "develop",
                path=f"/{file.path}",
            )
        )
    return found(told)


def _items(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Category, name and entry of each package."""
    for category, items in entries(document):
        if category != "_meta":
            for name, item in entries(items):
                yield category, name, item


EXTRACTOR = Extractor(
    name="pipfile_lock",
    version=1,
    wants=Wants(names=frozenset({"Pipfile.lock"}), pattern=places.outside(r"Pipfile\.lock")),
    limit=limits.LOCK_FILE,
    read=read,
)
