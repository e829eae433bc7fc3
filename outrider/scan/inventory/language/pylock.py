"""The lock file of PEP 751: `pylock.toml`, `pylock.NAME.toml`
(https://packaging.python.org/specifications/pylock-toml/)."""

from typing import Any

from outrider import limits
from outrider.model.package import Evidence, Package
from outrider.scan.inventory.extractor import Extractor, File, Found, Wants
from outrider.scan.inventory.language import naming, places, toml_lock
from outrider.scan.inventory.language.json_lock import objects, text
from outrider.scan.inventory.language.listing import found, names


def read(file: File) -> Found:
    """Every package with a version; those from a repository or folder may have none and are told of.

    Raises InvalidInput where it is not such a lock file.
    """
    listed = toml_lock.tables(toml_lock.parse(file.data, "pylock.toml"), "packages")
    others = [item for item in listed if "directory" not in item]  # the program itself
    return found(
        _package(item, f"/{file.path}") if item.get("version") else text(item.get("name")) for item in others
    )


def _package(item: dict[str, Any], path: str) -> Package:
    return Package(
        type="pypi",
        name=naming.pypi(text(item.get("name"))),
        version=text(item.get("version")),
        dependencies=names(naming.pypi(text(each.get("name"))) for each in objects(item.get("dependencies"))),
        evidence=Evidence.DECLARED,
        path=path,
    )


EXTRACTOR = Extractor(
    name="pylock",
    version=1,
    wants=Wants(endings=frozenset({".toml"}), pattern=places.outside(r"pylock(?:\.[^/.]+)?\.toml")),
    limit=limits.TOML_FILE,
    read=read,
)
