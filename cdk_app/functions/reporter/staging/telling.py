"""A step, and what came of it → the envelope that tells it; a version that failed → a trouble."""

from dataclasses import dataclass
from typing import Any

from cdk_app.functions.reporter.models import workload_key
from cdk_app.functions.reporter.stages import name_of
from outrider import limits
from outrider.model.behaviour import BehaviourModel
from outrider.model.envelope import Envelope, Subject, SubjectKind, Topic, identity
from outrider.model.event import FUNCTION
from outrider.model.stage import ORDER, Transition
from outrider.runtime.jsonl import format_time

PROGRAM = "reporter"
_TEXT = 1000
"""Of a message, characters."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the function runs."""

    account: str
    region: str


def of_step(model: BehaviourModel, step: Transition, came: dict[str, Any], place: Place) -> Envelope:
    """The same step has the same id, whoever tells it, however often."""
    back = ORDER.index(step.after) < ORDER.index(step.before)
    said = {"before": step.before.value, "after": step.after.value, "back": back, "reason": step.reason}
    return Envelope(
        topic=Topic.STAGE,
        id=identity(Topic.STAGE, place.account, place.region, workload_key(model), name_of(step)),
        time=format_time(step.at_ns),
        account=place.account,
        region=place.region,
        program=PROGRAM,
        subject=_subject(model),
        detail=said | {"by": step.by, "message": _message(model, step)} | came,
    )


def trouble(model: BehaviourModel, message: str, now_ns: int, place: Place) -> Envelope:
    """A version could not be looked at; the same trouble with it has the same id, round after round."""
    return Envelope(
        topic=Topic.TROUBLE,
        id=identity(Topic.TROUBLE, PROGRAM, place.account, place.region, workload_key(model), message),
        time=format_time(now_ns),
        account=place.account,
        region=place.region,
        program=PROGRAM,
        subject=_subject(model),
        detail={
            "program": PROGRAM,
            "message": f"the stage of {model.title} could not be looked at: {message}"[:_TEXT],
            "hint": "it is looked at again in the next round.",
        },
    )


def _message(model: BehaviourModel, step: Transition) -> str:
    """One sentence for a person."""
    return f"{model.title}: {step.before} → {step.after}: {step.reason}"[:_TEXT]


def _subject(model: BehaviourModel) -> Subject:
    """The version."""
    names = {"name": model.workload, "digest": model.image, "container": model.container}
    kind = SubjectKind.FUNCTION if model.container == FUNCTION else SubjectKind.CONTAINER
    place = f"{model.workload}/{model.container}@{model.image or 'unknown'}"
    return Subject(
        kind=kind,
        id=place[: limits.ENVELOPE_WORD],
        **{name: value[: limits.ENVELOPE_WORD] for name, value in names.items()},
    )
