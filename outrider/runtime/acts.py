"""What a function's defender learned, as its log lines say it: schema `outrider.acts/1` → values."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from outrider.errors import InvalidInput
from outrider.model.behaviour import LARGEST_COUNT, Seen
from outrider.model.event import FUNCTION, Address, Event, FrameType, Kind, Verdict
from outrider.runtime.jsonl import parse_time

SCHEMA = "outrider.acts/1"


@dataclass(frozen=True, slots=True)
class Acts:
    """Distinct things that were allowed in one environment of a function, with how often and when."""

    function: str
    version: str
    image: str
    """Fingerprint of the code; empty while it is not known."""
    instance: str
    """Hex: one life of one environment, as in its events."""
    acts: tuple[tuple[Event, Seen], ...]
    """Events without number and time: the same act is the same value, whichever line tells it."""


class _Address(BaseModel):
    """A peer."""

    model_config = ConfigDict(strict=True, extra="ignore")

    family: str
    protocol: str
    host: str
    port: Annotated[int, Field(ge=0, lt=1 << 16)]


class _Act(BaseModel):
    """One act."""

    model_config = ConfigDict(strict=True, extra="ignore")

    kind: Annotated[Kind, Field(strict=False)]
    program: str = ""
    target: str = ""
    address: _Address | None = None
    name: str = ""
    code: str = ""
    distribution: str = ""
    count: Annotated[int, Field(ge=1, le=LARGEST_COUNT)]
    first: str
    last: str


class _Line(BaseModel):
    """One line."""

    model_config = ConfigDict(strict=True, extra="ignore")

    schema_: Annotated[Literal["outrider.acts/1"], Field(alias="schema")]
    function: Annotated[str, Field(min_length=1)]
    version: str = ""
    image: str = ""
    instance: Annotated[str, Field(min_length=1)]
    acts: list[_Act]


def from_plain(value: Any) -> Acts:
    """Read a line's JSON values; fields this version does not know are ignored. Raises InvalidInput."""
    try:
        line = _Line.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"])) or "the line"
        raise InvalidInput(f"acts field {place}: {first['msg']}") from None
    acts = tuple((_event(act, line), _seen(act)) for act in line.acts)
    return Acts(line.function, line.version, line.image, line.instance, acts)


def _event(act: _Act, line: _Line) -> Event:
    """An act as the event that it was."""
    address = act.address
    return Event(
        type=FrameType.EVENT,
        seq=0,
        time_ns=0,
        instance=line.instance,
        container=FUNCTION,
        verdict=Verdict.ALLOW,
        kind=act.kind,
        program=act.program,
        target=act.target,
        address=Address(**address.model_dump()) if address else None,
        name=act.name,
        code=act.code,
        distribution=act.distribution,
        function=line.function,
        version=line.version,
    )


def _seen(act: _Act) -> Seen:
    """How often and when."""
    return Seen(act.count, parse_time(act.first), parse_time(act.last))
