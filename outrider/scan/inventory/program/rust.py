"""Crates of Rust programs that were built with cargo-auditable: JSON under zlib, in a section of its own.

Source: https://github.com/rust-secure-code/cargo-auditable/blob/master/PARSING.md
"""

import zlib
from typing import Any

from outrider import limits
from outrider.errors import InvalidInput
from outrider.model import json_document
from outrider.model.package import Evidence, Package
from outrider.scan.inventory.extractor import Extractor, File, Found, Wants
from outrider.scan.inventory.program import elf

SECTION = ".dep-v0"


def read(file: File) -> Found:
    """Packages of type `cargo`; nothing for a program without that section.

    What was needed only while building (build scripts, procedural macros) is marked `development`. Raises
    InvalidInput for a section that is damaged.
    """
    try:
        packed = elf.section(file.data, elf.header(file.data), SECTION)
    except InvalidInput:
        if SECTION.encode() in file.data[-limits.OS_RELEASE :]:
            raise
        return Found()
    if packed is None:
        return Found()
    document = json_document.parse(_unpacked(packed), f"the {SECTION} section")
    listed = document.get("packages") if isinstance(document, dict) else None
    if not isinstance(listed, list):
        raise InvalidInput(f"the {SECTION} section lists no packages")
    found = [_package(entry, listed, f"/{file.path}") for entry in listed[: limits.PACKAGES]]
    packages = tuple(package for package in found if package)
    odd = len(listed) - len(packages)
    return Found(
        packages=packages, problems=(f"{odd} crates of its {SECTION} section make no sense",) if odd else ()
    )


def _unpacked(packed: bytes) -> bytes:
    """Inflated, up to the cap."""
    inflate = zlib.decompressobj()
    try:
        data = inflate.decompress(packed, limits.CARGO_AUDITABLE + 1)
    except zlib.error:
        raise InvalidInput(f"the {SECTION} section is not zlib data") from None
    if len(data) > limits.CARGO_AUDITABLE:
        raise InvalidInput(f"the {SECTION} section unpacks to more than {limits.CARGO_AUDITABLE} bytes")
    if not inflate.eof:
        raise InvalidInput(f"the {SECTION} section is cut short")
    return data


def _package(entry: Any, listed: list[Any], path: str) -> Package | None:
    """One crate; None where the entry has not the form."""
    if not isinstance(entry, dict):
        return None
    name, version = _word(entry, "name", limits.PACKAGE_NAME), _word(entry, "version", limits.VERSION)
    if not name or not version:
        return None
    return Package(
        type="cargo",
        name=name,
        version=version,
        dependencies=_dependencies(entry, listed),
        development=entry.get("kind") == "build",
        evidence=Evidence.EMBEDDED,
        path=path,
    )


def _dependencies(entry: dict[str, Any], listed: list[Any]) -> tuple[str, ...]:
    """Names behind the indexes."""
    indexes = entry.get("dependencies")
    if not isinstance(indexes, list):
        return ()
    names = set()
    for index in indexes:
        if type(index) is int and 0 <= index < len(listed) and isinstance(listed[index], dict):
            names.add(_word(listed[index], "name", limits.PACKAGE_NAME))
    return tuple(sorted(names - {""}))


def _word(entry: dict[str, Any], key: str, most: int) -> str:
    """A text of the entry; empty where it is none or too long."""
    value = entry.get(key)
    return value if isinstance(value, str) and len(value) <= most else ""


EXTRACTOR = Extractor(
    name="rust", version=1, wants=Wants(programs=True), limit=limits.PROGRAM_WHOLE, read=read
)
