"""Thresholds on compliance packs."""

from collections.abc import Iterator

from outrider.model.finding import Answer, Check, Findings, Violation
from outrider.scan.gate.single import weight
from outrider.scan.gate.subject import Subject
from outrider.scan.gate.thresholds import Compliance, Thresholds, severity_of


def violations(
    findings: Findings, counted: tuple[Subject, ...], thresholds: Thresholds
) -> Iterator[Violation]:
    """What the packs that are asked for do not reach. `counted` has the failures that neither an ignore entry
    nor a baseline excuses."""
    failures = {one.finding.rule for one in counted if isinstance(one.finding, Check)}
    for pack, asked in sorted(thresholds.compliance.items()):
        checks = [check for check in findings.checks if any(name == pack for name, _ in check.controls)]
        if not checks:
            yield Violation(rule="compliance", words=f"nothing of the pack {pack} was checked", subject=pack)
            continue
        failed = [check for check in checks if check.answer is Answer.FAIL and check.rule in failures]
        passed = sum(check.answer is Answer.PASS for check in checks)
        yield from _of_pack(pack, asked, failed, passed)


def _of_pack(pack: str, asked: Compliance, failed: list[Check], passed: int) -> Iterator[Violation]:
    """One pack's share, and its severe failures."""
    applicable = passed + len(failed)
    if asked.minimum is not None and applicable and 100 * passed < asked.minimum * applicable:
        words = f"{pack}: {passed} of {applicable} checks pass, {asked.minimum:g} % are asked for"
        yield Violation(rule="compliance", words=words, subject=pack)
    if asked.severity is not None:
        for check in failed:
            if weight(check.severity) >= severity_of(asked.severity):
                words = f"{pack}: {check.title}: {check.severity.word}"
                yield Violation(rule="compliance", words=words, subject=check.rule)
