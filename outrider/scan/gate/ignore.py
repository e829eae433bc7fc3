"""The ignore file: findings that somebody decided to live with, why, and until when."""

from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from outrider import limits
from outrider.model.finding import Ignored
from outrider.model.pattern import matches, problem
from outrider.scan.gate.subject import Subject
from outrider.scan.gate.text import Strict, read

Name = Annotated[str, Field(min_length=1, max_length=limits.PATTERN)]


class Entry(Strict):
    """One decision. All that is given must fit a finding: `id` and `package` is that id in that package."""

    id: Name | None = None
    """Of a vulnerability: CVE, or an alias."""
    rule: Name | None = None
    """Of a secret's pattern or of a compliance check."""
    fingerprint: Name | None = None
    """Of a secret."""
    package: Name | None = None
    """Label of a package, `@scope/name`; a pattern: `*` any run without `/`, `**` any, `?` one character."""
    path: Name | None = None
    """Absolute path of what was found; a pattern."""
    owner: str = ""
    """Who answers for it."""
    reason: Annotated[str, Field(max_length=4096)]
    """Why; never empty."""
    expires: str = ""
    """Date, `2026-12-31`: the last day it counts. Empty: it never ends."""

    @field_validator("reason")
    @classmethod
    def _has_reason(cls, value: str) -> str:
        if not value.strip():
            raise ValueError("is empty: every entry says why")
        return value.strip()

    @field_validator("package", "path")
    @classmethod
    def _is_pattern(cls, value: str | None) -> str | None:
        wrong = problem(value, limits.PATTERN) if value else ""
        if wrong:
            raise ValueError(wrong)
        return value

    @field_validator("expires")
    @classmethod
    def _is_date(cls, value: str) -> str:
        if value:
            try:
                parsed = date.fromisoformat(value)
            except ValueError:
                raise ValueError(f"{value!r} is no date; write it as 2026-12-31") from None
            return parsed.isoformat()
        return value

    @model_validator(mode="after")
    def _names_something(self) -> "Entry":
        if not (self.id or self.rule or self.fingerprint or self.package or self.path):
            raise ValueError("names nothing: give id, rule, fingerprint, package or path")
        return self

    @property
    def label(self) -> str:
        """How notes call it."""
        parts = (self.id, self.rule, self.fingerprint, self.package, self.path)
        return " ".join(part for part in parts if part)

    def fits(self, subject: Subject) -> bool:
        """Whether it is about a finding, whatever the date."""
        exact = (self.id, self.rule, self.fingerprint)
        return (
            all(name is None or name in subject.names for name in exact)
            and (self.package is None or _matches(self.package, subject.package))
            and (self.path is None or _matches(self.path, subject.path))
        )

    def is_over(self, today: date) -> bool:
        """Whether its last day is past."""
        return bool(self.expires) and date.fromisoformat(self.expires) < today


class _Document(Strict):
    """Version 1 of the file."""

    version: Literal[1] = 1
    ignore: tuple[Entry, ...]


NAMES = frozenset((*_Document.model_fields, *Entry.model_fields))
"""Every field of the file."""


@dataclass(frozen=True, slots=True)
class Sorted:
    """What the ignore file does to the findings."""

    counted: tuple[Subject, ...] = ()
    ignored: tuple[Ignored, ...] = ()
    notes: tuple[str, ...] = field(default=())
    """Entries that are over and would have fitted; entries that fit nothing."""


def ignores(text: str, what: str = "the ignore file") -> tuple[Entry, ...]:
    """Read an ignore file, YAML or JSON. Raises InvalidInput."""
    return read(text, _Document, what, NAMES).ignore


def sort_out(subjects: tuple[Subject, ...], entries: tuple[Entry, ...], today: date) -> Sorted:
    """Divide findings into those that count and those that somebody lives with."""
    counted: list[Subject] = []
    ignored: list[Ignored] = []
    used: set[int] = set()
    for subject in subjects:
        fitting = [number for number, entry in enumerate(entries) if entry.fits(subject)]
        used.update(fitting)
        valid = next((entries[n] for n in fitting if not entries[n].is_over(today)), None)
        if valid is None:
            counted.append(subject)
        else:
            ignored.append(
                Ignored(subject=subject.words, reason=valid.reason, owner=valid.owner, expires=valid.expires)
            )
    notes = [_note(entry, number in used, today) for number, entry in enumerate(entries)]
    return Sorted(tuple(counted), tuple(ignored), tuple(filter(None, notes)))


def _note(entry: Entry, used: bool, today: date) -> str:
    """What there is to say of an entry; empty: it does its work."""
    owner = f" ({entry.owner})" if entry.owner else ""
    if not used:
        return f"ignore entry `{entry.label}`{owner} fits nothing that was found; remove it"
    if entry.is_over(today):
        return f"ignore entry `{entry.label}`{owner} ended on {entry.expires}; what it named counts again"
    return ""


def _matches(pattern: str, text: str) -> bool:
    """Compare by the patterns of policies."""
    return matches(pattern.encode(), text.encode("utf-8", "surrogateescape"))
