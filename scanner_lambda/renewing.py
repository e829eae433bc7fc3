"""A rematch makes anew what is stored of an artifact: its report, and what is known to have been told of it.

The report is that of the last scan, with everything that rests on advisories judged again from the stored
inventory: vulnerabilities, the rules that look at them, the outcomes of matching. It lies where a scan with
the newer database would put its own. What a rematch told is added to what the scan told, so that the next
scan tells neither again. A scan that ended meanwhile wins: its report is not written over."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from outrider.errors import EnvironmentFault, InvalidInput, OutriderError
from outrider.model import json_document
from outrider.model.artifact import Contents
from outrider.report import json_report
from outrider.report.harmless import json_text
from scanner_lambda import caps, inventories, publishing
from scanner_lambda.aws.table import Item
from scanner_lambda.examine import report_id
from scanner_lambda.judging import OF_VULNERABILITIES, Judge
from scanner_lambda.publishing import Told
from scanner_lambda.shelf import Shelf
from scanner_lambda.state import State


class Documents(inventories.Documents, Protocol):
    """The state bucket, with conditions."""

    def create(self, key: str, data: bytes) -> bool:
        """Keep a document where there is none."""

    def versioned(self, key: str, cap: int) -> tuple[bytes, str] | None:
        """A document and its version."""

    def replace(self, key: str, data: bytes, version: str) -> bool:
        """Keep a document in place of that version."""


@dataclass(frozen=True, slots=True)
class Renewed:
    """What is to be stored of one artifact."""

    artifact: str
    facts: Item
    """Of the last scan, as they were read."""
    report: str
    """The report's text under the newer database."""
    fresh: bool
    """It is not stored yet."""
    told: Told
    """What there is to tell of it."""
    before: Told
    """What was told so far, by the scan and by rematches."""
    version: str
    """Of the document with the latter; empty: there is none."""

    def checks(self) -> dict[str, list[str]]:
        """Rules that fail now and did not, and the other way round: `new`, `gone`."""
        was, now = _failing(self.before), _failing(self.told)
        return {publishing.NEW: sorted(now - was), publishing.GONE: sorted(was - now)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewer:
    """Makes anew what is stored, for one newer database."""

    documents: Documents
    state: State
    judge: Judge
    shelf: Shelf
    built: str
    """When the newer database was built, RFC 3339."""
    scanned: str
    """The time, RFC 3339."""

    def prepare(self, artifact: str) -> Renewed | None:
        """What is to be stored; None: a scan with this database or a later one has ended, or none ever did.

        Writes nothing. Raises InvalidInput for documents that are damaged or gone, EnvironmentFault."""
        facts = self.state.scan(artifact)
        if facts is None:
            return None
        told = publishing.load(self._document(str(facts["told"]), caps.TOLD))
        if self._reached(told.database):
            return None
        more = self.documents.versioned(publishing.after_rematches(str(facts["told"])), caps.TOLD)
        before, version = (publishing.load(more[0]), more[1]) if more else (told, "")
        text = self._document(str(facts["report"]), caps.REPORT).decode()
        fresh = not self._reached(str(facts["database"]))
        if fresh:
            contents = inventories.inventory(self.documents, artifact)
            if contents is None:
                raise InvalidInput(f"the inventory of {artifact} is gone")
            text = renewed(text, contents, self.judge, int(facts["read"]))
        now = publishing.told_of(text, str(facts["report"]), told.digest, told.scanned)
        return Renewed(artifact, facts, text, fresh, now, before, version)

    def store(self, one: Renewed, named: Mapping[str, Collection[str]]) -> None:
        """Store it, once it was told; `named`: ids of the findings that were told, under `new` and `gone`.

        May be repeated. Raises EnvironmentFault when somebody else is at it: then it is to be prepared
        again."""
        findings = {
            known: finding
            for known, finding in one.before.findings.items()
            if known in one.told.findings or not _is_named(finding, named[publishing.GONE])
        } | {
            known: finding
            for known, finding in one.told.findings.items()
            if known in one.before.findings or _is_named(finding, named[publishing.NEW])
        }
        data = publishing.dump(replace(one.before, findings=findings))
        key = publishing.after_rematches(str(one.facts["told"]))
        if not self.documents.replace(key, data, one.version):
            raise EnvironmentFault(f"{key} was written by another invocation", hint="it is tried again.")
        if one.fresh:
            self._report(one)

    def _report(self, one: Renewed) -> None:
        """Store the report, and name it as the artifact's, unless a scan did meanwhile."""
        digest = one.told.database
        key = publishing.report_key(report_id(one.artifact, str(one.facts["digest"]), digest))
        self.documents.create(key, one.report.encode())
        facts = dict(one.facts) | {"report": key, "database": digest, "rematched": self.scanned}
        self.state.renewed(one.artifact, facts, str(one.facts["report"]))

    def _reached(self, database: str) -> bool:
        """Whether a database is the newer one, or was built after it."""
        if self.judge.advisories and database == self.judge.advisories.digest:
            return True
        try:
            found = self.shelf.manifest(database.removeprefix("sha256:")) if database else None
        except OutriderError:
            return False  # one that cannot be believed says nothing
        return found is not None and found.built > self.built

    def _document(self, key: str, cap: int) -> bytes:
        """A document that must be there."""
        data = self.documents.get(key, cap)
        if data is None:
            raise InvalidInput(f"{key} is gone")
        return data


def renewed(report: str, contents: Contents, judge: Judge, read: int) -> str:
    """A JSON report of these contents, judged again; its first `read` outcomes are of reading. Raises
    InvalidInput when it is none of ours."""
    old = json_document.parse(report, "the report")
    new = json.loads(json_report.render(judge.report(contents, None)))
    try:
        answers = {one["rule"]: one for one in new["checks"] if one["rule"] in OF_VULNERABILITIES}
        checks = [answers.get(one["rule"], one) for one in old["checks"]]
        matched = new["outcomes"][: _rules(new["outcomes"], 0)]
        outcomes = [*old["outcomes"][:read], *matched, *old["outcomes"][_rules(old["outcomes"], read) :]]
        names = ("database", "vulnerabilities", "packages")
        counts = {
            "vulnerabilities": len(new["vulnerabilities"]),
            "failed_checks": sum(one["answer"] == "fail" for one in checks),
            **{kind: sum(one["outcome"] == kind for one in outcomes) for kind in _KINDS},
        }
        changed = {
            **{name: new[name] for name in names},
            "checks": checks,
            "outcomes": outcomes,
            "partial": any(one["outcome"] == "failed" for one in outcomes),
            "counts": old["counts"] | counts,
        }
        return json_text({name: changed.get(name, value) for name, value in old.items()})
    except (KeyError, TypeError, AttributeError):
        raise InvalidInput("the report is damaged") from None


_KINDS = ("covered", "skipped", "failed")


def _rules(outcomes: list[Any], read: int) -> int:
    """The place where the outcomes of the rules begin: reading has the first, matching those between."""
    for place in range(read, len(outcomes)):
        if outcomes[place]["subject"] == "compliance":
            return place
    return len(outcomes)


def _failing(told: Told) -> set[str]:
    """Rules that fail."""
    return {str(one["rule"]) for one in told.findings.values() if one["family"] == "check"}


def _is_named(finding: Mapping[str, Any], ids: Collection[str]) -> bool:
    """Whether it was told: a vulnerability by its id, a rule always."""
    return finding["family"] == "check" or finding.get("id") in ids
