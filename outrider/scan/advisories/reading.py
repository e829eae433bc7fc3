"""Reads one source of a database: its documents, each in its own format, into staging; and keeps count."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from outrider import limits
from outrider.errors import InvalidInput
from outrider.model.advisory import Advisory
from outrider.scan.advisories.formats.registry import recognised
from outrider.scan.advisories.record import CveFact, Document, Format, LeftOut, Problem, Published, Record
from outrider.scan.advisories.staging import Staging
from outrider.scan.advisories.unpacking import peek


@dataclass(slots=True)
class Tally:
    """What came of one source."""

    documents: Counter[str] = field(default_factory=Counter)
    """By format."""
    records: Counter[str] = field(default_factory=Counter)
    """Advisories and facts, by format."""
    packages: int = 0
    """Entries of advisories: a package and what is said of it."""
    left_out: Counter[str] = field(default_factory=Counter)
    """By reason."""
    examples: dict[str, str] = field(default_factory=dict)
    """One of each reason."""
    unknown: int = 0
    """Documents of no format we know."""
    problems: list[Problem] = field(default_factory=list)
    """The first `limits.ADVISORY_PROBLEMS` of what could not be read."""
    failed: int = 0
    """All of what could not be read."""
    published: str = ""
    """The newest date of publication that its documents name."""

    def trouble(self, problem: Problem) -> None:
        """Count what could not be read."""
        self.failed += 1
        if len(self.problems) < limits.ADVISORY_PROBLEMS:
            self.problems.append(problem)


def read(
    documents: Iterable[Document],
    staging: Staging,
    digest: str,
    *,
    format_: Format | None = None,
    progress: Callable[[int], None] = lambda count: None,
) -> Tally:
    """Read a source into staging; `digest` is its own. What cannot be read is counted, the rest is read.

    Without a `format_` each document's is guessed. `progress` is told the number of records now and then.
    """
    tally = Tally()
    for document, chosen in _chosen(documents, format_, tally):
        tally.documents[chosen.name] += 1
        for record in _records(document, chosen, tally):
            _take(record, chosen, staging, digest, tally)
            if (count := tally.records.total()) % 1000 == 0:
                progress(count)
    progress(tally.records.total())
    return tally


def _chosen(
    documents: Iterable[Document], format_: Format | None, tally: Tally
) -> Iterator[tuple[Document, Format]]:
    """Each document with its format."""
    source = iter(documents)
    while True:
        try:
            document = next(source)
        except StopIteration:
            return
        except InvalidInput as error:
            tally.trouble(Problem("", error.message))
            return
        try:
            chosen = format_ or recognised(document.name, peek(document))
        except InvalidInput as error:
            tally.trouble(Problem(document.name, error.message))
            continue
        if chosen:
            yield document, chosen
        else:
            tally.unknown += 1


def _records(document: Document, chosen: Format, tally: Tally) -> Iterator[Record]:
    """The records of a document, as far as it can be read."""
    try:
        yield from chosen.read(document)
    except InvalidInput as error:
        tally.trouble(Problem(document.name, error.message))


def _take(record: Record, chosen: Format, staging: Staging, digest: str, tally: Tally) -> None:
    """One record to where it belongs."""
    match record:
        case Advisory():
            tally.records[chosen.name] += 1
            tally.packages += len(record.affected)
            for lost in staging.add(record, digest):
                _take(lost, chosen, staging, digest, tally)
        case CveFact():
            tally.records[chosen.name] += 1
            staging.add_fact(record, digest)
        case Published():
            tally.published = max(tally.published, record.date)
        case LeftOut():
            tally.left_out[record.reason] += 1
            tally.examples.setdefault(record.reason, record.example)
        case Problem():
            tally.trouble(record)
