"""What our SBOMs carry beyond their formats' own fields, both ways, so that a scan of one finds what a scan
of the artifact found.

A package is first told in the format's own words. What a reader would not get from those is added under the
name of the field, and only that: `outrider:package:owner`. The artifact's own facts are one JSON text each.
"""

from dataclasses import dataclass, fields, replace
from enum import Enum
from json import dumps
from typing import Any

from outrider.errors import InvalidInput
from outrider.model import json_document
from outrider.model.artifact import Contents, Layer
from outrider.model.package import Evidence, Package, Release

PACKAGE = "outrider:package:"
"""Beginning of the name of a package's property; its field follows."""

ARTIFACT = "outrider:artifact"
"""Name of the property with the artifact's own facts."""

RELEASE = "outrider:release"
"""Name of the property with the fields of the release."""

_FIELDS = {field.name: field for field in fields(Package)}
_LISTS = frozenset({"qualifiers", "dependencies"})


def carried(package: Package, read: Package) -> dict[str, str]:
    """Field → value as text, for what differs between a package and what a reader of the format makes of
    it."""
    return {
        name: _text(getattr(package, name))
        for name in _FIELDS
        if getattr(package, name) != getattr(read, name)
    }


def restored(package: Package, told: dict[str, str]) -> Package:
    """A package with the fields that were carried. Raises InvalidInput: a value that its field cannot
    have."""
    return replace(package, **{name: _value(name, text) for name, text in told.items() if name in _FIELDS})


def in_order(package: Package) -> tuple[str, ...]:
    """What packages of a document are sorted by."""
    return (package.type, package.namespace, package.name, package.version, package.path)


def release_text(release: Release) -> str:
    """All of a release."""
    return dumps([release.id, release.version, release.name, list(release.like), release.codename])


def release_of(text: str) -> Release:
    """The release again. Raises InvalidInput."""
    match json_document.parse(text, RELEASE):
        case [str(id), str(version), str(name), [*like], str(codename)] if _texts(like):
            return Release(id, version, name, tuple(like), codename)
    raise InvalidInput(f"{RELEASE} does not hold a release")


def artifact_text(contents: Contents) -> str:
    """The artifact's facts: what matching, end of life and the base image are told by."""
    layers = [[one.diff_id, one.digest, one.size, one.instruction, one.base] for one in contents.layers]
    return dumps({"platform": contents.platform, "runtime": contents.runtime, "layers": layers})


@dataclass(frozen=True, slots=True)
class Artifact:
    """The artifact's facts, read again."""

    platform: str = ""
    runtime: str = ""
    layers: tuple[Layer, ...] = ()


def artifact_of(text: str) -> Artifact:
    """The facts again. Raises InvalidInput."""
    match json_document.parse(text, ARTIFACT):
        case {"platform": str(platform), "runtime": str(runtime), "layers": [*layers]}:
            return Artifact(platform, runtime, tuple(_layer(one) for one in layers))
    raise InvalidInput(f"{ARTIFACT} does not hold an artifact's facts")


def _layer(value: Any) -> Layer:
    match value:
        case [str(diff_id), str(digest), int(size), str(instruction), bool(base)]:
            return Layer(diff_id=diff_id, digest=digest, size=size, instruction=instruction, base=base)
    raise InvalidInput(f"{ARTIFACT} has a layer that is none")


def _text(value: Any) -> str:
    if isinstance(value, Enum):
        return str(value.value)
    return value if isinstance(value, str) else dumps(value)


def _value(name: str, text: str) -> Any:
    """The value of one field. A text is what it says; everything else is JSON."""
    kind = type(getattr(_SAMPLE, name))
    if kind is str:
        if name in {"type", "name", "version"} and not text:
            raise InvalidInput(f"{PACKAGE}{name} is empty")
        return text
    if kind is Evidence:
        if text not in set(Evidence):
            raise InvalidInput(f"{PACKAGE}{name} is no kind of evidence: {text[:40]!r}")
        return Evidence(text)
    value = json_document.parse(text, PACKAGE + name)
    if name in _LISTS:
        return _list(name, value)
    if type(value) is not kind:
        raise InvalidInput(f"{PACKAGE}{name} cannot be {text[:40]!r}")
    return value


def _list(name: str, value: Any) -> tuple[Any, ...]:
    """Names, or pairs of names."""
    if isinstance(value, list):
        if name == "dependencies" and _texts(value):
            return tuple(value)
        pairs = [tuple(one) for one in value if isinstance(one, list) and len(one) == 2 and _texts(one)]
        if name == "qualifiers" and len(pairs) == len(value):
            return tuple(pairs)
    raise InvalidInput(f"{PACKAGE}{name} does not hold what it should")


def _texts(value: list[Any]) -> bool:
    return all(isinstance(one, str) for one in value)


_SAMPLE = Package(type="generic", name="sample", version="0")
