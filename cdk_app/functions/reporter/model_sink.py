"""The sink that learns."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cdk_app.functions.reporter import events, flags, models, stages
from outrider.errors import OutriderError
from outrider.model.behaviour import BehaviourModel
from outrider.model.envelope import Envelope, Subject, Topic
from outrider.model.event import Event, deviates


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
                told = None if envelope.topic is Topic.INCIDENT else events.read(envelope)
                model = models.taught(told, envelope.subject) if told else flags.flagged(envelope)
                if model is not None:
                    models.merge(self.table, model)
                if isinstance(told, Event) and deviates(told):
                    version = model or _version(envelope.subject)
                    noted[models.workload_key(version)][envelope.id] = version, told
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


def _version(subject: Subject) -> BehaviourModel:
    """Whose act it is, where no model can hold it."""
    return BehaviourModel(subject.name, subject.container, subject.digest)
