"""What a finding is called, and how it is known again.

Violations and ignored findings name what they are about in words (`Violation.subject`, `Ignored.subject`).
Formats that mark single findings compare those words with the ones made here.
"""

import hashlib
from collections.abc import Iterable, Mapping

from outrider.model.finding import Check, Ignored, Secret, Violation, Vulnerability

Finding = Vulnerability | Secret | Check


def subject(finding: Finding) -> str:
    """`CVE-2024-1 in openssl 3.0.1`; `aws-access-key-id in /app/.env:3`; `runs_as_non_root`."""
    match finding:
        case Vulnerability():
            return f"{finding.id} in {finding.package.label} {finding.package.version}"
        case Secret():
            return f"{finding.rule} in {finding.path}{f':{finding.line}' if finding.line else ''}"
        case Check():
            return finding.rule


def fingerprint(finding: Finding) -> str:
    """32 hex digits, the same for the same fault in the next build: versions, layers and lines are left out.

    `--baseline` compares these; SARIF has them as partialFingerprints.
    """
    match finding:
        case Vulnerability():
            package = finding.package
            parts = ["vulnerability", finding.id, package.type, package.namespace, package.name, package.path]
        case Secret():
            parts = ["secret", finding.rule, finding.path, finding.fingerprint]
        case Check():
            parts = ["check", finding.rule]
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


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
    names = [subject(finding)]
    if isinstance(finding, Vulnerability):
        names += [finding.id, *finding.aliases]
    return next((entries[name] for name in names if name in entries), None)
