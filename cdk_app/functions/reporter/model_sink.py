"""The sink that learns."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cdk_app.functions.reporter import events, flags, models, stages
from outrider.errors import OutriderError
from outrider.model.behaviour import BehaviourModel
from outrider.model.envelope import Envelope, Topic
from outrider.model.event import Event


@dataclass(frozen=True, slots=True)
class ModelSink:
    """Merges what each event teaches, and what each incident flags, into the models' table; notes what
    policies did not allow, by which versions go back."""

    table: models.Table

    def send(self, envelopes: Sequence[Envelope]) -> Mapping[str, str]:
        """Each by itself: what one cannot teach keeps no other from it."""
        problems: dict[str, str] = {}
        noted: defaultdict[str, dict[str, tuple[BehaviourModel, Event]]] = defaultdict(dict)
        for envelope in envelopes:
            try:
                incident = envelope.topic is Topic.INCIDENT
                model = flags.flagged(envelope) if incident else models.observed(envelope)
                if model is not None:
                    models.merge(self.table, model)
                if not incident and (found := _deviation(envelope, model)):
                    noted[models.workload_key(found[0])][envelope.id] = found
            except OutriderError as error:
                problems[envelope.id] = error.message
        return problems | self._note(noted.values())

    def _note(self, versions: Iterable[Mapping[str, tuple[BehaviourModel, Event]]]) -> dict[str, str]:
        """Count deviations, those of one version in one write: in a storm of them its item has no more
        writers than there are batches."""
        problems: dict[str, str] = {}
        for found in versions:
            version = next(version for version, _ in found.values())
            try:
                stages.note(self.table, version, *(event for _, event in found.values()))
            except OutriderError as error:
                problems.update(dict.fromkeys(found, error.message))
        return problems


def _deviation(envelope: Envelope, model: BehaviourModel | None) -> tuple[BehaviourModel, Event] | None:
    """An act that a policy did not allow, be it something that a model can hold or not, and its version."""
    told, subject = events.read(envelope), envelope.subject
    if not isinstance(told, Event) or not stages.deviates(told):
        return None
    return model or BehaviourModel(subject.name, subject.container, subject.digest), told
