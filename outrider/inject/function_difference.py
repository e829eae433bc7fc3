"""What would change, as text that may be shown to anybody: values of the customer's variables are secrets."""

import hashlib
from collections.abc import Mapping
from typing import Any

from outrider.errors import OutriderError
from outrider.inject import difference
from outrider.inject import function_names as names
from outrider.inject.function_original import FunctionOriginal, from_text
from outrider.inject.function_patch import FunctionChange
from outrider.inject.function_pristine import layers_of, variables_of
from outrider.inject.original import fingerprint

HIDDEN = "…"
"""What stands for a value that is not ours."""

_LONG = 80
_WORTH_HIDING = 4
"""Characters; hiding shorter values in a message would hide half of its words."""


def unified(change: FunctionChange) -> str:
    """A unified diff of a function before and after; empty when nothing of it changes."""
    former, coming = _record(change.found.original), _record(change.original)
    before = _shown(change.found.configuration, former, names.MARKER in change.found.tags)
    after = _shown(change.after, coming, change.marked)
    return difference.unified(before, after, change.found.name) if change.changes else ""


def _shown(configuration: Mapping[str, Any], record: FunctionOriginal | None, marked: bool) -> dict[str, Any]:
    """The part of a function that we may change."""
    variables = variables_of(configuration)
    return {
        "Environment": {name: _value(name, variables[name], record) for name in sorted(variables)},
        "Layers": list(layers_of(configuration)),
        "Tags": {names.MARKER: names.MARKED} if marked else {},
    }


def _value(name: str, value: str, record: FunctionOriginal | None) -> str:
    """A value if it is ours: the digest in the record says so. The chained wrapper is the customer's."""
    if name == names.CHAINED or record is None or record.wrote.get(name) != fingerprint(value):
        return HIDDEN
    if len(value) <= _LONG:
        return value
    return f"{len(value)} characters, sha256 {hashlib.sha256(value.encode()).hexdigest()[:16]}"


def scrubbed(message: str, variables: Mapping[str, str]) -> str:
    """A message of AWS without the values of variables: some refusals print the whole environment."""
    text = message.partition("String measured")[0].rstrip(" :.")
    for value in sorted(variables.values(), key=len, reverse=True):
        if len(value) >= _WORTH_HIDING:
            text = text.replace(value, HIDDEN)
    return text


def _record(text: str) -> FunctionOriginal | None:
    """The record, if it can be read."""
    try:
        return from_text(text, "") if text else None
    except OutriderError:
        return None
