"""One run: what was asked for, measured and judged."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks import host
from benchmarks.benchmark import SUPERVISED, Benchmark
from benchmarks.result import Result
from benchmarks.rounds import Tell, measure
from benchmarks.stage import opened
from outrider.model.outcome import Covered, Failed, Outcome, Skipped

SCHEMA = "outrider.benchmarks/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Everything a run found out."""

    quick: bool
    host: dict[str, Any]
    sizes: dict[str, int]
    agent: dict[str, Any]
    """What the agent saw: supervisors, frames emitted, received, dropped."""
    outcomes: tuple[Outcome, ...]
    results: tuple[Result, ...]

    @property
    def failed(self) -> tuple[Failed, ...]:
        """Benchmarks that have no number, and should have."""
        return tuple(outcome for outcome in self.outcomes if isinstance(outcome, Failed))

    def result(self, benchmark: str, series: str) -> Result | None:
        """One result, None when it was not measured."""
        found = (r for r in self.results if (r.benchmark, r.series.key) == (benchmark, series))
        return next(found, None)

    def to_plain(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "schema": SCHEMA,
            "quick": self.quick,
            "host": self.host,
            "sizes": self.sizes,
            "agent": self.agent,
            "outcomes": [_plain(outcome) for outcome in self.outcomes],
            "results": [result.to_plain() for result in self.results],
        }


def perform(benchmarks: Sequence[Benchmark], *, quick: bool, tell: Tell) -> Run:
    """Measure all of them, one after the other. Raises EnvironmentFault when nothing can be measured here."""
    outcomes: list[Outcome] = []
    results: list[Result] = []
    with opened(quick=quick) as (stage, agent):
        for benchmark in benchmarks:
            outcome, found = measure(stage, benchmark, tell)
            outcomes.append(outcome)
            results += found
        agent.stop()
        described = host.describe(stage, agent.seen)
        names = {stage.container(b, variant): b.name for b in benchmarks for variant in SUPERVISED}
    told = {names[container]: acts for container, acts in agent.seen["stopped"].items()}
    expected = {benchmark.name: benchmark.troubles for benchmark in benchmarks}
    left = {name: [act for act in acts if act not in expected[name]] for name, acts in told.items()}
    wrong = {name: acts for name, acts in left.items() if acts}
    return Run(
        quick=quick,
        host=described,
        sizes=host.sizes(),
        agent=agent.seen,
        outcomes=tuple(_corrected(outcome, wrong) for outcome in outcomes),
        results=tuple(result for result in results if result.benchmark not in wrong),
    )


def _corrected(outcome: Outcome, wrong: dict[str, list[str]]) -> Outcome:
    """A benchmark of which something was stopped has not measured what it says."""
    if outcome.subject not in wrong or isinstance(outcome, Failed):
        return outcome
    acts = wrong[outcome.subject]
    return Failed(outcome.subject, f"the supervisor stopped or reported: {'; '.join(acts)}")


def _plain(outcome: Outcome) -> dict[str, str]:
    """One outcome as JSON values."""
    match outcome:
        case Covered():
            return {"benchmark": outcome.subject, "outcome": "covered"}
        case Skipped():
            return {"benchmark": outcome.subject, "outcome": "skipped", "reason": outcome.reason}
        case Failed():
            return {"benchmark": outcome.subject, "outcome": "failed", "error": outcome.error}
