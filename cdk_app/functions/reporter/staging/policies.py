"""A model and the step that it made → the policy that is proposed, and what supervisors would read."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass

from outrider.model import published
from outrider.model.behaviour import BehaviourModel
from outrider.model.event import FUNCTION, Mode
from outrider.model.outcome import Skipped
from outrider.model.stage import Stage, Transition
from outrider.policy.document import PolicyDocument, to_yaml
from outrider.policy.from_model import from_models
from outrider.policy.lowering import compile_policy

ENFORCED = frozenset({Stage.ALERTING, Stage.BLOCKING})
"""Stages in which agents should have the policy of the model."""
_SLUG = 60

BuiltIn = Callable[[], PolicyDocument]
"""The policy that functions have without one of their own. Raises EnvironmentFault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What a step results in."""

    text: str
    """The document, YAML."""
    proposal: str
    """Key of the document: the same step, the same key."""
    number: int
    blob: bytes = b""
    """Unsigned; empty: it is not to be published."""
    place: str = ""
    """Key of the blob, where agents look."""
    why_not: str = ""
    """Why it is not to be published."""
    rules: int = 0
    left_out: int = 0
    """Behaviours that cannot be said in a rule."""


def number_of(step: Transition) -> int:
    """Number of the policy of a step: its time in µs. So a later step has a larger one, whichever version
    made it, and every reader of JSON can hold it."""
    return step.at_ns // 1000


def made(model: BehaviourModel, step: Transition, built_in: BuiltIn) -> Made:
    """The policy of a model after a step. The same model and step give the same bytes.

    Raises InvalidInput (the model cannot be said in a policy) or EnvironmentFault.
    """
    family = published.is_family(model.workload)
    of_function = model.container == FUNCTION
    proposal = from_models(
        [model],
        mode=Mode.BLOCK if step.after is Stage.BLOCKING else Mode.ALERT,
        counter=number_of(step),
        workload=model.workload if family else _slug(model.workload),
        built_in=built_in() if of_function else None,
    )
    document = proposal.document
    why_not = _why_not(model, step)
    version = (model.workload, model.container, model.image)
    return Made(
        text=to_yaml(document),
        proposal=f"proposals/{_slug(model.workload)}-{_digest(model)}/{number_of(step)}.yaml",
        number=number_of(step),
        blob=b"" if why_not else compile_policy(document, model.container, published.version(*version)),
        place="" if why_not else published.key(*version),
        why_not=why_not,
        rules=len(document.containers[model.container].rules),
        left_out=sum(isinstance(one, Skipped) for one in proposal.outcomes),
    )


def _why_not(model: BehaviourModel, step: Transition) -> str:
    """Why a policy is proposed only, however much publishing is wanted; empty: it may be published."""
    if model.container == FUNCTION:
        return "a function takes its policy with its layer or its variables: publish it with `outrider patch`"
    if not published.is_family(model.workload):
        return (
            "its name is that of a log group: only tasks whose sidecar has the events queue say their family"
        )
    if not published.is_image(model.image):
        return "its image is not known: only tasks whose sidecar has the events queue say its digest"
    if not {step.before, step.after} & ENFORCED:
        return "it is to be read first"
    return ""


def _slug(name: str) -> str:
    """A name as the part of a key, or of a document, that people recognise."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-")[:_SLUG] or "unnamed"


def _digest(model: BehaviourModel) -> str:
    """What keeps the proposals of two versions apart."""
    words = "\0".join((model.workload, model.container, model.image))
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:16]
