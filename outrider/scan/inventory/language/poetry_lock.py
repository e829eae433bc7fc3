"""Poetry's lock file, of every version: `[[package]]` tables with `category` (before 1.5) or `groups` (from
2.0)."""

from typing import Any

from outrider import limits
from outrider.model.package import Evidence, Package
from outrider.scan.inventory.extractor import Extractor, File, Found, Wants
from outrider.scan.inventory.language import naming, places, toml_lock
from outrider.scan.inventory.language.json_lock import mapping, text
from outrider.scan.inventory.language.listing import found, names


def read(file: File) -> Found:
    """Every package. Raises InvalidInput where it is not such a lock file."""
    document = toml_lock.parse(file.data, "poetry.lock")
    listed = toml_lock.tables(document, "package")
    return found(
        _package(item, f"/{file.path}") if item.get("version") else text(item.get("name")) for item in listed
    )


def _package(item: dict[str, Any], path: str) -> Package:
    """One table. Groups other than `main` are for developing
    (https://python-poetry.org/docs/managing-dependencies/)."""
    groups = item.get("groups")
    grouped = isinstance(groups, list) and bool(groups) and "main" not in groups
    return Package(
        type="pypi",
        name=naming.pypi(text(item.get("name"))),
        version=text(item.get("version")),
        dependencies=names(naming.pypi(name) for name in mapping(item.get("dependencies"))),
        evidence=Evidence.DECLARED,
        development=grouped or item.get("category") == "dev",
        path=path,
    )


EXTRACTOR = Extractor(
    name="poetry_lock",
    version=1,
    wants=Wants(names=frozenset({"poetry.lock"}), pattern=places.outside(r"poetry\.lock")),
    limit=limits.TOML_FILE,
    read=read,
)
