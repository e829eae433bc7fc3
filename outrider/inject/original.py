"""The label that holds what a patch changed and `unpatch` must put back exactly.

    {"absent":["dependsOn"],"ptrace":true,"v":1,"was":{"entryPoint":[]},"wrote":{"entryPoint":"9f86d0…"}}

`absent` are fields that were not there, `was` the values of fields that were and that we replaced,
`wrote` a digest of what we put in their place: a field that somebody has edited since is recognised, and
then kept as edited. What we only appended to (mounts, dependencies) needs no copy: our entries are known
by their names.

A label is text that anybody may have changed: it is read as untrusted input.
"""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from outrider.errors import InvalidInput
from outrider.inject.names import ORIGINAL_LABEL
from outrider.model import json_document

_VERSION = 1
_REPLACED = {"entryPoint", "command", "image", "memory"}
_ADDED_TO = {
    "mountPoints",
    "dependsOn",
    "linuxParameters",
    "linuxParameters.capabilities",
    "linuxParameters.capabilities.add",
    "dockerLabels",
    "volumes",
}
_KEYS = {"v", "absent", "was", "wrote", "ptrace"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """What a container, or the task, was like before the patch."""

    absent: frozenset[str] = frozenset()
    """Fields that were not there; nested ones as a dotted path."""
    was: dict[str, Any] = field(default_factory=dict)
    """Field → its value before."""
    wrote: dict[str, str] = field(default_factory=dict)
    """Field → digest of the value we wrote."""
    ptrace: bool = False
    """Whether we added the capability (and did not find it there)."""


def fingerprint(value: Any) -> str:
    """A short digest of a JSON value, to recognise what we wrote. Not for secrecy."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]


def to_label(original: Original) -> str:
    """The label's value; the same original always gives the same text."""
    document: dict[str, Any] = {"v": _VERSION}
    if original.absent:
        document["absent"] = sorted(original.absent)
    if original.was:
        document["was"] = original.was
    if original.wrote:
        document["wrote"] = original.wrote
    if original.ptrace:
        document["ptrace"] = True
    return json.dumps(document, separators=(",", ":"), sort_keys=True, ensure_ascii=False)


def from_label(text: str, where: str) -> Original:
    """Read a label; `where` names the container in errors. Raises InvalidInput when we did not write it."""
    try:
        document = json_document.parse(text, "the label")
    except InvalidInput as error:
        raise damaged(where, error.message) from None
    if not isinstance(document, dict) or document.get("v") != _VERSION or isinstance(document["v"], bool):
        raise damaged(where, "it is not of a version this program knows")
    if unknown := document.keys() - _KEYS:
        raise damaged(where, f"it has a field {min(unknown)!r}")
    absent, was, wrote = document.get("absent", []), document.get("was", {}), document.get("wrote", {})
    if not _is_subset(absent, _REPLACED | _ADDED_TO):
        raise damaged(where, "its list of absent fields is not one")
    if not isinstance(was, dict) or not all(_may_have_been(name, value) for name, value in was.items()):
        raise damaged(where, "its former values are not what such fields hold")
    if not isinstance(wrote, dict) or not all(
        isinstance(text, str) and name in _REPLACED for name, text in wrote.items()
    ):
        raise damaged(where, "its digests are none")
    if was.keys() & set(absent) or was.keys() | (_REPLACED & set(absent)) != wrote.keys():
        raise damaged(where, "former values and digests do not belong together")
    return Original(
        absent=frozenset(absent), was=was, wrote=wrote, ptrace=document.get("ptrace", False) is True
    )


def damaged(where: str, why: str) -> InvalidInput:
    """The error for a marker that cannot be trusted to restore from."""
    return InvalidInput(
        f"{where}: its label {ORIGINAL_LABEL} is damaged: {why}",
        hint="take the definition from before the patch, or an earlier revision; nothing was changed.",
    )


def _is_subset(value: Any, known: set[str]) -> bool:
    """Whether a value is a list of some of the known names."""
    return isinstance(value, list) and all(isinstance(name, str) and name in known for name in value)


def _may_have_been(name: str, value: Any) -> bool:
    """Whether a field of this name may hold this value."""
    if name in {"entryPoint", "command"}:
        return isinstance(value, list) and all(isinstance(word, str) for word in value)
    return name in _REPLACED and isinstance(value, str)
