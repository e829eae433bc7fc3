"""Which modules a Python program reaches through its imports."""

import ast
from collections.abc import Iterator

from outrider.errors import EnvironmentFault, InvalidInput


def import_closure(sources: dict[str, bytes], start: str) -> tuple[list[str], set[str]]:
    """Modules among `sources` that `start` reaches, sorted, and the top names of all others it imports.

    Raises EnvironmentFault: `start` is not among them. InvalidInput: one of them is no Python.
    """
    if start not in sources:
        raise EnvironmentFault(f"{start}.py is not there", hint="is the source tree complete?")
    reached: set[str] = set()
    foreign: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        reached.add(name)
        imported = set(_imported(name, sources[name]))
        foreign |= imported - sources.keys()
        waiting += sorted((imported & sources.keys()) - reached)
    return sorted(reached), foreign


def _imported(name: str, source: bytes) -> Iterator[str]:
    """Top names of everything imported anywhere in the source, functions included."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError) as error:
        raise InvalidInput(f"{name}.py is no Python: {error}") from None
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                yield from ([node.module] if node.module else [alias.name for alias in node.names])
            elif node.module:
                yield node.module.partition(".")[0]
