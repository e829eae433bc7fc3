"""Behaviour models as a JSON file, schema `outrider.model/3`, and back; versions 1 and 2 are read too.

What version 3 has that 2 had not: `lives` of a model, the instances that are 16 bytes, as they usually are,
in base64 one after the other; `instances` has the others. Places count both together, in order.

What version 2 has that 1 had not: of an entry `lives`, `sha256`, `shapes`, `flagged`, `judged`, `unused` and
`gone`, of a model `steps`. `lives` of an entry are places in its model's list `instances`, as `0-3,7`: ids
are long, and most entries have the same ones. What is empty is left out; every entry is a line.
"""

import base64
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from outrider.errors import InvalidInput
from outrider.model import json_document
from outrider.model.behaviour import MOST_LIVES, Behaviour, BehaviourModel, Seen
from outrider.model.event import Kind
from outrider.model.judgement import Judgement
from outrider.model.stage import Stage, Transition
from outrider.runtime.jsonl import format_time, parse_time

SCHEMA = "outrider.model/3"
_OLDER_SCHEMAS = ("outrider.model/2", "outrider.model/1")

_IDENTITY = ("kind", "program", "target", "family", "protocol", "network", "ports", "name")
_SETS = ("by", "sha256", "shapes", "flagged")
_LIFE_BYTES = 16
_LIFE = re.compile(r"[0-9a-f]{32}")
"""An instance as supervisors make them."""
_RANGE = re.compile(r"([0-9]{1,7})(?:-([0-9]{1,7}))?")

_STRICT = ConfigDict(strict=True, extra="forbid")
_Stage = Annotated[Stage, Field(strict=False)]


class _Judgement(BaseModel):
    """What a person said."""

    model_config = _STRICT

    at: str
    struck: bool
    who: str
    why: str


class _Step(BaseModel):
    """A transition."""

    model_config = _STRICT

    at: str
    before: _Stage
    after: _Stage
    reason: str
    by: str = ""


class _Entry(BaseModel):
    """One behaviour, and how often and when it was seen."""

    model_config = _STRICT

    kind: Annotated[Kind, Field(strict=False)]
    program: str = ""
    target: str = ""
    family: str = ""
    protocol: str = ""
    network: str = ""
    ports: str = ""
    name: str = ""
    by: list[str] = []
    lives: str = ""
    sha256: list[str] = []
    shapes: list[str] = []
    flagged: list[str] = []
    judged: _Judgement | None = None
    unused: Annotated[int, Field(ge=0, lt=1 << 32)] = 0
    gone: bool = False
    count: Annotated[int, Field(ge=0, lt=1 << 64)]
    first: str
    last: str


class _Model(BaseModel):
    """The model of one container."""

    model_config = _STRICT

    workload: str = ""
    container: str
    image: str = ""
    lives: str = ""
    instances: list[str] = []
    steps: list[_Step] = []
    behaviours: list[_Entry]


class _File(BaseModel):
    """The whole file."""

    model_config = _STRICT

    schema_: Annotated[
        Literal["outrider.model/1", "outrider.model/2", "outrider.model/3"], Field(alias="schema")
    ]
    models: list[_Model]


def to_json(models: Iterable[BehaviourModel]) -> str:
    """Write models, sorted: the same models make the same text."""
    ordered = sorted(models, key=lambda model: (model.workload, model.container, model.image))
    written = ",\n".join(map(_model, ordered))
    return f'{{"schema": {json.dumps(SCHEMA)}, "models": [\n{written}\n]}}\n'


def from_json(data: bytes, what: str = "the model") -> tuple[BehaviourModel, ...]:
    """Read models. Raises InvalidInput: not JSON, another schema, a field that is not what it should be."""
    value = json_document.parse(data, what)
    if not isinstance(value, dict) or value.get("schema") not in (SCHEMA, *_OLDER_SCHEMAS):
        raise InvalidInput(
            f"{what} is not of schema {SCHEMA}, nor of {' or '.join(_OLDER_SCHEMAS)}",
            hint="models are made with `outrider learn EVENTS -o MODEL`.",
        )
    try:
        file = _File.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise InvalidInput(f"{what} is not valid: {place}: {first['msg']}") from None
    return tuple(_from_file(model, what) for model in file.models)


