"""Packs: whose control a rule answers to. Tables of `templates/compliance/`, so that no rule knows its
number."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import yaml

from outrider import limits
from outrider.errors import InvalidInput

_YAML_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml where PyYAML was built with it: ten times as quick, and packs are read at every scan."""

_LINE = 400
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{1,40}")
_RULE = re.compile(r"[a-z][a-z0-9_]{2,80}")
_CONTROLS = 500
_RULES = 50


@dataclass(frozen=True, slots=True)
class Control:
    """One control of a standard."""

    id: str
    title: str
    rules: tuple[str, ...]
    """Empty: this control is not about anything a scanner can see, and reports say so."""
    why: str


@dataclass(frozen=True, slots=True)
class Pack:
    """A standard's controls, and which rules answer to them."""

    name: str
    """`cis-docker`, as `--pack` takes it."""
    title: str
    source: str
    controls: tuple[Control, ...]

    def controls_of(self, rule: str) -> tuple[str, ...]:
        """Ids of the controls a rule answers to, in the pack's order."""
        return tuple(control.id for control in self.controls if rule in control.rules)


def parse(text: str, what: str, known: Collection[str]) -> Pack:
    """Read a pack from YAML; `known` are the names of all rules.

    Raises InvalidInput for a document that is none, names an unknown rule, or a control twice.
    """
    if len(text) > limits.COMPLIANCE_PACK:
        raise InvalidInput(f"{what} is larger than {limits.COMPLIANCE_PACK} characters")
    try:
        name, title, source, controls = _document(yaml.load(text, Loader=_YAML_LOADER))  # noqa: S506 - a safe one
    except (yaml.YAMLError, RecursionError, ValueError, TypeError, AttributeError) as error:
        raise InvalidInput(f"{what} is not a compliance pack: {' '.join(str(error).split())[:200]}") from None
    ids = [control.id for control in controls]
    if len(set(ids)) != len(ids):
        raise InvalidInput(f"{what} names a control twice")
    unknown = sorted({rule for control in controls for rule in control.rules} - set(known))
    if unknown:
        raise InvalidInput(f"{what} names rules that do not exist: {', '.join(unknown)}")
    return Pack(name, title, source, controls)


def _document(value: Any) -> tuple[str, str, str, tuple[Control, ...]]:
    """Name, title, source and controls. Raises ValueError. By hand, not by a model: packs are read at every
    scan, and what builds models takes longer to load than a small image to read."""
    _only(value, {"name", "title", "source", "controls"}, "the pack")
    controls = _list(value, "controls", _CONTROLS)
    if not controls:
        raise ValueError("controls is empty")
    made = tuple(_control(control, f"controls.{number}") for number, control in enumerate(controls))
    name = _line(value, "name")
    if not _NAME.fullmatch(name):
        raise ValueError(f"name: {name!r} is no name of a pack")
    return name, _line(value, "title"), _line(value, "source"), made


def _control(value: Any, where: str) -> Control:
    """One control; `why` says how the rules answer to it, or why nothing that is scanned can."""
    _only(value, {"id", "title", "rules", "why"}, where)
    rules = _list(value, "rules", _RULES) if "rules" in value else []
    for rule in rules:
        if not isinstance(rule, str) or not _RULE.fullmatch(rule):
            raise ValueError(f"{where}.rules: {rule!r} is no name of a rule")
    return Control(
        _line(value, "id", where), _line(value, "title", where), tuple(rules), _line(value, "why", where)
    )


def _only(value: Any, names: set[str], where: str) -> None:
    """Refuse what is no mapping, or has unknown fields."""
    if not isinstance(value, dict):
        raise ValueError(f"{where} is no mapping")
    if unknown := sorted(str(name) for name in value if name not in names):
        raise ValueError(f"{where} has an unknown field {unknown[0]}")


def _list(value: dict[str, Any], name: str, most: int) -> list[Any]:
    """A list of at most so many."""
    found = value.get(name)
    if not isinstance(found, list) or len(found) > most:
        raise ValueError(f"{name} is no list of at most {most}")
    return found


def _line(value: dict[str, Any], name: str, where: str = "") -> str:
    """A text that is not empty and not endless."""
    found = value.get(name)
    if not isinstance(found, str) or not 0 < len(found.strip()) <= _LINE:
        raise ValueError(f"{where}.{name}".lstrip(".") + f" is no text of at most {_LINE} characters")
    return found.strip()
