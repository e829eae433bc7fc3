"""The sink that learns."""

from collections.abc import Mapping, Sequence
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
        for envelope in envelopes:
            try:
                incident = envelope.topic is Topic.INCIDENT
                model = flags.flagged(envelope) if incident else models.observed(envelope)
                if model is not None:
                    models.merge(self.table, model)
                if not incident:
                    self._note(envelope, model)
            except OutriderError as error:
                problems[envelope.id] = error.message
        return problems

    def _note(self, envelope: Envelope, model: BehaviourModel | None) -> None:
        """Count a deviation for its version, be it something that a model can hold or not."""
        told, subject = events.read(envelope), envelope.subject
        if isinstance(told, Event):
            version = model or BehaviourModel(subject.name, subject.container, subject.digest)
            stages.note(self.table, version, told)
