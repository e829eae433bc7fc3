"""The findings of an earlier build: with a baseline, only new ones fail."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from outrider import limits
from outrider.errors import InvalidInput
from outrider.model import json_document
from outrider.model.finding import Findings
from outrider.scan.gate.subject import subjects

_LISTS = ("vulnerabilities", "secrets", "checks")
_KEY = "known_as"
_VERSION = 1
_DIGITS = frozenset("0123456789abcdef")
_LENGTH = 32


def baseline(data: bytes | str, what: str = "the baseline") -> frozenset[str]:
    """The identities in a JSON report of ours, or in a baseline file that `written` made.

    Raises InvalidInput for anything else: a baseline that is none would let nothing or everything pass.
    """
    if len(data) > limits.BASELINE:
        raise InvalidInput(f"{what} is larger than {limits.BASELINE} bytes")
    document = json_document.parse(data, what)
    if not isinstance(document, dict):
        raise InvalidInput(f"{what} is no JSON report of ours", hint="make one with `--format json`.")
    if "baseline" in document:
        return frozenset(_checked(document["baseline"], what))
    place = document.get("findings", document)
    if not isinstance(place, dict) or not all(isinstance(place.get(name), list) for name in _LISTS):
        raise InvalidInput(
            f"{what} has no lists of {', '.join(_LISTS)}", hint="make one with `--format json`."
        )
    return frozenset(_checked((_identity(one, what) for one in _faults(place)), what))


def written(findings: Findings) -> str:
    """A baseline file: the identities of all findings, one a line."""
    known = sorted({subject.identity for subject in subjects(findings)})
    return json.dumps({"version": _VERSION, "baseline": known}, indent=1) + "\n"


def _faults(place: dict[str, Any]) -> Iterator[Any]:
    """The entries of a report that are faults: of checks only those that failed."""
    for name in _LISTS:
        for one in place[name]:
            if name != "checks" or not isinstance(one, dict) or one.get("answer") == "fail":
                yield one


def _identity(one: Any, what: str) -> Any:
    """What a finding is known again by."""
    if not isinstance(one, dict) or _KEY not in one:
        raise InvalidInput(f"{what} has a finding without `{_KEY}`", hint="make it anew with this version.")
    return one[_KEY]


def _checked(values: Iterable[Any], what: str) -> Iterator[str]:
    """The identities, each of the right form."""
    if not isinstance(values, Iterable) or isinstance(values, str | dict):
        raise InvalidInput(f"{what} has no list under `baseline`")
    for value in values:
        if not isinstance(value, str) or len(value) != _LENGTH or not set(value) <= _DIGITS:
            raise InvalidInput(f"{what} has an identity that is none: {str(value)[:40]!r}")
        yield value
