"""The lock file of Yarn 1, which looks like YAML and is not (https://classic.yarnpkg.com/docs/yarn-lock)."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

_SECTIONS = frozenset({"dependencies:", "optionalDependencies:"})


@dataclass(slots=True)
class Entry:
    """One block: the ranges it answers, and what they came to."""

    specifiers: list[str]
    version: str = ""
    resolved: str = ""
    dependencies: dict[str, str] = field(default_factory=dict)


def entries(content: str) -> Iterator[Entry]:
    """The blocks of the file in their order. Whatever has another form is passed over."""
    entry: Entry | None = None
    section = False
    for line in content.split("\n"):
        bare = line.strip()
        if not bare or bare.startswith("#"):
            continue
        depth = len(line) - len(line.lstrip(" "))
        if depth == 0:
            if entry:
                yield entry
            entry = Entry(_specifiers(bare)) if bare.endswith(":") else None
            section = False
        elif entry and depth == 2:
            section = bare in _SECTIONS
            _property(entry, bare)
        elif entry and section:
            name, _, wanted = bare.partition(" ")
            if bare.startswith('"'):
                name, _, wanted = bare[1:].partition('" ')
            entry.dependencies[name] = _unquoted(wanted)
    if entry:
        yield entry


def _specifiers(head: str) -> list[str]:
    """`a@^1, "@b/c@2 || 3":` as its parts. No range that Yarn writes without quotes has a comma."""
    return [_unquoted(part.strip()) for part in head[:-1].split(", ")]


def _property(entry: Entry, bare: str) -> None:
    """`version "1.2.3"` and `resolved "https://…"`."""
    key, _, value = bare.partition(" ")
    if key == "version":
        entry.version = _unquoted(value)
    elif key == "resolved":
        entry.resolved = _unquoted(value)


def _unquoted(value: str) -> str:
    """Text of a JSON string, or as it stands."""
    if not value.startswith('"'):
        return value
    try:
        decoded = json.loads(value)
    except ValueError:
        return value.strip('"')
    return decoded if isinstance(decoded, str) else ""
