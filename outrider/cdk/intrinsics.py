"""What only CloudFormation will know (`Ref`, `Fn::GetAtt`, …), hidden from the transformation and put back.

`outrider.inject` reads text where the API has text. A value that is known at deployment only stands there as
a placeholder: it is carried along, never looked into, and comes out as the intrinsic it was.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

_CONTAINER_TEXT = (
    ("name",),
    ("image",),
    ("user",),
    ("workingDirectory",),
    ("entryPoint", "*"),
    ("command", "*"),
    ("mountPoints", "*", "sourceVolume"),
    ("mountPoints", "*", "containerPath"),
    ("dependsOn", "*", "containerName"),
    ("dependsOn", "*", "condition"),
    ("dockerLabels", "*"),
    ("linuxParameters", "capabilities", "add", "*"),
    ("linuxParameters", "capabilities", "drop", "*"),
    ("logConfiguration", "logDriver"),
    ("repositoryCredentials", "credentialsParameter"),
)
_TASK_TEXT = (
    ("family",),
    ("cpu",),
    ("memory",),
    ("networkMode",),
    ("pidMode",),
    ("requiresCompatibilities", "*"),
    ("runtimePlatform", "cpuArchitecture"),
    ("runtimePlatform", "operatingSystemFamily"),
    ("proxyConfiguration", "containerName"),
    ("volumes", "*", "name"),
    ("tags", "*", "key"),
    ("tags", "*", "value"),
    *(("containerDefinitions", "*", *path) for path in _CONTAINER_TEXT),
)
"""Where the transformation reads text; `*` is every item of a list or value of a map."""

_PLACEHOLDER = re.compile("\ue000([0-9]+)\ue000")
"""A character of the private use area, which no name, path or reference has."""


def is_intrinsic(value: Any) -> bool:
    """Whether a value is a CloudFormation function instead of what it stands for."""
    if not isinstance(value, dict) or len(value) != 1:
        return False
    key = next(iter(value))
    return isinstance(key, str) and (key == "Ref" or key.startswith("Fn::"))


def is_hidden(text: str) -> bool:
    """Whether a text is, or holds, a placeholder."""
    return bool(_PLACEHOLDER.search(text))


def readable(text: str) -> str:
    """A message without placeholders."""
    return _PLACEHOLDER.sub("(known at deployment)", text)


@dataclass(slots=True)
class Hidden:
    """The intrinsics of one definition."""

    values: list[dict[str, Any]] = field(default_factory=list)
    lists: set[str] = field(default_factory=set)
    """Placeholders that stand for a whole list."""

    def text(self, value: Any) -> Any:
        """An intrinsic as a placeholder; anything else as it is."""
        if not is_intrinsic(value):
            return value
        self.values.append(value)
        return f"\ue000{len(self.values) - 1}\ue000"

    def words(self, value: Any) -> Any:
        """An intrinsic in place of a list of strings as a list of one placeholder."""
        if not is_intrinsic(value):
            return value
        placeholder = self.text(value)
        self.lists.add(placeholder)
        return [placeholder]

    def task(self, document: dict[str, Any]) -> dict[str, Any]:
        """A task definition in the API's casing with every text the transformation reads being text."""
        hidden: dict[str, Any] = _at(document, ("containerDefinitions", "*", "command"), self.words)
        for path in _TASK_TEXT:
            hidden = _at(hidden, path, self.text)
        return hidden

    def restored(self, value: Any) -> Any:
        """The intrinsics in their places again."""
        if isinstance(value, dict):
            return {key: self.restored(inner) for key, inner in value.items()}
        if isinstance(value, list):
            if len(value) == 1 and isinstance(value[0], str) and value[0] in self.lists:
                return self.restored(value[0])
            return [self.restored(inner) for inner in value]
        found = _PLACEHOLDER.fullmatch(value) if isinstance(value, str) else None
        number = int(found[1]) if found else len(self.values)
        return self.values[number] if number < len(self.values) else value


def _at(value: Any, path: tuple[str, ...], change: Callable[[Any], Any]) -> Any:
    """A copy of a value, changed at a path as far as that leads somewhere."""
    if not path:
        return change(value)
    step, rest = path[0], path[1:]
    if is_intrinsic(value):
        return value
    if step == "*" and isinstance(value, list):
        return [_at(item, rest, change) for item in value]
    if isinstance(value, dict):
        keys = value.keys() if step == "*" else {step}
        return {key: _at(inner, rest, change) if key in keys else inner for key, inner in value.items()}
    return value
