"""What a scan has to tell: what is new at a place, what is gone, and that it was scanned.

A place is where people look: a repository's tag, or a function. The same artifact at ten places is scanned
once and told ten times; each place hears what changed since it was told last.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from outrider.errors import InvalidInput
from outrider.model import json_document
from outrider.model.envelope import Envelope, Subject, SubjectKind, Topic, identity
from scanner_lambda import caps

PROGRAM = "scanner"

NEW, GONE = "new", "gone"
"""Words of a finding's `change`."""

_FAMILIES = {"vulnerabilities": "vulnerability", "secrets": "secret", "checks": "check"}
"""List of the JSON report → family of the findings in it."""

_OUTCOMES = 50
"""Outcomes that a summary quotes: those that failed. The report has them all."""

_LONG = ("references", "evidence", "advisories", "aliases", "scores", "fixed", "cwes")
"""Lists of a finding that are cut where it is too large for one event."""

_TEXT = 2000


class Sender(Protocol):
    """The bus."""

    def send(self, envelopes: Iterable[Envelope]) -> int:
        """Send envelopes; gives their number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an artifact is, as whoever is told of it knows it."""

    kind: SubjectKind
    id: str
    """Image reference by digest, or the function's ARN."""
    name: str
    """`repository:tag`, the function's name."""
    key: str
    """What stays the same from one scan to the next: account, region, repository and tag; ARN."""
    account: str
    region: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A scan in so far as it is told."""

    report: str
    """Key of its report in the state bucket."""
    digest: str
    database: str
    scanned: str
    """When, RFC 3339 in UTC."""
    counts: Mapping[str, int]
    failed: tuple[Mapping[str, str], ...]
    """Outcomes of what could not be looked at."""
    findings: Mapping[str, Mapping[str, Any]]
    """`known_as` → the finding as the JSON report has it, with its family."""


def report_key(named: str) -> str:
    """Where a report lies."""
    return f"reports/{named}.json.zst"


def told_key(named: str) -> str:
    """Where what is told of it lies."""
    return f"reports/{named}.told.json.zst"


def after_rematches(told: str) -> str:
    """Where it lies what was told of a scan, together with what rematches have told since."""
    return told.replace(".told.", ".rematched.")


def told_of(report: str, key: str, digest: str, scanned: str) -> Told:
    """What is told of a JSON report. Checks count where they fail."""
    document = json.loads(report)
    findings = {
        one["known_as"]: {**one, "family": family}
        for name, family in _FAMILIES.items()
        for one in document[name]
        if family != "check" or one["answer"] == "fail"
    }
    failed = [one for one in document["outcomes"] if one["outcome"] == "failed"]
    return Told(
        report=key,
        digest=digest,
        database=document["database"]["digest"],
        scanned=scanned,
        counts=document["counts"],
        failed=tuple(failed[:_OUTCOMES]),
        findings=findings,
    )


def dump(told: Told) -> bytes:
    """As a document."""
    names = Told.__slots__
    return json.dumps({name: getattr(told, name) for name in names}, sort_keys=True).encode()


def load(data: bytes) -> Told:
    """What `dump` wrote. Raises InvalidInput for anything else."""
    document = json_document.parse(data, "what was told of a scan")
    if not isinstance(document, dict) or set(document) != set(Told.__slots__):
        raise InvalidInput("what was told of a scan is damaged")
    if not isinstance(document["findings"], dict) or not isinstance(document["counts"], dict):
        raise InvalidInput("what was told of a scan is damaged")
    return Told(**{**document, "failed": tuple(document["failed"])})


def publish(bus: Sender, place: Place, told: Told, heard: Sequence[Told | None], number: int) -> int:
    """Tell a place what is new and what is gone, then that it was scanned.

    `heard`: what it was told last (None: nothing), and after that what it may have heard of tellings that
    broke off. The same call gives the same envelopes with the same ids, so that it may be repeated; another
    `number` gives other ids. Raises EnvironmentFault.
    """
    return bus.send(envelopes(place, told, heard, number))


def envelopes(place: Place, told: Told, heard: Sequence[Told | None], number: int) -> Iterator[Envelope]:
    """The same, as values: findings by their name, the summary last."""
    before = [one.findings if one else {} for one in heard]
    certain = set(before[0]).intersection(*before)
    possible = {known: finding for findings in before for known, finding in findings.items()}
    for known, finding in sorted(told.findings.items()):
        if known not in certain:
            yield _finding(place, told, number, finding, NEW)
    for known, finding in sorted(possible.items()):
        if known not in told.findings:
            yield _finding(place, told, number, finding, GONE)
    yield _summary(place, told, number)


def trouble(
    record: str, error: str, hint: str, *, time: str, account: str, region: str, part: str = "scan"
) -> Envelope:
    """A message of the queue, or an account of a sweep, could not be worked on; `part` is which of our
    functions says so."""
    return Envelope(
        topic=Topic.TROUBLE,
        id=identity(Topic.TROUBLE, PROGRAM, record, error),
        time=time,
        account=account,
        region=region,
        program=PROGRAM,
        subject=Subject(kind=SubjectKind.PROGRAM, id=f"scanner_lambda.{part}", name=part),
        detail={"program": PROGRAM, "message": error[:_TEXT], "hint": hint[:_TEXT], "record": record},
    )


def _finding(place: Place, told: Told, number: int, finding: Mapping[str, Any], change: str) -> Envelope:
    """One finding."""
    return _envelope(
        place,
        told,
        Topic.FINDING,
        (str(number), finding["known_as"], change),
        {**_cut(finding), "change": change, "report": told.report},
    )


def _summary(place: Place, told: Told, number: int) -> Envelope:
    """The scan."""
    detail = {
        "counts": dict(told.counts),
        "report": told.report,
        "database": told.database,
        "failed": [_cut(one) for one in told.failed],
    }
    return _envelope(place, told, Topic.SCAN, (str(number),), detail)


def _envelope(
    place: Place, told: Told, topic: Topic, parts: tuple[str, ...], detail: Mapping[str, Any]
) -> Envelope:
    """An envelope about the artifact at a place."""
    return Envelope(
        topic=topic,
        id=identity(topic, place.key, told.report, *parts),
        time=told.scanned,
        account=place.account,
        region=place.region,
        program=PROGRAM,
        subject=Subject(kind=place.kind, id=place.id, name=place.name, digest=told.digest),
        detail=detail,
    )


def _cut(finding: Mapping[str, Any]) -> dict[str, Any]:
    """A finding that fits into an event: the report has it whole."""
    if len(json.dumps(finding)) <= caps.FINDING_IN_EVENT:
        return dict(finding)
    return {
        name: value[:10] if name in _LONG and isinstance(value, list) else _short(value)
        for name, value in finding.items()
    } | {"cut": True}


def _short(value: Any) -> Any:
    """A value with long texts cut."""
    if isinstance(value, str):
        return value[:_TEXT]
    if isinstance(value, dict):
        return {name: _short(inner) for name, inner in value.items()}
    return value
