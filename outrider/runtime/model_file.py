"""Behaviour models as a JSON file, schema `outrider.model/1`, and back."""

import json
from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from outrider.errors import InvalidInput
from outrider.model import json_document
from outrider.model.behaviour import Behaviour, BehaviourModel, Seen
from outrider.model.event import Kind
from outrider.runtime.jsonl import format_time, parse_time

SCHEMA = "outrider.model/1"


class _Entry(BaseModel):
    """One behaviour, and how often and when it was seen."""

    model_config = ConfigDict(strict=True, extra="forbid")

    kind: Annotated[Kind, Field(strict=False)]
    program: str
    target: str = ""
    family: str = ""
    protocol: str = ""
    network: str = ""
    ports: str = ""
    name: str = ""
    by: list[str] = []
    count: Annotated[int, Field(ge=0, lt=1 << 64)]
    first: str
    last: str


class _Model(BaseModel):
    """The model of one container."""

    model_config = ConfigDict(strict=True, extra="forbid")

    workload: str = ""
    container: str
    image: str = ""
    instances: list[str] = []
    behaviours: list[_Entry]


class _File(BaseModel):
    """The whole file."""

    model_config = ConfigDict(strict=True, extra="forbid")

    schema_: Annotated[Literal["outrider.model/1"], Field(alias="schema")]
    models: list[_Model]


def to_json(models: Iterable[BehaviourModel]) -> str:
    """Write models, sorted: the same models make the same text."""
    ordered = sorted(models, key=lambda model: (model.workload, model.container, model.image))
    return json.dumps({"schema": SCHEMA, "models": [_to_plain(model) for model in ordered]}, indent=1) + "\n"


def from_json(data: bytes, what: str = "the model") -> tuple[BehaviourModel, ...]:
    """Read models. Raises InvalidInput: not JSON, another schema, a field that is not what it should be."""
    value = json_document.parse(data, what)
    if not isinstance(value, dict) or value.get("schema") != SCHEMA:
        raise InvalidInput(
            f"{what} is not of schema {SCHEMA}", hint="models are made with `outrider learn EVENTS -o MODEL`."
        )
    try:
        file = _File.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise InvalidInput(f"{what} is not valid: {place}: {first['msg']}") from None
    return tuple(_from_file(model) for model in file.models)


def _to_plain(model: BehaviourModel) -> dict[str, Any]:
    """One model as plain values; what is empty is left out."""
    behaviours = [
        _entry(behaviour, seen) for behaviour, seen in sorted(model.seen.items(), key=lambda p: p[0])
    ]
    head = {"workload": model.workload, "container": model.container, "image": model.image}
    return head | {"instances": sorted(model.instances), "behaviours": behaviours}


def _entry(behaviour: Behaviour, seen: Seen) -> dict[str, Any]:
    """One behaviour as plain values."""
    fields = ("kind", "program", "target", "family", "protocol", "network", "ports", "name")
    said: dict[str, Any] = {
        name: str(getattr(behaviour, name)) for name in fields if getattr(behaviour, name)
    }
    if seen.by:
        said["by"] = sorted(seen.by)
    times = {"first": format_time(seen.first_ns), "last": format_time(seen.last_ns)}
    return said | {"count": seen.count} | times


def _from_file(model: _Model) -> BehaviourModel:
    """One model of the file."""
    seen: dict[Behaviour, Seen] = {}
    for entry in model.behaviours:
        behaviour = Behaviour(**entry.model_dump(exclude={"count", "first", "last", "by"}))
        told = Seen(entry.count, parse_time(entry.first), parse_time(entry.last), frozenset(entry.by))
        seen[behaviour] = seen[behaviour].merge(told) if behaviour in seen else told
    return BehaviourModel(model.workload, model.container, model.image, seen, frozenset(model.instances))
