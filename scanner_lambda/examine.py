"""One artifact from being opened to being told: read, judged, kept; once for all places that have it."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from outrider.errors import EnvironmentFault
from outrider.model.artifact import Contents
from outrider.model.package import Package, Release
from outrider.report import json_report
from outrider.report.masked import masked
from outrider.report.report import Report
from outrider.scan.artifact import Artifact
from outrider.scan.contents import contents_of
from scanner_lambda import caps, inventories, publishing
from scanner_lambda.inventories import Documents
from scanner_lambda.judging import SCANNED, Judge
from scanner_lambda.listing import Lists
from scanner_lambda.progress import Counts
from scanner_lambda.publishing import Place, Sender, Told
from scanner_lambda.reading import Reader
from scanner_lambda.state import State


class Index(Protocol):
    """The inverted index: which artifact has which package."""

    def put(self, artifact_id: str, packages: Sequence[Package], release: Release | None) -> None:
        """An artifact consists of this."""


def report_id(artifact_id: str, digest: str, database: str) -> str:
    """What a report is called: the same for the same content under the same database."""
    return hashlib.sha256("\0".join((artifact_id, digest, database)).encode()).hexdigest()[:32]


Once = Callable[[str, Callable[[], Mapping[str, Any]]], Mapping[str, Any]]
"""Does work once for a key, and gives what it gave, however often it is asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examiner:
    """All that a scan works with."""

    documents: Documents
    state: State
    judge: Judge
    reader: Reader
    bus: Sender
    index: Index
    once: Once
    now: datetime
    lists: Lists | None = None
    """Keeps the programs of images for day zero; None: nobody wants them."""

    def examine(self, artifact_id: str, digest: str, place: Place, opening: Callable[[], Artifact]) -> Counts:
        """Scan an artifact unless it was scanned with this database, then tell the place of it.

        Raises ContinueLater, EnvironmentFault, InvalidInput (of the artifact as a whole).
        """
        counts = Counts()
        database = self.judge.advisories.digest if self.judge.advisories else "none"
        name = report_id(artifact_id, digest, database)
        day = "" if self.judge.advisories else self.now.date().isoformat()

        def work() -> Mapping[str, Any]:
            return self._scan(artifact_id, digest, name, opening(), counts)

        key = f"{artifact_id}|{digest}|{database}|{day}"
        if self.lists and _is_image(artifact_id):  # those scanned before lists were wanted are scanned again
            key = f"{key}|programs"
        done = self.once(key, work)
        self._tell(place, str(done["told"]))
        return counts

    def _scan(
        self, artifact_id: str, digest: str, named: str, artifact: Artifact, counts: Counts
    ) -> Mapping[str, Any]:
        """Scan, and keep what came of it: findings before the state that names them."""
        merged = self.reader.read(artifact, artifact_id, counts)
        contents = contents_of(artifact, merged, frozenset(SCANNED))
        if self.lists and _is_image(artifact_id):
            contents = replace(contents, outcomes=(*contents.outcomes, self.lists.keep(contents)))
        report = self.judge.report(contents, artifact.function)
        scanned = self.now.strftime("%Y-%m-%dT%H:%M:%SZ")
        text = json_report.render(report)
        key = publishing.report_key(named)
        told = publishing.told_of(text, key, digest, scanned)
        name = publishing.told_key(named)
        self.documents.put(key, text.encode())
        self.documents.put(name, publishing.dump(told))
        inventories.keep_inventory(self.documents, artifact_id, _shown(report))
        self.index.put(artifact_id, contents.packages, contents.release)
        facts: dict[str, str | int] = {
            "report": key,
            "told": name,
            "database": told.database,
            "scanned": scanned,
            "digest": digest,
            "read": len(contents.outcomes),
        }
        self.state.scanned(artifact_id, facts)
        return {"told": name}

    def _tell(self, place: Place, name: str) -> None:
        """Tell a place what it was not told yet. Raises EnvironmentFault.

        What is begun is noted before it is told: whoever comes after a telling that broke off takes back
        what the place may have heard of it.
        """
        before = self.state.told(place.key)
        if before.report == name and not before.begun:
            return
        told = self._told(name)
        if told is None:
            raise EnvironmentFault(f"{name} is gone", hint="a scan with the next database makes it again.")
        telling = self.state.begin_telling(place.key, name, before)
        if telling is not None:
            heard = [self._heard(one) for one in (telling.report, *telling.begun[:-1])]
            publishing.publish(self.bus, place, told, heard, telling.number)
        if telling is None or not self.state.tell(place.key, name, telling):
            raise EnvironmentFault(
                f"{place.name} was told of another scan meanwhile", hint="it is tried again."
            )

    def _heard(self, name: str) -> Told | None:
        """What a place heard of a scan, from it and from rematches since; None: nothing is kept of it."""
        return (self._told(publishing.after_rematches(name)) or self._told(name)) if name else None

    def _told(self, name: str) -> Told | None:
        """What was told of a scan; None: it is no longer kept."""
        data = self.documents.get(name, caps.TOLD)
        return publishing.load(data) if data is not None else None


def _is_image(artifact_id: str) -> bool:
    """Whether tasks may run it: an image function's image is an artifact of its function."""
    return artifact_id.startswith("image:")


def _shown(report: Report) -> Contents:
    """The contents as reports show them: without credentials in what is quoted."""
    return masked(report).contents
