"""The gate as the user set it up. Its files are read before the scan: a wrong one costs nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from outrider import limits
from outrider.cli.files import read_capped, read_text
from outrider.cli.scanning.options import Options
from outrider.model.artifact import Contents
from outrider.model.finding import Severity, Violation
from outrider.report.report import Report
from outrider.scan.gate.baseline import baseline
from outrider.scan.gate.decide import decide
from outrider.scan.gate.ignore import Entry, ignores
from outrider.scan.gate.thresholds import Thresholds, fail_on, thresholds
from outrider.scan.matching import eol


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What decides."""

    thresholds: Thresholds | None
    """None: nothing fails; findings that somebody lives with are still set apart."""
    ignores: tuple[Entry, ...]
    baseline: frozenset[str] | None
    today: date

    def decided(self, report: Report) -> tuple[Report, tuple[str, ...]]:
        """The report with what the gate says, and what a person should know of that."""
        decision = decide(
            report.findings,
            report.outcomes,
            self.thresholds or _NOTHING,
            self.ignores,
            self.baseline,
            today=self.today,
            end_of_life=_end_of_life(report.contents, self.today),
        )
        gated = self.thresholds is not None
        return replace(
            report,
            violations=(*decision.violations, *self._not_looked_for(report)) if gated else (),
            ignored=(*report.ignored, *decision.ignored),
            gated=gated,
        ), decision.notes

    def _not_looked_for(self, report: Report) -> Iterator[Violation]:
        """What was asked for and never looked for is no pass."""
        if self.thresholds and self.thresholds.secrets and "secrets" not in report.scanned:
            yield Violation(rule="secrets", words="secrets were not looked for")


_NOTHING = Thresholds(unknown=True)
"""Without a gate only what is ignored is asked for, and this has nothing to say of severities."""


def prepare(options: Options) -> Gate:
    """Read the files of the gate. Raises InvalidInput or UsageError."""
    entries = tuple(
        entry
        for path in options.ignores
        for entry in ignores(read_text(path, limits.GATE_DOCUMENT, "the ignore file"), path)
    )
    known = None
    if options.baseline:
        known = baseline(read_capped(options.baseline, limits.BASELINE, "the baseline"), options.baseline)
    return Gate(thresholds=_thresholds(options), ignores=entries, baseline=known, today=options.today)


def _thresholds(options: Options) -> Thresholds | None:
    """From the file or from `--fail-on`."""
    if options.thresholds:
        text = read_text(options.thresholds, limits.GATE_DOCUMENT, "the thresholds file")
        return thresholds(text, options.thresholds)
    return fail_on(Severity[options.fail_on.upper()]) if options.fail_on else None


def _end_of_life(contents: Contents, today: date) -> str:
    """The day since which the distribution, or the function's runtime, has had no fixes."""
    ended = eol.distribution(contents.release, today.isoformat()) if contents.release else None
    ended = ended or (eol.function_runtime(contents.runtime, today.isoformat()) if contents.runtime else None)
    return ended.date if ended else ""
