"""The form of `outrider.incident/1`, as published (`templates/report/incident.schema.json`) and as read.

Like events: versioned, never changed in place; fields may be added, none is removed or given another type.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from outrider.errors import InvalidInput
from outrider.runtime import jsonl
from outrider.runtime.event_envelope import bare
from outrider.runtime.event_schema import TIME

SCHEMA = "outrider.incident/1"
ID = "https://outrider.dev/schemas/incident.schema.json"

_LIST = 512
"""Entries of one list: a writer keeps far fewer."""
_DEEPEST = 70
"""Processes below each other: a writer stops at 64."""

Text = Annotated[str, Field(max_length=4096)]
Time = Annotated[str, Field(pattern=TIME)]
Number = Annotated[int, Field(ge=0, lt=1 << 64)]
Level = Literal["unknown", "negligible", "low", "medium", "high", "critical"]


class _Part(BaseModel):
    """Types are not guessed; fields that this version does not know are left out."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class Points(_Part):
    """One reason for the score."""

    points: Annotated[int, Field(ge=-100, le=100, description="What it adds or takes.")]
    reason: Annotated[Text, Field(description="Why.")]


class Attack(_Part):
    """A technique of MITRE ATT&CK."""

    technique: Annotated[str, Field(pattern=r"^T[0-9]{4}(\.[0-9]{3})?$", description="Its number.")]
    name: Annotated[Text, Field(description="Empty: not known to the writer.")]
    tactic: Annotated[Text, Field(description="What it is for, in containers.")] = ""
    tactic_uid: Annotated[str, Field(pattern=r"^(TA[0-9]{4})?$", description="Number of that tactic.")] = ""


class Detection(_Part):
    """What a detector saw of one process."""

    detector: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,63}$", description="Its id.")]
    title: Annotated[Text, Field(description="As a person says it.")]
    severity: Annotated[Level, Field(description="How bad.")]
    confidence: Annotated[Literal["low", "medium", "high"], Field(description="How sure.")]
    attack: Annotated[list[Text], Field(max_length=_LIST, description="Numbers of ATT&CK techniques.")]
    time: Annotated[Time, Field(description="When the shape was complete, first.")]
    pid: Annotated[Number, Field(description="Process to blame.")]
    program: Annotated[Text, Field(description="What it runs.")]
    what: Annotated[Text, Field(description="What was seen.")]
    facts: Annotated[dict[Text, Text], Field(max_length=_LIST, description="What else is worth knowing.")]
    seqs: Annotated[list[Number], Field(max_length=_LIST, description="Numbers of the events it is made of.")]
    times: Annotated[int, Field(ge=1, description="How often it was seen.")]


class Deviation(_Part):
    """An act that the policy did not allow."""

    seq: Annotated[Number, Field(description="Number of its event.")]
    time: Annotated[Time, Field(description="When.")]
    verdict: Annotated[Literal["alert", "block"], Field(description="What was decided.")]
    kind: Annotated[Text, Field(description="Kind of act, as in events; empty: none is known.")]
    pid: Annotated[Number, Field(description="Who.")]
    program: Annotated[Text, Field(description="What it runs.")]
    act: Annotated[Text, Field(description="What it did, in words.")]
    why: Annotated[Text, Field(description="Which rule decided, or that there is none.")]
    times: Annotated[int, Field(ge=1, description="How often, repeats counted in.")]


class Process(_Part):
    """A process, what it ran, and those it started."""

    pid: Annotated[Number, Field(description="As its container numbers it.")]
    programs: Annotated[list[str], Field(max_length=_LIST, description="What it ran, in order.")]
    cmdline: Annotated[list[str], Field(max_length=4096, description="Arguments it was started with.")]
    acts: Annotated[list[Number], Field(max_length=_LIST, description="Numbers of the events it did.")]
    children: Annotated[list["Process"], Field(max_length=_LIST, description="Those it started.")]


