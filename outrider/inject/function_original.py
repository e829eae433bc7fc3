"""What a function was before the patch: the parameter that makes the removal exact.

    {"aliases":{"live":{"from":"12","to":"13"}},"layers":["arn:…:layer:deps:4"],
     "ours":["arn:…:layer:outrider-arm64:7"],"v":1,"was":{"AWS_LAMBDA_EXEC_WRAPPER":"/opt/theirs"},
     "wrote":{"AWS_LAMBDA_EXEC_WRAPPER":"9f86d0…","OUTRIDER_MODE":"2c26b4…"}}

`layers` are all that were attached, in order; `ours` those we attached. `wrote` has a digest for each
variable we set (or took out), `was` the values these variables had; of the function's other variables neither
name nor value is in it. `aliases` are those we moved, and from where.

Anybody who may write parameters may have changed it: it is read as untrusted input.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from outrider.errors import InvalidInput
from outrider.inject import function_names as names
from outrider.inject.original import fingerprint
from outrider.model import json_document

_VERSION = 1
_KEYS = {"v", "layers", "ours", "was", "wrote", "aliases"}
_MOVE_KEYS = {"from", "to", "weights"}
_VARIABLES = names.OUR_VARIABLES | {names.WRAPPER}

ABSENT = fingerprint(None)
"""The digest of a variable that was taken out."""


@dataclass(frozen=True, slots=True)
class Moved:
    """Where an alias pointed before we moved it."""

    source: str
    target: str
    weights: Mapping[str, float] = field(default_factory=dict)
    """Further version → its share, as it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionOriginal:
    """A function before the patch."""

    layers: tuple[str, ...]
    ours: tuple[str, ...]
    was: Mapping[str, str] = field(default_factory=dict, repr=False)
    wrote: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[str, Moved] = field(default_factory=dict)


def to_text(original: FunctionOriginal) -> str:
    """The parameter's value; the same original always gives the same text."""
    document: dict[str, Any] = {
        "v": _VERSION,
        "layers": list(original.layers),
        "ours": list(original.ours),
        "wrote": dict(original.wrote),
    }
    if original.was:
        document["was"] = dict(original.was)
    if original.aliases:
        document["aliases"] = {name: _move_plain(move) for name, move in original.aliases.items()}
    return json.dumps(document, separators=(",", ":"), sort_keys=True, ensure_ascii=False)


def from_text(text: str, function: str) -> FunctionOriginal:
    """Read a parameter; `function` is named in errors. Raises InvalidInput when we did not write it."""
    try:
        document = json_document.parse(text, "the parameter")
    except InvalidInput as error:
        raise _damaged(function, error.message) from None
    if not isinstance(document, dict) or document.get("v") != _VERSION or isinstance(document["v"], bool):
        raise _damaged(function, "it is not of a version this program knows")
    if unknown := document.keys() - _KEYS:
        raise _damaged(function, f"it has a field {min(unknown)!r}")
    layers, ours = document.get("layers", 0), document.get("ours", 0)
    was, wrote, aliases = (document.get(name, {}) for name in ("was", "wrote", "aliases"))
    if not _is_list_of_text(layers) or not _is_list_of_text(ours):
        raise _damaged(function, "its layers are none")
    if not _are_variables(was) or not _are_variables(wrote) or not was.keys() <= wrote.keys():
        raise _damaged(function, "its variables are not those we set")
    if not isinstance(aliases, dict) or not all(_is_move(move) for move in aliases.values()):
        raise _damaged(function, "its aliases are none")
    return FunctionOriginal(
        layers=tuple(layers),
        ours=tuple(ours),
        was=was,
        wrote=wrote,
        aliases={
            name: Moved(move["from"], move["to"], move.get("weights", {})) for name, move in aliases.items()
        },
    )


def _move_plain(move: Moved) -> dict[str, Any]:
    """One alias as JSON."""
    plain: dict[str, Any] = {"from": move.source, "to": move.target}
    return {**plain, "weights": dict(move.weights)} if move.weights else plain


def _damaged(function: str, why: str) -> InvalidInput:
    """The error for a record that cannot be trusted to restore from."""
    return InvalidInput(
        f"the record of what {function} was before is damaged: {why}",
        hint="nothing was changed; delete the parameter, then what is known by name can be removed with "
        "`outrider function unpatch --without-original`.",
    )


def _is_list_of_text(value: Any) -> bool:
    """Whether a value is a list of strings."""
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _are_variables(value: Any) -> bool:
    """Whether a value maps variables of ours to text."""
    return isinstance(value, dict) and all(
        name in _VARIABLES and isinstance(text, str) for name, text in value.items()
    )


def _is_move(value: Any) -> bool:
    """Whether a value says where an alias was."""
    if not isinstance(value, dict) or not {"from", "to"} <= value.keys() <= _MOVE_KEYS:
        return False
    weights = value.get("weights", {})
    return (
        isinstance(value["from"], str)
        and isinstance(value["to"], str)
        and isinstance(weights, dict)
        and all(isinstance(w, int | float) and not isinstance(w, bool) for w in weights.values())
    )
