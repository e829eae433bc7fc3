"""EPSS: how probable it is that a flaw is exploited within 30 days, by FIRST.

    #model_version:v2025.03.14,score_date:2026-11-26T00:00:00+0000
    cve,epss,percentile
    CVE-1999-0001,0.01297,0.78584

https://www.first.org/epss/data_stats
"""

from collections.abc import Iterator

from outrider.errors import InvalidInput
from outrider.scan.advisories.lines import lines
from outrider.scan.advisories.lookup import Decoration
from outrider.scan.advisories.names import is_cve
from outrider.scan.advisories.record import CveFact, Document, Format, Problem, Published, Record


def recognises(name: str, head: bytes) -> bool:
    """Its first lines."""
    return head.startswith((b"#model_version:", b"cve,epss,"))


def read(document: Document) -> Iterator[Record]:
    """One fact for each line."""
    columns: list[str] = []
    for line in lines(document):
        if line.startswith("#"):
            for part in line[1:].split(","):
                if part.startswith("score_date:"):
                    yield Published(part.removeprefix("score_date:")[:40])
        elif not columns:
            columns = line.split(",")
            if columns[:3] != ["cve", "epss", "percentile"]:
                raise InvalidInput(
                    f"{document.name} does not begin with cve,epss,percentile", hint="is it EPSS?"
                )
        elif line:
            yield _fact(line)


def _fact(line: str) -> CveFact | Problem:
    """One line."""
    cve, _, rest = line.partition(",")
    probability, _, percentile = rest.partition(",")
    try:
        scores = float(probability), float(percentile.partition(",")[0])
    except ValueError:
        return Problem(cve[:40], "its scores are no numbers")
    if not is_cve(cve) or not all(0 <= score <= 1 for score in scores):
        return Problem(cve[:40], "it is no CVE with two scores between 0 and 1")
    return CveFact(cve, Decoration(epss=scores[0], epss_percentile=scores[1]))


FORMAT = Format(name="epss", version=1, recognises=recognises, read=read)
