"""Lock files in YAML: pnpm's and those of Yarn from version 2 on.

Only mappings, lists and text are read. Scalars stay the text they are (a version `1.10` is no number),
anchors and aliases are refused (no lock file has them), and nothing recurses.
"""

from collections.abc import Iterable
from typing import Any

import yaml

from outrider import limits
from outrider.errors import InvalidInput


def parse(data: bytes, what: str) -> dict[str, Any]:
    """The first document, which must be a mapping. Raises InvalidInput for everything else."""
    try:
        value = _build(yaml.parse(data, Loader=yaml.CSafeLoader), what)
    except yaml.YAMLError as error:
        problem = getattr(error, "problem", None) or error
        raise InvalidInput(f"{what} is not YAML: {str(problem)[:200]}") from None
    except ValueError as error:  # bytes that are not Unicode
        raise InvalidInput(f"{what} is not YAML: {str(error)[:200]}") from None
    if not isinstance(value, dict):
        raise InvalidInput(f"{what} is not a mapping")
    return value


def _build(events: Iterable[yaml.Event], what: str) -> Any:
    """Values from the parser's events."""
    tree = _Tree(what)
    for event in events:
        if isinstance(event, yaml.ScalarEvent):
            tree.scalar(event)
        elif isinstance(event, yaml.MappingStartEvent):
            tree.open({}, event)
        elif isinstance(event, yaml.SequenceStartEvent):
            tree.open([], event)
        elif isinstance(event, yaml.CollectionEndEvent):
            tree.close()
        elif isinstance(event, yaml.AliasEvent):
            raise InvalidInput(f"{what} has a YAML alias, which lock files do not")
        elif isinstance(event, yaml.DocumentEndEvent):
            break
    return tree.root


class _Tree:
    """The values read so far: the open containers, and for each the key that waits for its value."""

    def __init__(self, what: str) -> None:
        self.root: Any = None
        self._what = what
        self._open: list[tuple[Any, list[str]]] = []
        self._nodes = 0

    def open(self, container: Any, event: yaml.NodeEvent) -> None:
        """A mapping or list begins."""
        self._add(container, event)
        self._open.append((container, []))
        if len(self._open) > limits.LOCK_DEPTH:
            raise InvalidInput(f"{self._what} is nested deeper than {limits.LOCK_DEPTH} levels")

    def close(self) -> None:
        """It ends."""
        self._open.pop()

    def scalar(self, event: yaml.ScalarEvent) -> None:
        """Text: a key, or the value of one."""
        container, waiting = self._open[-1] if self._open else (None, [])
        if isinstance(container, dict) and not waiting and event.anchor is None:
            waiting.append(event.value)
        else:
            self._add(event.value, event)

    def _add(self, value: Any, event: yaml.NodeEvent) -> None:
        self._nodes += 1
        if self._nodes > limits.LOCK_NODES:
            raise InvalidInput(f"{self._what} has more than {limits.LOCK_NODES} values")
        if event.anchor is not None:
            raise InvalidInput(f"{self._what} has a YAML anchor, which lock files do not")
        if not self._open:
            self.root = value
            return
        container, waiting = self._open[-1]
        if isinstance(container, list):
            container.append(value)
        elif waiting:
            container[waiting.pop()] = value
        else:
            raise InvalidInput(f"{self._what} has a key that is not text")