def _model(model: BehaviourModel) -> str:
    """One model: what it is of on one line, then a line an entry."""
    lives = model.instances.union(*(seen.lives for seen in model.seen.values()))
    places = {life: place for place, life in enumerate(sorted(lives))}
    head: dict[str, Any] = {"workload": model.workload, "container": model.container, "image": model.image}
    packed = b"".join(bytes.fromhex(life) for life in places if _LIFE.fullmatch(life))
    others = [life for life in places if not _LIFE.fullmatch(life)]
    head |= {"lives": base64.b64encode(packed).decode()} if packed else {}
    head |= {"instances": others} if others else {}
    if model.steps:
        head["steps"] = [_step(step) for step in sorted(model.steps, key=lambda step: step.order)]
    entries = [_entry(*pair, places) for pair in sorted(model.seen.items(), key=lambda pair: pair[0])]
    lines = ",\n".join(f"  {json.dumps(entry)}" for entry in entries)
    return f' {json.dumps(head)[:-1]}, "behaviours": [' + (f"\n{lines}\n ]}}" if lines else "]}")


def _entry(behaviour: Behaviour, seen: Seen, places: Mapping[str, int]) -> dict[str, Any]:
    """One behaviour as plain values."""
    said: dict[str, Any] = {
        name: str(getattr(behaviour, name)) for name in _IDENTITY if getattr(behaviour, name)
    }
    said |= {name: sorted(getattr(seen, name)) for name in _SETS if getattr(seen, name)}
    if seen.lives:
        said["lives"] = _ranges(sorted(places[life] for life in seen.lives))
    if judged := seen.judged:
        said["judged"] = {
            "at": format_time(judged.at_ns),
            "struck": judged.struck,
            "who": judged.who,
            "why": judged.why,
        }
    said |= {"unused": seen.unused} if seen.unused else {}
    said |= {"gone": True} if seen.gone else {}
    return said | {
        "count": seen.count,
        "first": format_time(seen.first_ns),
        "last": format_time(seen.last_ns),
    }


def _step(step: Transition) -> dict[str, str]:
    """One transition as plain values."""
    said = {"at": format_time(step.at_ns), "before": step.before.value, "after": step.after.value}
    return said | {"reason": step.reason} | ({"by": step.by} if step.by else {})


def _ranges(places: Sequence[int]) -> str:
    """Ascending numbers as `0-3,7`."""
    found: list[list[int]] = []
    for place in places:
        if found and place == found[-1][1] + 1:
            found[-1][1] = place
        else:
            found.append([place, place])
    return ",".join(str(low) if low == high else f"{low}-{high}" for low, high in found)


def _unpacked(said: str, what: str) -> list[str]:
    """Instances that are in base64. Raises InvalidInput."""
    try:
        packed = base64.b64decode(said, validate=True)
    except ValueError:
        packed = b"?"
    if len(packed) % _LIFE_BYTES:
        raise InvalidInput(f"{what} is not valid: its lives are not {_LIFE_BYTES} bytes each, in base64")
    return [packed[at : at + _LIFE_BYTES].hex() for at in range(0, len(packed), _LIFE_BYTES)]


def _lives(said: str, instances: Sequence[str], what: str) -> frozenset[str]:
    """The lives that are meant, no more than an entry has. Raises InvalidInput."""
    found: set[str] = set()
    for word in said.split(",", MOST_LIVES) if said else ():
        match = _RANGE.fullmatch(word)
        low, high = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
        if not low <= high < min(len(instances), low + MOST_LIVES):
            raise InvalidInput(f"{what} is not valid: lives {said[:40]!r} are not among its instances")
        found.update(instances[low : high + 1])
    return frozenset(found)


def _from_file(model: _Model, what: str) -> BehaviourModel:
    """One model of the file."""
    seen: dict[Behaviour, Seen] = {}
    instances = sorted({*model.instances, *_unpacked(model.lives, what)})
    for entry in model.behaviours:
        behaviour = Behaviour(**entry.model_dump(include=set(_IDENTITY)))
        told = _seen(entry, _lives(entry.lives, instances, what))
        seen[behaviour] = seen[behaviour].merge(told) if behaviour in seen else told
    steps = frozenset(map(_transition, model.steps))
    return BehaviourModel(model.workload, model.container, model.image, seen, frozenset(instances), steps)


def _seen(entry: _Entry, lives: frozenset[str]) -> Seen:
    """What an entry says beside the behaviour."""
    judged = entry.judged
    return Seen(
        entry.count,
        parse_time(entry.first),
        parse_time(entry.last),
        frozenset(entry.by),
        lives,
        frozenset(entry.sha256),
        frozenset(entry.shapes),
        frozenset(entry.flagged),
        Judgement(parse_time(judged.at), judged.struck, judged.who, judged.why) if judged else None,
        entry.unused,
        entry.gone,
    )


def _transition(step: _Step) -> Transition:
    """A step of the file."""
    return Transition(
        before=step.before, after=step.after, at_ns=parse_time(step.at), reason=step.reason, by=step.by
    )
