"""The terms on which a workload version goes from stage to stage, as a document (YAML or JSON).

The schema is published as templates/policies/terms.schema.json.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from outrider.errors import InvalidInput
from outrider.model.stage import Stage
from outrider.policy import problems
from outrider.policy import text as policy_text
from outrider.policy.stages import Terms

SCHEMA_ID = "https://outrider.dev/schemas/terms.schema.json"
"""`$id` of the published schema: a name, not a place."""

_YEAR = 366 * 86_400
_DEFAULT = Terms()

Seconds = Annotated[int, Field(ge=0, le=_YEAR)]
"""At most a year: whoever waits longer waits for ever."""
Number = Annotated[int, Field(ge=0, le=1_000_000)]


class TermsDocument(BaseModel):
    """What it takes to go a step on, and what leads a step back. What is not said is as Terms has it."""

    model_config = ConfigDict(strict=True, extra="forbid", title="Outrider terms")

    version: Literal[1]
    learn_seconds: Annotated[Seconds, Field(description="Least time since the first life was seen.")] = (
        _DEFAULT.learn_seconds
    )
    learn_lives: Annotated[Number, Field(description="Least number of lives that were seen.")] = (
        _DEFAULT.learn_lives
    )
    quiet_seconds: Annotated[
        Seconds, Field(description="Least time since the last behaviour that was new.")
    ] = _DEFAULT.quiet_seconds
    read_seconds: Annotated[Seconds, Field(description="How long a proposal lies before it is taken.")] = (
        _DEFAULT.read_seconds
    )
    alert_seconds: Annotated[
        Seconds, Field(description="Least time in alerting, and since the last alert.")
    ] = _DEFAULT.alert_seconds
    by_people: Annotated[
        list[Annotated[Stage, Field(strict=False)]],
        Field(max_length=4, description="Stages that only a person leads to."),
    ] = sorted(_DEFAULT.by_people)
    back_alerts: Annotated[
        Number,
        Field(description="So many alerts soon after the step to blocking lead back to alerting; 0: never."),
    ] = _DEFAULT.back_alerts
    back_seconds: Annotated[Seconds, Field(description="How long after that step is soon.")] = (
        _DEFAULT.back_seconds
    )

    @property
    def terms(self) -> Terms:
        """As `step` takes them."""
        said = self.model_dump(exclude={"version", "by_people"})
        return Terms(**said, by_people=frozenset(self.by_people))


def parse(text: str, what: str = "the terms") -> Terms:
    """Read a document. Raises InvalidInput: what is wrong, where, and what to do."""
    value = policy_text.parse(text, what)
    try:
        return TermsDocument.model_validate(value).terms
    except ValidationError as error:
        said = problems.explained(error, text, what, frozenset(TermsDocument.model_fields))
        raise InvalidInput(said.message, hint="`version: 1` is all that has to be said.") from None


def schema() -> dict[str, Any]:
    """The JSON Schema, as it is published."""
    made = TermsDocument.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": SCHEMA_ID, **made}
