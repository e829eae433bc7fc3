"""Task definitions: looked at, patched, and registered once for one content."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from cdk_app.functions.injector.day_zero import DayZero, Digests, Given
from cdk_app.functions.injector.locks import Locks
from cdk_app.functions.injector.published import PublishedPolicies
from cdk_app.functions.injector.recording import Store
from outrider.account.errors import NotThereError
from outrider.account.task_definitions import TaskDefinitions
from outrider.errors import OutriderError
from outrider.inject import rollout
from outrider.inject.rollout import Decision, Rules, Situation
from outrider.inject.same import same_content
from outrider.inject.settings import Settings
from outrider.inject.task_definition import Needed, images_needed
from outrider.model.image import ResolvedImage
from outrider.model.outcome import Covered, Failed


class Images(Digests, Protocol):
    """Where image configs are read."""

    def read(self, needed: Needed) -> dict[str, ResolvedImage | Failed]:
        """Read every image that is needed; what cannot be read is a `Failed`."""

    def pinned(self, reference: str) -> str:
        """The reference by digest, where its registry can be asked. Raises OutriderError: it is not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Definitions:
    """The task definitions of the account."""

    calls: TaskDefinitions
    images: Images
    store: Store
    locks: Locks
    settings: Settings
    day_zero: DayZero | None = None
    """None: nobody asked for it."""
    published: PublishedPolicies | None = None
    """None: sidecars have the policy of the settings."""

    def decide(self, situation: Situation, rules: Rules) -> Decision:
        """What is to be done; images are read only for what is wanted."""
        choice = rollout.wanted(situation, rules)
        if not choice.wanted:
            return rollout.decide(situation, rules, self.settings, {}, choice)
        try:
            sidecar = self.images.pinned(self.settings.sidecar_image)
        except OutriderError as error:  # tasks with a sidecar that cannot be pulled would not start
            return Decision(outcome=Failed(situation.subject, f"no sidecar: {error.message}", error.hint))
        given = Given(replace(self.settings, sidecar_image=sidecar))
        for giver, fails in (
            (self.published, "its published policies cannot be named"),  # learning would disarm it
            (self.day_zero, "its day zero cannot be looked at"),
        ):
            try:
                more = giver.given(situation.definition, given.settings) if giver else Given(given.settings)
            except OutriderError as error:
                return Decision(outcome=Failed(situation.subject, f"{fails}: {error.message}", error.hint))
            given = Given(more.settings, (*more.notes, *given.notes))
        try:
            images = self.images.read(images_needed(situation.definition, given.settings))
        except OutriderError:
            images = {}  # refused as a whole: `decide` meets the same error, and makes an outcome of it
        decision = rollout.decide(situation, rules, given.settings, images, choice)
        if not isinstance(decision.outcome, Covered):
            return decision
        outcome = _with_day_zero(decision, decision.outcome, given) if self.day_zero else decision.outcome
        return replace(decision, outcome=outcome, warnings=(*decision.warnings, *given.notes))

    def registered(self, document: Mapping[str, Any], identity: str, before: str) -> str:
        """ARN of a revision with this content: an earlier one, the latest of the family, or a new one.

        `before`: the revision without us, to be found again; empty: what is known of it stays.
        """
        family = str(document["family"])
        with self.locks.held(f"family:{family}"):
            known = self.store.registered(family).get(identity, "")
            if known and self._is_active(known):
                return known
            arn = self.same_as_latest(document) or self.calls.register(document)
            self.store.remember(family, identity, arn, before)
        return arn

    def same_as_latest(self, document: Mapping[str, Any]) -> str:
        """ARN of the family's latest revision when that has this content; empty when it has another."""
        try:
            latest = self.calls.read(str(document["family"]))
        except NotThereError:
            return ""
        same = same_content(latest, document)
        return str(latest["taskDefinition"].get("taskDefinitionArn", "")) if same else ""

    def _is_active(self, arn: str) -> bool:
        """Whether a revision can still be deployed."""
        try:
            return bool(self.calls.read(arn)["taskDefinition"].get("status") == "ACTIVE")
        except NotThereError:
            return False


def _with_day_zero(decision: Decision, outcome: Covered, given: Given) -> Covered:
    """The outcome, with how many of its containers have day zero."""
    covered = {one.subject for one in decision.containers if isinstance(one, Covered)}
    having = sum(f"container {name}" in covered for name in given.settings.day_zero)
    return replace(outcome, detail=f"{outcome.detail}, day zero for {having}")
