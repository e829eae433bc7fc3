"""From what an artifact holds to its report: advisories, rules, and the count of what was looked at."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import outrider
from outrider import __version__, limits
from outrider.errors import EnvironmentFault, OutriderError
from outrider.model.artifact import Contents, Kind
from outrider.model.finding import DatabaseFact, Findings, Vulnerability
from outrider.model.outcome import Failed, Outcome
from outrider.report.report import Report
from outrider.scan import risk
from outrider.scan.compliance.checking import check
from outrider.scan.compliance.pack import Pack, parse
from outrider.scan.compliance.registry import RULE_NAMES
from outrider.scan.compliance.subjects import Function
from outrider.scan.matching import eol
from outrider.scan.matching.match import match
from scanner_lambda.advisories import Advisories

SCANNED = ("os", "language", "secrets", "compliance")
"""What a report says was looked for."""

OF_VULNERABILITIES = frozenset({"has_no_fixable_vulnerability", "has_nothing_known_to_be_exploited"})
"""Rules whose answers rest on advisories: those that another database may change."""

_PACKAGE = Path(outrider.__file__).parent
PACKS = (_PACKAGE / "_assets/templates/compliance", _PACKAGE.parent / "templates/compliance")
"""Where the compliance packs are: in a wheel, in a checkout or a function's zip."""


@dataclass(frozen=True, slots=True)
class Judge:
    """What findings rest on, for one day."""

    advisories: Advisories | None
    trouble: OutriderError | None
    """Why there is no database."""
    packs: tuple[Pack, ...]
    now: datetime

    def report(self, contents: Contents, function: Function | None) -> Report:
        """The report. What could not be asked is among its outcomes. Raises nothing."""
        found, outcomes, fact = self._matched(contents)
        complete = not any(isinstance(one, Failed) for one in outcomes)
        today = self.now.date()
        checks, judged = check(contents, function, found, self.packs, today=today, complete=complete)
        findings = Findings(vulnerabilities=found, secrets=contents.secrets, checks=checks)
        return Report(
            contents=contents,
            findings=replace(findings, database=fact) if fact else findings,
            outcomes=(*contents.outcomes, *outcomes, *judged),
            scanner=__version__,
            scanned=SCANNED,
        )

    def ended(self, runtime: str) -> str:
        """The day since which AWS does not patch a runtime; empty for all others."""
        found = eol.function_runtime(runtime, self.now.date().isoformat())
        return found.date if found else ""

    def _matched(
        self, contents: Contents
    ) -> tuple[tuple[Vulnerability, ...], tuple[Outcome, ...], DatabaseFact | None]:
        """Vulnerabilities, what became of the looking, and the database that was asked."""
        if self.advisories is None:
            why = self.trouble
            words = (why.message, why.hint) if why else ("there is none", "")
            return (), (Failed("advisory database", *words),), None
        opened = self.advisories.open(self.now)
        try:
            found, outcomes = match(
                contents.packages,
                contents.release,
                opened.lookup,
                today=self.now.date().isoformat(),
                age_days=opened.fact.age_days,
                expected=contents.kind is Kind.IMAGE,
            )
        finally:
            opened.lookup.close()
        return risk.assess(found), outcomes, opened.fact


def packs_of(folders: Iterable[Path]) -> tuple[Pack, ...]:
    """The compliance packs of the first of these folders that is there. Raises EnvironmentFault."""
    for folder in folders:
        if folder.is_dir():
            return tuple(_pack(path) for path in sorted(folder.glob("*.yaml")))
    raise EnvironmentFault("templates/compliance is missing from this function", hint="deploy it again.")


def _pack(path: Path) -> Pack:
    """One pack."""
    if path.stat().st_size > limits.COMPLIANCE_PACK:
        raise EnvironmentFault(f"{path.name} is larger than {limits.COMPLIANCE_PACK} bytes")
    return parse(path.read_text(encoding="utf-8"), path.name, RULE_NAMES)
