"""CISA's catalogue of known exploited vulnerabilities, in JSON and in CSV.

https://www.cisa.gov/known-exploited-vulnerabilities-catalog
"""

import csv
from collections.abc import Iterator, Mapping
from typing import Any

from outrider import limits
from outrider.errors import InvalidInput
from outrider.model.finding import Exploited
from outrider.scan.advisories.fields import items, mapping, parse_json, text
from outrider.scan.advisories.lines import lines
from outrider.scan.advisories.lookup import Decoration
from outrider.scan.advisories.names import is_cve
from outrider.scan.advisories.record import CveFact, Document, Format, Problem, Published, Record


def recognises(name: str, head: bytes) -> bool:
    """It has CISA's names for the columns."""
    return (b"catalogVersion" in head and b'"vulnerabilities"' in head) or head.lstrip(
        b'\xef\xbb\xbf"'
    ).startswith(b"cveID")


def read(document: Document) -> Iterator[Record]:
    """One fact for each entry."""
    first = document.stream.read(1)
    if first in (b"{", b" ", b"\n", b"\r", b"\t"):
        yield from _read_json(first + document.whole(limits.ADVISORY_DOCUMENT), document.name)
    else:
        yield from _read_csv(first, document)


def _read_json(data: bytes, name: str) -> Iterator[Record]:
    """The catalogue as JSON."""
    root = mapping(parse_json(data, name))
    if not isinstance(root.get("vulnerabilities"), list):
        raise InvalidInput(f"{name} has no list of vulnerabilities", hint="is it the KEV catalogue?")
    if released := text(root.get("dateReleased"), 40):
        yield Published(released)
    for entry in items(root["vulnerabilities"]):
        yield _fact(mapping(entry))


def _read_csv(first: bytes, document: Document) -> Iterator[Record]:
    """The catalogue as CSV: a first line with the columns' names."""
    texts = lines(document)
    try:
        head = first.decode("utf-8", "replace") + next(texts, "")
        for row in csv.DictReader([head.lstrip("\ufeff\ufffd"), *texts]):
            yield _fact(row)
    except csv.Error as error:
        raise InvalidInput(f"{document.name} is not CSV: {error}") from None


def _fact(entry: Mapping[str | Any, Any]) -> CveFact | Problem:
    """One entry."""
    cve = text(entry.get("cveID"), 40)
    if not is_cve(cve):
        return Problem(cve or "an entry", "it has no CVE")
    ransomware = text(entry.get("knownRansomwareCampaignUse")).lower() == "known"
    exploited = Exploited(text(entry.get("dateAdded"), 40), text(entry.get("dueDate"), 40), ransomware)
    return CveFact(cve, Decoration(exploited=exploited))


FORMAT = Format(name="kev", version=1, recognises=recognises, read=read)
