"""The thresholds document: what an artifact may not have if it is to pass."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from outrider.model.finding import Severity
from outrider.scan.gate.text import Strict, read

Word = Literal["negligible", "low", "medium", "high", "critical"]
"""A severity as people write it; `unknown` is none that a threshold could be set to."""

Confidence = Literal["low", "medium", "high"]


class Secrets(Strict):
    """Which secrets fail."""

    severity: Word = "negligible"
    """This severe or worse."""
    confidence: Confidence = "medium"
    """This sure or surer."""


class Compliance(Strict):
    """What a compliance pack must reach."""

    minimum: Annotated[float, Field(gt=0, le=100)] | None = None
    """Percentage of its checks that apply and must pass."""
    severity: Word | None = None
    """A failed check this severe or worse fails."""

    @model_validator(mode="after")
    def _says_something(self) -> "Compliance":
        if self.minimum is None and self.severity is None:
            raise ValueError("needs `minimum`, a percentage, or `severity`")
        return self


class Thresholds(Strict):
    """Version 1 of the document. Whatever is set counts alone: an artifact passes when nothing is violated.

    `fixable_only` and `grace_days` narrow the thresholds on vulnerabilities (`severity`, `epss`, `risk`), and
    never `exploited`: what is being exploited cannot wait.
    """

    version: Literal[1] = 1
    severity: Word | None = None
    """A vulnerability this severe or worse, or a secret of at least medium confidence, fails. One whose
    severity nobody knows counts as high."""
    exploited: bool = False
    """A vulnerability on CISA's list of exploited ones fails."""
    epss: Annotated[float, Field(ge=0, le=1)] | None = None
    """A vulnerability with a higher probability of exploitation fails."""
    risk: Annotated[float, Field(ge=0, le=100)] | None = None
    """A vulnerability with a higher risk fails."""
    fixable_only: bool = False
    """Only vulnerabilities that have a fix count."""
    grace_days: Annotated[int, Field(ge=0, le=3650)] = 0
    """Vulnerabilities published fewer days ago do not count yet; without a date they count."""
    secrets: Secrets | None = None
    compliance: dict[str, Compliance] = Field(default_factory=dict)
    """By pack: `cis-docker`. A pack that was not checked fails."""
    end_of_life: bool = False
    """A distribution or runtime that nobody mends any more fails; so does not having looked."""
    unknown: bool = False
    """Something that could not be looked at fails."""
    database_days: Annotated[float, Field(ge=0)] | None = None
    """An advisory database older than so many days fails; so does none at all."""

    @model_validator(mode="after")
    def _asks_something(self) -> "Thresholds":
        asked = (
            self.severity,
            self.exploited or None,
            self.epss,
            self.risk,
            self.secrets,
            self.compliance or None,
            self.end_of_life or None,
            self.unknown or None,
            self.database_days,
        )
        if all(part is None for part in asked):
            raise ValueError("nothing is set that could fail: everything would pass")
        return self


NAMES = frozenset(name for model in (Thresholds, Secrets, Compliance) for name in model.model_fields)
"""Every field of the document."""


def thresholds(text: str, what: str = "the thresholds file") -> Thresholds:
    """Read the document, YAML or JSON. Raises InvalidInput; an empty one, or one that cannot fail, too."""
    return read(text, Thresholds, what, NAMES)


def fail_on(severity: Severity) -> Thresholds:
    """What `--fail-on SEVERITY` means: the threshold on severity and no other."""
    return Thresholds.model_validate({"severity": severity.word})


def severity_of(word: str) -> Severity:
    """The severity of a word of the document."""
    return Severity[word.upper()]
