"""Packs: whose control a rule answers to. Tables of `templates/compliance/`, so that no rule knows its
number."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from outrider import limits
from outrider.errors import InvalidInput

_Line = Annotated[str, StringConstraints(min_length=1, max_length=400, strip_whitespace=True)]
_Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{1,40}$")]
_Rule = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{2,80}$")]


class _Control(BaseModel):
    """One control, as a pack's file has it."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    id: _Line
    title: _Line
    rules: list[_Rule] = Field(default_factory=list, max_length=50)
    why: _Line
    """How the rules answer to it; without rules: why nothing that is scanned can."""


class _Document(BaseModel):
    """A pack's file."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    name: _Name
    title: _Line
    source: _Line
    controls: list[_Control] = Field(min_length=1, max_length=500)


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
        document = _Document.model_validate(yaml.safe_load(text))
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise InvalidInput(f"{what} is not a compliance pack: {_first(error)}") from None
    ids = [control.id for control in document.controls]
    if len(set(ids)) != len(ids):
        raise InvalidInput(f"{what} names a control twice")
    unknown = sorted({rule for control in document.controls for rule in control.rules} - set(known))
    if unknown:
        raise InvalidInput(f"{what} names rules that do not exist: {', '.join(unknown)}")
    controls = tuple(Control(one.id, one.title, tuple(one.rules), one.why) for one in document.controls)
    return Pack(document.name, document.title, document.source, controls)


def _first(error: Exception) -> str:
    """The first thing that is wrong, in one line."""
    if isinstance(error, ValidationError):
        found = error.errors()[0]
        return f"{'.'.join(str(part) for part in found['loc'])}: {found['msg']}"
    return " ".join(str(error).split())[:200]
