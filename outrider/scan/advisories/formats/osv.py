"""OSV: what osv.dev, GitHub, PyPA, RustSec, Go, Ubuntu and many others write.

https://ossf.github.io/osv-schema/
"""

from collections.abc import Iterator, Mapping
from typing import Any

from outrider import limits
from outrider.errors import InvalidInput
from outrider.model.advisory import Advisory, Affected, Range
from outrider.scan.advisories.fields import items, mapping, parse_json, required, text, texts, version
from outrider.scan.advisories.intervals import from_events
from outrider.scan.advisories.names import is_cve, is_distribution
from outrider.scan.advisories.ordering import key_of
from outrider.scan.advisories.record import Document, Format, LeftOut, Problem, Record

_EVENTS = ("introduced", "fixed", "last_affected", "limit")
_SYMBOLS = 500
"""Vulnerable functions that are kept of one package; Go's standard library has the most, some 300."""


def recognises(name: str, head: bytes) -> bool:
    """One JSON object, or a list of them, with the fields that only OSV has."""
    marks = (b'"schema_version"', b'"affected"', b'"modified"')
    return (
        name.endswith(".json")
        and head.lstrip()[:1] in (b"{", b"[")
        and b'"id"' in head
        and any(m in head for m in marks)
    )


def read(document: Document) -> Iterator[Record]:
    """One document: one record, or a list of them."""
    value = parse_json(document.whole(limits.ADVISORY_DOCUMENT), document.name)
    for record in value if isinstance(value, list) else [value]:
        try:
            yield from _record(mapping(record))
        except InvalidInput as error:
            yield Problem(text(mapping(record).get("id"), 80) or document.name, error.message)


def _record(record: Mapping[str, Any]) -> Iterator[Record]:
    """One advisory, after what is left out of it."""
    identity = required(record.get("id"), "an OSV record's id")
    affected: list[Affected] = []
    for entry in items(record.get("affected")):
        yield from _left_out(mapping(entry))
        affected += _affected(mapping(entry))
    specific = mapping(record.get("database_specific"))
    aliases = set(texts(record.get("aliases")))
    if any(is_distribution(entry.ecosystem) for entry in affected):
        aliases |= {name for name in texts(record.get("upstream")) if is_cve(name)}
    yield Advisory(
        id=identity,
        feed="osv",
        aliases=tuple(sorted(aliases - {identity})),
        summary=text(record.get("summary")),
        details=text(record.get("details"), limits.ADVISORY_TEXT),
        vectors=_vectors(record),
        severity=text(specific.get("severity"), 64) or _word(record),
        cwes=texts(specific.get("cwe_ids"), 32),
        published=_date(record, "published"),
        modified=_date(record, "modified"),
        withdrawn=text(record.get("withdrawn"), 40),
        references=tuple(
            filter(None, (text(mapping(r).get("url")) for r in items(record.get("references"))))
        ),
        affected=tuple(affected),
    )


def _left_out(entry: Mapping[str, Any]) -> Iterator[LeftOut]:
    """What we cannot match: commits, and packages of no ecosystem."""
    if not mapping(entry.get("package")).get("ecosystem"):
        yield LeftOut("packages of no ecosystem")
    for bounds in items(entry.get("ranges")):
        if mapping(bounds).get("type") == "GIT":
            yield LeftOut("ranges of commits")


def _affected(entry: Mapping[str, Any]) -> Iterator[Affected]:
    """One package of a record."""
    package = mapping(entry.get("package"))
    if not package.get("ecosystem"):
        return
    ecosystem = required(package["ecosystem"], "a package's ecosystem")
    specific, database = mapping(entry.get("ecosystem_specific")), mapping(entry.get("database_specific"))
    ranges = [bounds for item in items(entry.get("ranges")) for bounds in _ranges(mapping(item), ecosystem)]
    versions = tuple(filter(None, map(version, items(entry.get("versions")))))
    if not ranges and not versions and entry.get("ranges"):
        return
    yield Affected(
        ecosystem=ecosystem,
        name=required(package.get("name"), "a package's name"),
        ranges=tuple(ranges) if ranges or versions else (Range(),),
        versions=versions,
        severity=_severity(entry, specific, database),
        status=text(database.get("informational"), 64),
        symbols=tuple(_symbols(specific))[:_SYMBOLS],
    )


def _ranges(bounds: Mapping[str, Any], ecosystem: str) -> tuple[Range, ...]:
    """The ranges of one list of events; none for commits.

    Where an event's version is none, the document's order stands, and whoever compares sees the bound.
    """
    if bounds.get("type") not in ("SEMVER", "ECOSYSTEM"):
        return ()
    key = key_of(ecosystem)
    events = [
        (kind, version(mapping(event)[kind]))
        for event in items(bounds.get("events"))
        for kind in _EVENTS
        if mapping(event).get(kind)
    ]
    try:
        return from_events(events, key)
    except InvalidInput:
        return from_events(events, None)


def _severity(entry: Mapping[str, Any], specific: Mapping[str, Any], database: Mapping[str, Any]) -> str:
    """The vendor's word for one package."""
    for place, name in ((specific, "severity"), (specific, "urgency"), (database, "severity")):
        if word := text(place.get(name), 64):
            return word
    return _word(entry)


def _vectors(record: Mapping[str, Any]) -> tuple[str, ...]:
    """CVSS vectors, those of single packages too."""
    places = [record, *map(mapping, items(record.get("affected")))]
    scores = [mapping(score) for place in places for score in items(place.get("severity"))]
    found = (text(score.get("score"), 256) for score in scores if text(score.get("type")).startswith("CVSS"))
    return tuple(dict.fromkeys(vector for vector in found if vector))


def _date(record: Mapping[str, Any], name: str) -> str:
    """When it was published or changed; Go's have a year 1 for want of one."""
    written = text(record.get(name), 40)
    return "" if written.startswith("0001-") else written


def _word(place: Mapping[str, Any]) -> str:
    """A severity in words among the scores: Ubuntu's priority."""
    for score in map(mapping, items(place.get("severity"))):
        if not text(score.get("type")).startswith("CVSS"):
            return text(score.get("score"), 64)
    return ""


def _symbols(specific: Mapping[str, Any]) -> Iterator[str]:
    """Vulnerable functions: Go's by import path, RustSec's by their own."""
    for item in map(mapping, items(specific.get("imports"))):
        path = text(item.get("path"))
        for symbol in texts(item.get("symbols")):
            yield f"{path}.{symbol}"
    affects = mapping(specific.get("affects")).get("functions")
    if isinstance(affects, dict):
        yield from (text(name) for name in affects)
    else:
        yield from texts(affects)


FORMAT = Format(name="osv", version=1, recognises=recognises, read=read)
