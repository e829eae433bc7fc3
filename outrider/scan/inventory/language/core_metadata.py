"""Core metadata of Python packages (https://packaging.python.org/specifications/core-metadata/): METADATA,
PKG-INFO."""

import re

from outrider import limits
from outrider.errors import InvalidInput
from outrider.model.package import Package
from outrider.scan.inventory.language import naming
from outrider.scan.inventory.language.listing import names

_REQUIRED = re.compile(r"\s*([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)", re.ASCII)
_EXTRA = re.compile(r"\bextra\s*==")


def fields(data: bytes) -> dict[str, list[str]]:
    """The header fields, by lower-case name, in their order; the description after the first empty line is
    not read.

    Raises InvalidInput where there is no header at all, or it is longer than `limits.METADATA_HEAD`.
    """
    data = data[: limits.METADATA_HEAD + 1].removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")
    head, blank, _ = data.partition(b"\n\n")
    if not blank and len(data) > limits.METADATA_HEAD:
        raise InvalidInput(f"the metadata's header is longer than {limits.METADATA_HEAD} bytes")
    found: dict[str, list[str]] = {}
    for line in head.decode("utf-8", "replace").split("\n"):
        name, colon, value = line.partition(":")
        if colon and line[:1] not in {
            " ",
            "\t",
        }:  # else it goes on from the line before: long texts, of no use here
            found.setdefault(name.strip().lower(), []).append(value.strip())
    return found


def package(data: bytes, path: str) -> Package:
    """The package that the metadata describe. Raises InvalidInput where they have no name or no version."""
    said = fields(data)
    name, version = (said.get(key, [""])[0] for key in ("name", "version"))
    if not naming.is_name(name) or not naming.is_version(version):
        raise InvalidInput("the metadata have no name or no version")
    return Package(
        type="pypi",
        name=naming.pypi(name),
        version=version,
        licence=_licence(said),
        dependencies=required(said.get("requires-dist", [])),
        path=path,
    )


def required(requirements: list[str]) -> tuple[str, ...]:
    """Names out of requirement lines (PEP 508), those that only an extra asks for left out."""
    matches = (_REQUIRED.match(line) for line in requirements if not _EXTRA.search(line.partition(";")[2]))
    return names(naming.pypi(match[1]) for match in matches if match)


def _licence(said: dict[str, list[str]]) -> str:
    """License-Expression (SPDX, PEP 639), else the classifiers' last words, else the free text's first
    line."""
    for expression in said.get("license-expression", []):
        if expression:
            return naming.licence(expression)
    classified = [
        value.rpartition("::")[2].strip()
        for value in said.get("classifier", [])
        if value.startswith("License ::")
    ]
    classified = [value for value in classified if value != "OSI Approved"]
    if classified:
        return naming.licence(", ".join(classified))
    return naming.licence(said.get("license", [""])[0])
