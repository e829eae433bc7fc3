"""What findings are called at the gate: in violations, in ignore entries and in baselines."""

from dataclasses import dataclass

from outrider.model.finding import Answer, Findings
from outrider.model.identity import Finding, identity_of, words_of


@dataclass(frozen=True, slots=True)
class Subject:
    """One finding, as the gate sees it."""

    finding: Finding
    names: frozenset[str]
    """What an ignore entry may call it: id and aliases, rule, fingerprint."""
    path: str
    package: str = ""
    """Its label, for vulnerabilities."""

    @property
    def words(self) -> str:
        """For people: `CVE-2024-1 in openssl 3.0.1`."""
        return words_of(self.finding)

    @property
    def identity(self) -> str:
        """By which the same fault is known in the next build."""
        return identity_of(self.finding)


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
