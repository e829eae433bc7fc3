"""Cargo's lock file. Packages without `source` are those of the workspace itself and not listed.

https://doc.rust-lang.org/cargo/guide/cargo-toml-vs-cargo-lock.html
"""

from typing import Any

from outrider import limits
from outrider.model.package import Evidence, Package
from outrider.scan.inventory.extractor import Extractor, File, Found, Wants
from outrider.scan.inventory.language import places, toml_lock
from outrider.scan.inventory.language.json_lock import text
from outrider.scan.inventory.language.listing import found, names


def read(file: File) -> Found:
    """Every crate from elsewhere. Raises InvalidInput where it is not such a lock file."""
    listed = toml_lock.tables(toml_lock.parse(file.data, "Cargo.lock"), "package")
    return found(_package(item, f"/{file.path}") for item in listed if item.get("source"))


def _package(item: dict[str, Any], path: str) -> Package:
    """A dependency is written as `name`, and with version and source where the name is not enough."""
    needed = item.get("dependencies")
    return Package(
        type="cargo",
        name=text(item.get("name")),
        version=text(item.get("version")),
        dependencies=names(text(each).partition(" ")[0] for each in needed)
        if isinstance(needed, list)
        else (),
        evidence=Evidence.DECLARED,
        path=path,
    )


EXTRACTOR = Extractor(
    name="cargo_lock",
    version=1,
    wants=Wants(names=frozenset({"Cargo.lock"}), pattern=places.outside(r"Cargo\.lock")),
    limit=limits.TOML_FILE,
    read=read,
)
