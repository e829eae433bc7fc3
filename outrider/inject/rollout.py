"""What is to be done about one ECS service: decided from what was read, before anything is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from outrider.errors import InvalidInput, OutriderError, RefusedDefinition
from outrider.inject import appspec, opt, ownership
from outrider.inject.document import register_form
from outrider.inject.opt import Choice, Opt
from outrider.inject.protection import bears_marks
from outrider.inject.same import identity, same_content
from outrider.inject.settings import Settings
from outrider.inject.task_definition import inject
from outrider.model.image import ResolvedImage
from outrider.model.outcome import Covered, Failed, Outcome, Skipped, words

MOST_ROLLS = 3
"""Roll-outs of one and the same definition of a service in a day: after these somebody, or ECS's circuit
breaker, takes us back each time, and people have to look."""


class Controller(StrEnum):
    """Who rolls a service: its deployment controller."""

    ECS = "ECS"
    CODE_DEPLOY = "CODE_DEPLOY"
    EXTERNAL = "EXTERNAL"


class Act(StrEnum):
    """What is done about a subject."""

    NONE = "none"
    REGISTER = "register"
    """A revision is registered; nothing runs it yet."""
    ROLL = "roll"
    """A revision is registered and the service is rolled to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the account wants."""

    opt: Opt = Opt.IN
    act_on_iac: bool = False
    paused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What is remembered of a subject."""

    held: bool = False
    """Somebody took the protection off by command."""
    rolls: Sequence[str] = ()
    """Identities that it was rolled to within the last day, with repeats."""
    registered: Mapping[str, str] = field(default_factory=dict)
    """Identity → ARN of the revision that we registered for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """A service, or a definition alone, as it was read."""

    subject: str
    """As a user would name it: `service shop/web`."""
    definition: Mapping[str, Any] = field(repr=False)
    """DescribeTaskDefinition's answer, with tags."""
    service: Mapping[str, Any] | None = field(default=None, repr=False)
    cluster_tags: Mapping[str, str] = field(default_factory=dict)
    memory: Memory = Memory()
    insisted: bool = False
    """Somebody asks for just this one, by command."""

    @property
    def tagged(self) -> list[tuple[str, Mapping[str, str]]]:
        """Whose tags count, the nearest first."""
        return opt.tagged(self.definition, self.service, self.cluster_tags)

    def runs(self, identity: str) -> bool:
        """Whether it has the very revision that we registered for this identity, whatever ECS made of it."""
        ours = self.memory.registered.get(identity, "")
        return bool(ours) and self.definition.get("taskDefinition", {}).get("taskDefinitionArn") == ours

    @property
    def owner(self) -> str:
        """Who keeps the service or the definition in a file; empty when nothing says so."""
        found = (ownership.owner(tags) for where, tags in self.tagged if where != "cluster")
        return next(filter(None, found), "")

    @property
    def controller(self) -> Controller:
        """Who rolls it. Raises InvalidInput for a controller this version does not know."""
        said = str(((self.service or {}).get("deploymentController") or {}).get("type") or "ECS")
        try:
            return Controller(said)
        except ValueError:
            raise InvalidInput(f"its deployment controller is not known: {said[:40]}") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What is to become of it."""

    outcome: Outcome
    act: Act = Act.NONE
    document: Mapping[str, Any] | None = field(default=None, repr=False)
    """What is to be registered."""
    identity: str = ""
    containers: tuple[Outcome, ...] = ()
    warnings: tuple[str, ...] = ()


def wanted(situation: Situation, rules: Rules) -> Choice:
    """Whether it is to be protected at all: asked before any image is read."""
    if situation.insisted:
        return Choice(True, "asked for by command", True)
    choice = opt.choose(rules.opt, situation.tagged)
    if choice.wanted and situation.memory.held:
        return Choice(False, "taken off by command; the command `protect` lifts that", True)
    return choice


def decide(
    situation: Situation,
    rules: Rules,
    settings: Settings,
    images: Mapping[str, ResolvedImage | Failed],
    choice: Choice,
) -> Decision:
    """What is to be done. Never raises: what is wrong is the outcome."""
    subject = situation.subject
    if not choice.wanted:
        still = "; it is still protected" if bears_marks(situation.definition) else ""
        return Decision(outcome=Skipped(subject, f"{choice.why}{still}"))
    try:
        return _decide(situation, rules, settings, images)
    except RefusedDefinition as error:
        if choice.asked:
            return Decision(outcome=Failed(subject, error.message, error.hint))
        return Decision(outcome=Skipped(subject, f"cannot be protected: {error.message}"))
    except OutriderError as error:
        return Decision(outcome=Failed(subject, error.message, error.hint))


def _decide(
    situation: Situation,
    rules: Rules,
    settings: Settings,
    images: Mapping[str, ResolvedImage | Failed],
) -> Decision:
    """The decision for what is to be protected. Raises what speaks against it."""
    subject = situation.subject
    injection = inject(situation.definition, images, settings)
    containers = injection.outcomes
    failed = [outcome for outcome in containers if isinstance(outcome, Failed)]
    if failed:
        said = "; ".join(f"{outcome.subject}: {outcome.error}" for outcome in failed)
        return Decision(outcome=Failed(subject, said, failed[0].hint), containers=containers)
    covered = [outcome for outcome in containers if isinstance(outcome, Covered)]
    if not covered:
        said = "; ".join(f"{outcome.subject}: {words(outcome)}" for outcome in containers)
        return Decision(
            outcome=Skipped(subject, f"nothing in it is to be protected: {said}"), containers=containers
        )
    name = identity(injection.document, settings)
    same = same_content(situation.definition, injection.document) or situation.runs(name)
    protected = f"{len(covered)} of {len(containers)} containers"
    plan = Decision(
        outcome=Covered(subject, protected),
        document=injection.document,
        identity=name,
        containers=containers,
        warnings=injection.warnings,
    )
    if same:
        return plan
    if reason := _left_to_others(situation, rules, name):
        return Decision(outcome=reason, identity=name, containers=containers, warnings=injection.warnings)
    if situation.service is not None and situation.controller is Controller.CODE_DEPLOY:
        appspec.revision(situation.service, "none")  # what it would refuse, before anything is registered
    return Decision(
        outcome=plan.outcome,
        act=Act.ROLL if situation.service is not None else Act.REGISTER,
        document=register_form(injection.document).document,
        identity=name,
        containers=containers,
        warnings=injection.warnings,
    )


def _left_to_others(situation: Situation, rules: Rules, name: str) -> Outcome | None:
    """Why nothing is written although something should be; None when nothing speaks against it."""
    subject = situation.subject
    if (owner := situation.owner) and not rules.act_on_iac:
        return Skipped(
            subject,
            f"{owner} owns it and would take a change back: put it into the template (`outrider patch`)",
        )
    if situation.service is not None and situation.controller is Controller.EXTERNAL:
        return Skipped(
            subject, "its controller is EXTERNAL: whoever deploys it makes the task set (`outrider patch`)"
        )
    if situation.memory.rolls.count(name) >= MOST_ROLLS and not situation.insisted:
        return Failed(
            subject,
            f"it was rolled {MOST_ROLLS} times within a day and set back each time",
            "look at its deployments: does a task fail to start, or does something else own it? "
            "The command `protect` tries again.",
        )
    if rules.paused:
        return Skipped(subject, "the injector is paused; it would be protected")
    return None
