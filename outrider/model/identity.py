"""What a finding is called, and how it is known again in the next build: gate and reports say the same."""

import hashlib

from outrider.model.finding import Check, Secret, Vulnerability

Finding = Vulnerability | Secret | Check


def words_of(finding: Finding) -> str:
    """`CVE-2024-1 in openssl 3.0.1`; `aws-access-key-id in /app/.env:3`; `runs_as_non_root`."""
    match finding:
        case Vulnerability():
            return f"{finding.id} in {finding.package.label} {finding.package.version}"
        case Secret():
            return f"{finding.rule} in {finding.path}{f':{finding.line}' if finding.line else ''}"
        case Check():
            return finding.rule


def identity_of(finding: Finding) -> str:
    """32 hex digits, the same for the same fault in the next build: versions, layers and lines are left out.

    `--baseline` compares these; JSON reports have them as `known_as`, SARIF as partialFingerprints.
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
