"""The sink that learns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cdk_app.functions.reporter import flags, models
from outrider.errors import OutriderError
from outrider.model.envelope import Envelope, Topic


@dataclass(frozen=True, slots=True)
class ModelSink:
    """Merges what each event teaches, and what each incident flags, into the models' table."""

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
            except OutriderError as error:
                problems[envelope.id] = error.message
        return problems
