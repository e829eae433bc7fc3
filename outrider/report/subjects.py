"""Which findings a violation or an ignored one is about.

Violations and ignored findings name what they are about in words (`Violation.subject`, `Ignored.subject`).
Formats that mark single findings compare those words with the ones made here.
"""

from collections.abc import Iterable, Mapping

from outrider.model.finding import Ignored, Violation, Vulnerability
from outrider.model.identity import Finding, words_of


def of_violations(violations: Iterable[Violation]) -> dict[str, str]:
    """Subject → why the gate fails for it, all reasons in their order."""
    reasons: dict[str, list[str]] = {}
    for violation in violations:
        reasons.setdefault(violation.subject, []).append(violation.words)
    return {name: "; ".join(dict.fromkeys(words)) for name, words in reasons.items()}


def of_ignored(ignored: Iterable[Ignored]) -> dict[str, Ignored]:
    """Subject → its entry, the first of several."""
    entries: dict[str, Ignored] = {}
    for entry in ignored:
        entries.setdefault(entry.subject, entry)
    return entries


def ignoring(finding: Finding, entries: Mapping[str, Ignored]) -> Ignored | None:
    """The entry of `of_ignored` that tells of this finding: by its subject, or by a bare name of the
    vulnerability."""
    names = [words_of(finding)]
    if isinstance(finding, Vulnerability):
        names += [finding.id, *finding.aliases]
    return next((entries[name] for name in names if name in entries), None)
