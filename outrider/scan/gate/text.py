"""YAML or JSON that people write, to a pydantic model; every problem said in one error of ours."""

import difflib
import json
from typing import Any, ClassVar, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from outrider import limits
from outrider.errors import InvalidInput
from outrider.model import json_document

_YAML_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_OPENING = (yaml.MappingStartEvent, yaml.SequenceStartEvent)
_CLOSING = (yaml.MappingEndEvent, yaml.SequenceEndEvent)
_BROKEN = (ValueError, TypeError, AttributeError, LookupError, ArithmeticError)
"""What PyYAML raises, beside its own errors, for a value that does not fit its explicit tag."""
_SHOWN = 8
"""Problems told at once."""


class Strict(BaseModel):
    """Nothing unknown, no guessing of types, no change once made."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


_Model = TypeVar("_Model", bound=Strict)


def read(text: str, model: type[_Model], what: str, names: frozenset[str]) -> _Model:
    """Parse and validate a document; `what` names it in errors, `names` are all fields it may have.

    Raises InvalidInput: too large, no YAML or JSON, a key twice, aliases, too deep, not of the form.
    """
    value = parse(text, what)
    if not isinstance(value, dict) or not value:
        raise InvalidInput(f"{what} is empty or no mapping of names to values", hint="see templates/scan/.")
    try:
        return model.model_validate_json(json.dumps(value))
    except ValidationError as error:
        raise _explained(error, what, names) from None


def parse(text: str, what: str) -> Any:
    """The plain values of a document. Dates stay text. Raises InvalidInput as `read` does."""
    if len(text) > limits.GATE_DOCUMENT:
        raise InvalidInput(f"{what} is larger than {limits.GATE_DOCUMENT} characters")
    try:
        _check_shape(text, what)
        value = yaml.load(text, Loader=_Loader)  # noqa: S506 - derived from the safe loader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        said = getattr(error, "problem", None) or "it has characters that YAML does not allow"
        raise InvalidInput(f"{what} is not valid YAML{where}: {said}") from None
    except RecursionError:
        raise InvalidInput(f"{what} is nested too deeply") from None
    except _BROKEN as error:
        raise InvalidInput(f"{what} cannot be read as YAML or JSON: {str(error)[:200]}") from None
    json_document.check(value, what)
    return value


class _Loader(_YAML_LOADER):  # type: ignore[misc] # the C loader has no types
    """Safe YAML without dates, in which a key may not be given twice."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {
        first: [(tag, regex) for tag, regex in pairs if tag != "tag:yaml.org,2002:timestamp"]
        for first, pairs in _YAML_LOADER.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        """Build one mapping."""
        keys = [repr(self.construct_object(key, deep=True)) for key, _ in node.value]
        twice = sorted({key for key in keys if keys.count(key) > 1})[:1]
        if twice:
            raise InvalidInput(
                f"line {node.start_mark.line + 1}: the key {twice[0]} is given twice", hint="keep one."
            )
        built: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        return built


def _check_shape(text: str, what: str) -> None:
    """Refuse, before anything is built, what could blow up while being built."""
    depth = 0
    for event in yaml.parse(text, Loader=_YAML_LOADER):
        if isinstance(event, yaml.AliasEvent):
            raise InvalidInput(f"{what} uses an alias, `*{event.anchor}`", hint="write the value out.")
        depth += isinstance(event, _OPENING) - isinstance(event, _CLOSING)
        if depth > limits.DOCUMENT_DEPTH:
            raise InvalidInput(f"{what} is nested too deeply")


def _explained(error: ValidationError, what: str, names: frozenset[str]) -> InvalidInput:
    """One line a problem, with its place; the nearest known name for one that is unknown."""
    found = error.errors(include_url=False)
    said = [f"{_place(problem['loc'])}: {_said(problem)}" for problem in found[:_SHOWN]]
    if len(found) > _SHOWN:
        said.append(f"and {len(found) - _SHOWN} more")
    hint = next(filter(None, (_hint(problem, names) for problem in found[:_SHOWN])), "see templates/scan/.")
    return InvalidInput(f"{what} is not valid\n  " + "\n  ".join(said), hint=hint)


def _place(steps: tuple[str | int, ...]) -> str:
    """`ignore[3].reason`."""
    named = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
    return named.lstrip(".") or "the document"


def _said(problem: Any) -> str:
    """One problem in words."""
    if problem["type"] == "extra_forbidden":
        return "is no field of this; check the spelling"
    if problem["type"] == "missing":
        return "is missing"
    if problem["type"] == "value_error":
        return str(problem["ctx"]["error"])
    return str(problem["msg"]).removeprefix("Input ")


def _hint(problem: Any, names: frozenset[str]) -> str:
    """What to do about a problem; empty when it speaks for itself."""
    name = str(problem["loc"][-1]) if problem["loc"] else ""
    if problem["type"] == "extra_forbidden":
        close = difflib.get_close_matches(name, sorted(names), n=1)
        return f"did you mean `{close[0]}`?" if close else f"known are: {', '.join(sorted(names))}."
    if problem["type"] == "missing" and name == "reason":
        return "every entry says why: add `reason: …`, a sentence a reviewer can judge."
    return ""