class IncidentDocument(_Part):
    """One incident as it stands. An incident that is told again has the same `id`."""

    schema_: Annotated[Literal["outrider.incident/1"], Field(alias="schema", description="Form and version.")]
    type: Annotated[Literal["incident"], Field(description="What it is among the lines of a log.")]
    state: Annotated[Literal["opened", "updated", "closed"], Field(description="Where it stands.")]
    id: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="The same for the same incident.")]
    container: Annotated[Text, Field(description="Where; `function` in a function.")]
    instance: Annotated[Text, Field(description="Life of the container, as in its events.")]
    begin: Annotated[Time, Field(description="Of the first sign.")]
    end: Annotated[Time, Field(description="Of the last so far.")]
    score: Annotated[int, Field(ge=0, le=100, description="How bad, 0 to 100.")]
    severity: Annotated[Level, Field(description="Follows from the score.")]
    was: Annotated[
        Literal["", "unknown", "negligible", "low", "medium", "high", "critical"],
        Field(description="Severity when it was told before; absent: it was not."),
    ] = ""
    points: Annotated[list[Points], Field(max_length=_LIST, description="What the score is made of.")]
    title: Annotated[Text, Field(description="In one line.")]
    narrative: Annotated[Text, Field(description="Who did what, in order, and what was stopped.")]
    stopped: Annotated[bool, Field(description="All of it was refused.")]
    attack: Annotated[list[Attack], Field(max_length=_LIST, description="Techniques, by stage.")]
    detections: Annotated[list[Detection], Field(max_length=_LIST, description="Worst first.")]
    deviations: Annotated[list[Deviation], Field(max_length=_LIST, description="In order of time.")]
    seqs: Annotated[list[Number], Field(max_length=8192, description="Numbers of all events of evidence.")]
    advice: Annotated[list[Text], Field(max_length=_LIST, description="What to do, most urgent first.")]
    processes: Annotated[list[Process], Field(max_length=_LIST, description="The process tree.")]
    timeline: Annotated[
        list[dict[str, Any]],
        Field(max_length=_LIST, description="Events of schema outrider.event/1, in order of time."),
    ]
    left_out: Annotated[Number, Field(description="Events that belong to it and are not told here.")]
    merged_into: Annotated[
        str, Field(pattern=r"^([0-9a-f]{64})?$", description="closed: id of the incident it became part of.")
    ] = ""


def schema() -> dict[str, Any]:
    """The document, as it is published."""
    made = IncidentDocument.model_json_schema(by_alias=True)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": ID, "title": SCHEMA}
    return head | {key: _untitled(value) for key, value in made.items() if key != "title"}


def read(plain: Any) -> dict[str, Any]:
    """An incident that somebody else wrote, checked whole; arguments of programs are left out.

    Raises InvalidInput that names the field.
    """
    try:
        found = IncidentDocument.model_validate(plain)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"])) or "the incident"
        raise InvalidInput(f"incident field {place}: {first['msg']}") from None
    except RecursionError:
        raise InvalidInput("the incident's processes are nested too deep") from None
    said = found.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    for event in said["timeline"]:
        jsonl.from_plain(event)
    said["timeline"] = [bare(event) for event in said["timeline"]]
    said["processes"] = [_bare(process, 0) for process in said["processes"]]
    return said


def _bare(process: dict[str, Any], depth: int) -> dict[str, Any]:
    """A process without its arguments, and those below it. Raises InvalidInput."""
    if depth > _DEEPEST:
        raise InvalidInput("the incident's processes are nested too deep")
    return bare(process) | {
        "cmdline": bare(process).get("cmdline", []),
        "children": [_bare(child, depth + 1) for child in process["children"]],
    }


def _untitled(value: Any) -> Any:
    """Without the titles that only repeat the names of fields."""
    if isinstance(value, list):
        return [_untitled(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    return {
        key: {name: _untitled(inner) for name, inner in part.items()}
        if key == "properties"
        else _untitled(part)
        for key, part in value.items()
        if key != "title" or isinstance(part, dict)
    }
