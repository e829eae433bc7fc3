"""uv's lock file. The workspace's own packages (`editable`, `virtual`, `directory`) are not listed: they are
the program itself. What cannot be reached from their dependencies, extras included, is for developing."""

from collections.abc import Iterator
from typing import Any

from outrider import limits
from outrider.model.package import Evidence, Package
from outrider.scan.inventory.extractor import Extractor, File, Found, Wants
from outrider.scan.inventory.language import naming, places, toml_lock
from outrider.scan.inventory.language.json_lock import mapping, objects, text
from outrider.scan.inventory.language.listing import found, names
from outrider.scan.inventory.language.reach import reachable

_OWN = ("editable", "virtual", "directory")


def read(file: File) -> Found:
    """Every package from elsewhere. Raises InvalidInput where it is not such a lock file."""
    listed = toml_lock.tables(toml_lock.parse(file.data, "uv.lock"), "package")
    own = [item for item in listed if _is_own(item)]
    others = [item for item in listed if not _is_own(item)]
    edges = {_name(item): tuple(_needed(item)) for item in listed}
    needed = reachable((_name(item) for item in own), edges) if own else frozenset(edges)
    return found(
        _package(item, needed, f"/{file.path}") if item.get("version") else _name(item) for item in others
    )


def _is_own(item: dict[str, Any]) -> bool:
    return any(kind in mapping(item.get("source")) for kind in _OWN)


def _name(item: dict[str, Any]) -> str:
    return naming.pypi(text(item.get("name")))


def _needed(item: dict[str, Any]) -> Iterator[str]:
    """Names that a package needs, those of its extras included."""
    yield from (_name(each) for each in objects(item.get("dependencies")))
    for extra in mapping(item.get("optional-dependencies")).values():
        yield from (_name(each) for each in objects(extra))


def _package(item: dict[str, Any], needed: frozenset[str], path: str) -> Package:
    name = _name(item)
    return Package(
        type="pypi",
        name=name,
        version=text(item.get("version")),
        dependencies=names(_name(each) for each in objects(item.get("dependencies"))),
        evidence=Evidence.DECLARED,
        development=name not in needed,
        path=path,
    )


EXTRACTOR = Extractor(
    name="uv_lock",
    version=1,
    wants=Wants(names=frozenset({"uv.lock"}), pattern=places.outside(r"uv\.lock")),
    limit=limits.TOML_FILE,
    read=read,
)
