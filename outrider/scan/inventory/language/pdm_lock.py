"""PDM's lock file. Its groups may be extras as well as for developing; only those named like the latter count
so."""

from typing import Any

from outrider import limits
from outrider.model.package import Evidence, Package
from outrider.scan.inventory.extractor import Extractor, File, Found, Wants
from outrider.scan.inventory.language import core_metadata, naming, places, toml_lock
from outrider.scan.inventory.language.json_lock import text
from outrider.scan.inventory.language.listing import found

_FOR_DEVELOPING = frozenset({"dev", "doc", "docs", "lint", "test", "tests", "tox", "typing", "workflow"})


def read(file: File) -> Found:
    """Every package. Raises InvalidInput where it is not such a lock file."""
    listed = toml_lock.tables(toml_lock.parse(file.data, "pdm.lock"), "package")
    return found(
        _package(item, f"/{file.path}") if item.get("version") else text(item.get("name")) for item in listed
    )


def _package(item: dict[str, Any], path: str) -> Package:
    groups = _texts(item.get("groups"))
    return Package(
        type="pypi",
        name=naming.pypi(text(item.get("name"))),
        version=text(item.get("version")),
        dependencies=core_metadata.required(_texts(item.get("dependencies"))),
        evidence=Evidence.DECLARED,
        development=bool(groups) and _FOR_DEVELOPING.issuperset(groups),
        path=path,
    )


def _texts(value: Any) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


EXTRACTOR = Extractor(
    name="pdm_lock",
    version=1,
    wants=Wants(names=frozenset({"pdm.lock"}), pattern=places.outside(r"pdm\.lock")),
    limit=limits.TOML_FILE,
    read=read,
)
