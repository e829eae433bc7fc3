"""YAML or JSON text of unknown origin → plain values, and back; and on which line a value stands."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from outrider.errors import InvalidInput
from outrider.limits import DOCUMENT_DEPTH, POLICY_DOCUMENT

_YAML_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml where PyYAML was built with it: ten times as quick on a large document."""

_UNFOLDED = 1 << 16
"""Columns: a reason on one line is one line in a diff."""

_OPENING = (yaml.MappingStartEvent, yaml.SequenceStartEvent)
_CLOSING = (yaml.MappingEndEvent, yaml.SequenceEndEvent)


_CONSTRUCTOR_ERRORS = (ValueError, TypeError, AttributeError, LookupError, ArithmeticError)
"""What PyYAML raises, beside its own errors, for a value that does not fit its explicit tag (`!!int ""`)."""


class _Loader(_YAML_LOADER):  # type: ignore[misc] # the C loader has no types
    """Safe YAML in which a key may not be given twice: the first of two would be lost without a word."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        """Build one mapping."""
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        _refuse_repeated(keys, f"line {node.start_mark.line + 1}")
        built: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        return built


def parse(text: str, what: str = "the policy") -> Any:
    """Parse a document. Raises InvalidInput: too large, no YAML or JSON, a key twice, an alias, too deep."""
    if len(text) > POLICY_DOCUMENT:
        raise InvalidInput(f"{what} is larger than {POLICY_DOCUMENT} bytes", hint="split it by workload.")
    try:
        if text.lstrip()[:1] == "{":
            try:
                return json.loads(text, object_pairs_hook=_unrepeated)
            except json.JSONDecodeError:
                pass  # YAML has braces too, and says more exactly what is wrong
        _check_shape(text, what)
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - derived from the safe loader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise InvalidInput(f"{what} is not valid YAML{where}: {error.problem or error.context}") from None
    except (yaml.YAMLError, *_CONSTRUCTOR_ERRORS) as error:
        raise InvalidInput(f"{what} cannot be read as YAML or JSON: {str(error)[:200]}") from None
    except RecursionError:
        raise InvalidInput(f"{what} is nested too deeply", hint="a policy needs six levels.") from None


def to_yaml(value: Mapping[str, Any]) -> str:
    """Write plain values as YAML for people: keys in their order, one a line, no aliases."""
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_UNFOLDED)


def lines_of(text: str, paths: Iterable[Iterable[str | int]]) -> list[int]:
    """1-based lines on which the values at `paths` stand in a document; 0 where it cannot be told."""
    try:
        root = yaml.compose(text, Loader=_YAML_LOADER)
    except (yaml.YAMLError, RecursionError, ValueError):
        root = None
    return [_line(root, path) for path in paths]


def _line(node: Any, path: Iterable[str | int]) -> int:
    """Line of the value at `path` below `node`, or of the last step that exists."""
    for step in path:
        child = _child(node, step)
        if child is None:
            break
        node = child
    return int(node.start_mark.line) + 1 if node is not None else 0


class _Dumper(yaml.SafeDumper):
    """Safe YAML that repeats a value instead of pointing at it: our own parser refuses aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        """Never point."""
        return True


def _child(node: Any, step: str | int) -> Any:
    """Return the node one step down, or None."""
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == str(step)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step]
    return None


def _check_shape(text: str, what: str) -> None:
    """Refuse, before anything is built, what could blow up while being built: depth and aliases."""
    depth = 0
    for event in yaml.parse(text, Loader=_YAML_LOADER):
        if isinstance(event, yaml.AliasEvent):
            raise InvalidInput(
                f"{what} uses an alias, `*{event.anchor}`",
                hint="write the value out; put a text that starts with * in quotes.",
            )
        depth += isinstance(event, _OPENING) - isinstance(event, _CLOSING)
        if depth > DOCUMENT_DEPTH:
            raise InvalidInput(f"{what} is nested too deeply", hint="a policy needs six levels.")


def _unrepeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Build one JSON object."""
    _refuse_repeated([key for key, _ in pairs], "an object")
    return dict(pairs)


def _refuse_repeated(keys: list[Any], where: str) -> None:
    """Raise InvalidInput when a key comes twice."""
    seen: set[str] = set()
    for key in map(repr, keys):
        if key in seen:
            raise InvalidInput(f"{where}: the key {key} is given twice", hint="keep one of the two.")
        seen.add(key)
