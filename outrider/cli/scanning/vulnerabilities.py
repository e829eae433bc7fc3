"""Which advisories apply, what the workload uses, and what comes first."""

from collections.abc import Sequence
from datetime import UTC, datetime, time

from outrider.cli.database.opening import open_database
from outrider.cli.scanning import using
from outrider.cli.scanning.options import Options
from outrider.errors import OutriderError
from outrider.model.artifact import Contents, Kind
from outrider.model.behaviour import BehaviourModel
from outrider.model.finding import DatabaseFact, Vulnerability
from outrider.model.outcome import Failed, Outcome
from outrider.scan import risk
from outrider.scan.matching.match import match

Found = tuple[tuple[Vulnerability, ...], tuple[Outcome, ...], DatabaseFact]

NOTHING: Found = ((), (), DatabaseFact())
"""Where vulnerabilities are not looked for."""


def find(contents: Contents, models: Sequence[BehaviourModel], options: Options) -> Found:
    """Findings by their risk, what became of the looking, and the database that was asked.

    Without a database there are no findings and a `Failed` outcome: everything else is still worth telling.
    """
    now = datetime.combine(options.today, time(), UTC)
    try:
        opened = open_database(options.database, now=now)
    except OutriderError as error:
        return (), (Failed("advisory database", error.message, error.hint),), DatabaseFact()
    try:
        found, outcomes = match(
            contents.packages,
            contents.release,
            opened.lookup,
            today=options.today.isoformat(),
            age_days=opened.fact.age_days,
            stale_after=options.stale_days,
            expected=contents.kind is not Kind.DIRECTORY,
        )
    finally:
        opened.lookup.close()
    used = using.used(contents, models)
    return risk.assess(risk.in_use(found, used)), outcomes, opened.fact
