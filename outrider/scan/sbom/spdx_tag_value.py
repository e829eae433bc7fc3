"""SPDX in its tag-value form, given the form of its JSON so that one reader serves both.

https://spdx.github.io/spdx-spec/v2.3/conformance/: a line is `Tag: value`; a value in <text> and </text>
goes over several lines; a new package begins with its name. Tags that no reader asks for are passed over.
"""

from typing import Any

from outrider import limits
from outrider.errors import InvalidInput

_PACKAGE = {
    "SPDXID": "SPDXID",
    "PackageVersion": "versionInfo",
    "PackageLicenseDeclared": "licenseDeclared",
    "PackageSourceInfo": "sourceInfo",
    "PackageDescription": "description",
    "PrimaryPackagePurpose": "primaryPackagePurpose",
}
_LICENCE = {"ExtractedText": "extractedText", "LicenseName": "name"}


def recognised(data: bytes) -> bool:
    """Whether a document looks like one: the tag with the version stands near its beginning."""
    return b"SPDXVersion:" in data[:65536]


def parse(data: bytes, name: str) -> dict[str, Any]:
    """The parts of the document that a reader of packages asks for. Raises InvalidInput: not UTF-8, not
    SPDX 2, or a text that does not end. The caller has capped the size."""
    if data.count(b"\n") > limits.SBOM_VALUES:
        raise InvalidInput(f"{name} has more than {limits.SBOM_VALUES} lines")
    try:
        lines = data.decode("utf-8-sig").split("\n")
    except UnicodeDecodeError:
        raise InvalidInput(f"{name} is not UTF-8") from None
    document: dict[str, Any] = {"packages": [], "relationships": [], "hasExtractedLicensingInfos": []}
    entry: dict[str, Any] = {}
    position = 0
    while position < len(lines):
        tag, colon, value = lines[position].partition(":")
        position += 1
        if not colon or tag.startswith("#"):
            continue
        value = value.strip()
        if value.startswith("<text>"):
            value, position = _text(lines, position, value, name)
        entry = _take(document, entry, tag.strip(), value)
    if not str(document.get("spdxVersion", "")).startswith("SPDX-2."):
        raise InvalidInput(f"{name} is no SPDX 2 document")
    return document


def _text(lines: list[str], position: int, first: str, name: str) -> tuple[str, int]:
    """A value over several lines, and the line after it."""
    begun = position
    pieces = [first.removeprefix("<text>")]
    while "</text>" not in pieces[-1]:
        if position >= len(lines):
            raise InvalidInput(f"{name} has a text in line {begun} that does not end")
        pieces.append(lines[position])
        position += 1
    pieces[-1] = pieces[-1].partition("</text>")[0]
    return "\n".join(pieces), position


def _take(document: dict[str, Any], entry: dict[str, Any], tag: str, value: str) -> dict[str, Any]:
    """Put one value where the JSON form has it; return the package or licence that the next tags belong
    to."""
    if tag == "SPDXVersion":
        document["spdxVersion"] = value
    elif tag == "PackageName":
        document["packages"].append(entry := {"name": value, "externalRefs": []})
    elif tag == "LicenseID":
        document["hasExtractedLicensingInfos"].append(entry := {"licenseId": value})
    elif tag in {"FileName", "SnippetSPDXID"}:
        entry = {}
    elif tag == "Relationship":
        _relationship(document, value)
    elif tag == "RelationshipComment" and document["relationships"]:
        document["relationships"][-1]["comment"] = value
    elif tag == "ExternalRef" and "externalRefs" in entry:
        words = value.split(None, 2)
        if len(words) == 3:
            entry["externalRefs"].append({"referenceType": words[1], "referenceLocator": words[2]})
    elif "licenseId" in entry and tag in _LICENCE:
        entry[_LICENCE[tag]] = value
    elif "externalRefs" in entry and tag in _PACKAGE:
        entry[_PACKAGE[tag]] = value
    return entry


def _relationship(document: dict[str, Any], value: str) -> None:
    words = value.split()
    if len(words) == 3:
        one, kind, other = words
        document["relationships"].append(
            {"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other}
        )
