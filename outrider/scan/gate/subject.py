"""What findings are called at the gate: in violations, in ignore entries and in baselines."""

import hashlib
from dataclasses import dataclass

from outrider.model.finding import Answer, Check, Findings, Secret, Vulnerability


@dataclass(frozen=True, slots=True)
class Subject:
    """One finding, as the gate sees it."""

    finding: Vulnerability | Secret | Check
    names: frozenset[str]
    """What an ignore entry may call it: id and aliases, rule, fingerprint."""
    path: str
    package: str = ""
    """Its label, for vulnerabilities."""

    @property
    def words(self) -> str:
        """For people: `CVE-2024-1 in openssl 3.0.1`."""
        finding = self.finding
        if isinstance(finding, Vulnerability):
            return f"{finding.id} in {finding.package.label} {finding.package.version}"
        if isinstance(finding, Secret):
            line = f":{finding.line}" if finding.line else ""
            return f"{finding.rule} in {finding.path}{line}"
        return finding.rule

    @property
    def identity(self) -> str:
        """32 hex digits, the same for the same fault in the next build: no versions, layers and lines.

        JSON reports have it as `known_as`: both sides are held together by a test.
        """
        finding = self.finding
        if isinstance(finding, Vulnerability):
            package = finding.package
            return _hashed(
                "vulnerability", finding.id, package.type, package.namespace, package.name, package.path
            )
        if isinstance(finding, Secret):
            return _hashed("secret", finding.rule, finding.path, finding.fingerprint)
        return _hashed("check", finding.rule)


def subjects(findings: Findings) -> tuple[Subject, ...]:
    """Everything that is wrong, in its order; checks only where they failed."""
    return (
        *(
            Subject(
                one, frozenset({one.id, *one.aliases, *one.advisories}), one.package.path, one.package.label
            )
            for one in findings.vulnerabilities
        ),
        *(Subject(one, frozenset({one.rule, one.fingerprint}) - {""}, one.path) for one in findings.secrets),
        *(Subject(one, frozenset({one.rule}), "") for one in findings.checks if one.answer is Answer.FAIL),
    )


def _hashed(*parts: str) -> str:
    """Half of SHA-256 over the parts."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
