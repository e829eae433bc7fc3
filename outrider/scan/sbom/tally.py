"""What an SBOM lists and we can say nothing of: counted by reason, told as outcomes."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from outrider import limits
from outrider.errors import InvalidInput
from outrider.model.outcome import Skipped
from outrider.scan.sbom.fields import text


@dataclass(slots=True)
class Left:
    """Components that are no packages to us."""

    _reasons: Counter[str] = field(default_factory=Counter)
    _example: dict[str, str] = field(default_factory=dict)

    def out(self, component: Mapping[str, Any], error: InvalidInput) -> None:
        """One was left out."""
        self._reasons[kind := error.message.partition(": ")[0][:80]] += 1
        self._example.setdefault(kind, text(component, "name") or "(no name)")

    def outcomes(self, name: str) -> list[Skipped]:
        """One a reason, by reason."""
        return [
            Skipped(f"{number} components of {name}, such as {self._example[reason][:80]}", reason)
            for reason, number in sorted(self._reasons.items())
        ]


def check_number(number: int) -> None:
    """Raise InvalidInput when there are more packages than `limits.SBOM_PACKAGES`."""
    if number > limits.SBOM_PACKAGES:
        raise InvalidInput(f"the SBOM lists more than {limits.SBOM_PACKAGES} packages")
