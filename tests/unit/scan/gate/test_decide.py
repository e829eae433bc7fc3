from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.model.finding import Answer, DatabaseFact, Findings, Secret, Severity, Vulnerability
from outrider.model.outcome import Covered, Failed, Skipped
from outrider.scan.gate.baseline import baseline, written
from outrider.scan.gate.decide import Decision, decide
from outrider.scan.gate.ignore import ignores
from outrider.scan.gate.thresholds import fail_on, thresholds
from tests.unit.scan.gate.made import LOOKED, OPENSSL, TODAY, check, findings, secret, vulnerability


def rules(decision: Decision) -> list[str]:
    return [violation.rule for violation in decision.violations]


def gate(text: str, found: Findings, **more: object) -> list[str]:
    return rules(decide(found, LOOKED, thresholds(text), today=TODAY, **more))  # type: ignore[arg-type]


class TestVulnerabilities:
    def test_severity(self) -> None:
        assert gate("severity: high", findings(vulnerability())) == ["severity"]
        assert gate("severity: critical", findings(vulnerability())) == []

    def test_one_that_nobody_rated_counts_as_high_and_is_told(self) -> None:
        unrated = findings(vulnerability(severity=Severity.UNKNOWN))
        assert gate("severity: medium", unrated) == gate("severity: high", unrated) == ["severity"]
        decision = decide(unrated, LOOKED, fail_on(Severity.CRITICAL), today=TODAY)
        assert decision.passed
        assert "nobody knows" in decision.notes[0]

    def test_exploited_counts_without_a_fix_and_within_the_days_of_grace(self) -> None:
        found = findings(vulnerability(fixed=False, published="2026-11-26", exploited=True))
        assert gate("{severity: low, exploited: true, fixable_only: true, grace_days: 30}", found) == [
            "exploited"
        ]

    def test_without_a_fix(self) -> None:
        found = findings(vulnerability(fixed=False))
        assert gate("{severity: high, fixable_only: true}", found) == []
        assert gate("severity: high", found) == ["severity"]

    @pytest.mark.parametrize(
        ("published", "fails"),
        [
            ("2026-11-21", False),
            ("2026-11-20", True),
            ("", True),
            ("soon", True),
            ("2026-11-21T10:00:00Z", False),
        ],
    )
    def test_days_of_grace(self, published: str, fails: bool) -> None:
        found = findings(vulnerability(published=published))
        assert gate("{severity: high, grace_days: 7}", found) == ["severity"] * fails

    def test_epss_and_risk_are_exceeded_not_reached(self) -> None:
        found = findings(vulnerability(epss=0.5, risk=80.0))
        assert gate("{epss: 0.5, risk: 80}", found) == []
        assert gate("{epss: 0.4, risk: 79.9}", found) == ["epss", "risk"]


class TestSecrets:
    def test_by_severity_and_confidence(self) -> None:
        assert gate("secrets: {severity: high}", findings(secret())) == ["secrets"]
        assert gate("secrets: {severity: critical}", findings(secret())) == []
        assert gate("secrets: {confidence: high}", findings(secret())) == []
        assert gate("secrets: {confidence: low}", findings(secret(confidence="low"))) == ["secrets"]

    def test_doubtful_ones_do_not_fail_on_severity_alone(self) -> None:
        assert gate("severity: high", findings(secret())) == ["severity"]
        assert gate("severity: high", findings(secret(confidence="low"))) == []


class TestCompliance:
    def test_share(self) -> None:
        found = findings(check(), check("b", Answer.PASS), check("c", Answer.NOT_APPLICABLE))
        assert gate("compliance: {cis: {minimum: 50}}", found) == []
        assert gate("compliance: {cis: {minimum: 51}}", found) == ["compliance"]

    def test_severity(self) -> None:
        assert gate("compliance: {cis: {severity: medium}}", findings(check())) == ["compliance"]
        assert gate("compliance: {cis: {severity: high}}", findings(check())) == []

    def test_a_pack_that_was_not_checked_fails(self) -> None:
        assert gate("compliance: {hipaa: {severity: high}}", findings(check())) == ["compliance"]


class TestArtifact:
    def test_end_of_life(self) -> None:
        text, rule = "end_of_life: true", "is_a_supported_release"
        assert gate(text, findings(check(rule))) == ["end-of-life"]
        assert gate(text, findings(check(rule, Answer.PASS))) == []
        assert gate(text, findings()) == ["end-of-life"]
        assert gate(text, findings(), end_of_life="2024-06-30") == ["end-of-life"]
        assert gate(text, findings(), end_of_life="") == []

    def test_end_of_life_told_by_matching(self) -> None:
        outcomes = (Covered("os packages", "EOL_OS debian 9"),)
        decision = decide(findings(), outcomes, thresholds("end_of_life: true"), today=TODAY)
        assert rules(decision) == ["end-of-life"]

    @pytest.mark.parametrize(
        "outcomes",
        [
            (),
            (Skipped("x", "on purpose"),),
            (*LOOKED, Failed("x", "cut")),
            (*LOOKED, Skipped("x", "PARTIAL: limit")),
        ],
    )
    def test_what_was_not_looked_at(self, outcomes: tuple[Covered | Skipped | Failed, ...]) -> None:
        assert "unknown" in rules(decide(findings(), outcomes, thresholds("unknown: true"), today=TODAY))
        assert decide(findings(), outcomes, thresholds("severity: high"), today=TODAY).passed

    def test_the_database(self) -> None:
        assert gate("database_days: 3", findings()) == ["database"]
        old = replace(findings(), database=DatabaseFact(age_days=3.5))
        assert gate("database_days: 3", old) == ["database"]
        assert gate("database_days: 4", old) == []


class TestExcused:
    def test_an_ignored_finding_is_told_and_does_not_count(self) -> None:
        entries = ignores("ignore: [{id: CVE-2026-1, reason: not reachable, owner: me, expires: 2026-11-27}]")
        decision = decide(
            findings(vulnerability()), LOOKED, thresholds("severity: low"), entries, today=TODAY
        )
        assert decision.passed
        (ignored,) = decision.ignored
        assert (ignored.subject, ignored.owner) == ("CVE-2026-1 in openssl 3.0.1", "me")
        assert decision.notes == ()

    def test_an_entry_that_ended_counts_again_and_is_told(self) -> None:
        entries = ignores("ignore: [{id: CVE-2026-1, reason: not reachable, expires: 2026-11-26}]")
        decision = decide(
            findings(vulnerability()), LOOKED, thresholds("severity: low"), entries, today=TODAY
        )
        assert rules(decision) == ["severity"]
        assert "ended on 2026-11-26" in decision.notes[0]

    def test_an_ignored_check_does_not_lower_the_share(self) -> None:
        entries = ignores("ignore: [{rule: runs_as_non_root, reason: it gives up root}]")
        found = findings(check(), check("b", Answer.PASS))
        text = thresholds("compliance: {cis: {minimum: 100, severity: low}}")
        assert decide(found, LOOKED, text, entries, today=TODAY).passed

    def test_only_new_ones_fail(self) -> None:
        before = findings(vulnerability(), secret(), check())
        known = baseline(written(before))
        moved = replace(vulnerability(), package=replace(OPENSSL, version="3.0.9", layer=7))
        after = findings(moved, replace(secret(), line=99, layer=2), check(), vulnerability("CVE-2026-2"))
        decision = decide(after, LOOKED, fail_on(Severity.LOW), baseline=known, today=TODAY)
        assert [violation.subject for violation in decision.violations] == ["CVE-2026-2 in openssl 3.0.1"]
        assert decision.notes[0] == "known before, by the baseline, and not counted: 3"


severities = st.sampled_from(list(Severity))
some_vulnerability = st.builds(
    vulnerability,
    st.sampled_from(["CVE-2026-1", "CVE-2026-2", "CVE-2026-3"]),
    severities,
    fixed=st.booleans(),
    published=st.sampled_from(["", "2026-01-01", "2026-11-26", "nonsense"]),
    exploited=st.booleans(),
    epss=st.none() | st.floats(0, 1),
    risk=st.floats(0, 100),
)
some_secret = st.builds(
    secret, st.sampled_from(["a", "b"]), st.sampled_from(["low", "medium", "high"]), severities
)
some_check = st.builds(check, st.sampled_from(["x", "y", "z"]), st.just(Answer.FAIL), severities)
finding = some_vulnerability | some_secret | some_check
TEXTS = (
    "severity: high",
    "{severity: low, fixable_only: true, grace_days: 30}",
    "{exploited: true, epss: 0.2, risk: 50}",
    "secrets: {confidence: low}",
    "compliance: {cis: {minimum: 60, severity: high}}",
    "{unknown: true, database_days: 3}",
)
base = findings(check("always", Answer.PASS))


class TestProperties:
    @given(st.lists(finding, max_size=6), finding, st.sampled_from(TEXTS))
    def test_one_finding_more_never_lets_pass(
        self, some: list[Vulnerability | Secret], more: Vulnerability | Secret, text: str
    ) -> None:
        fewer = decide(self.with_base(some), LOOKED, thresholds(text), today=TODAY)
        with_it = decide(self.with_base([*some, more]), LOOKED, thresholds(text), today=TODAY)
        assert fewer.passed or not with_it.passed

    @given(st.lists(finding, max_size=6), st.sampled_from(TEXTS), st.integers(0, 400))
    def test_a_baseline_or_an_ignore_entry_never_makes_it_fail(
        self, some: list[Vulnerability | Secret], text: str, days: int
    ) -> None:
        found, asked = self.with_base(some), thresholds(text)
        plain = decide(found, LOOKED, asked, today=TODAY)
        entries = ignores(f"ignore: [{{id: CVE-2026-1, reason: r, expires: {TODAY + timedelta(days)}}}]")
        eased = decide(found, LOOKED, asked, entries, baseline(written(findings(*some[:2]))), today=TODAY)
        assert eased.passed or not plain.passed

    @given(st.lists(finding, max_size=6), st.sampled_from(TEXTS))
    def test_what_is_in_the_baseline_never_fails_alone(
        self, some: list[Vulnerability | Secret], text: str
    ) -> None:
        found = self.with_base(some)
        decision = decide(found, LOOKED, thresholds(text), (), baseline(written(found)), today=TODAY)
        assert {violation.rule for violation in decision.violations} <= {"database"}

    @given(st.lists(finding, max_size=6), st.sampled_from(TEXTS))
    def test_every_violation_has_words(self, some: list[Vulnerability | Secret], text: str) -> None:
        for violation in decide(self.with_base(some), (), thresholds(text), today=TODAY).violations:
            assert violation.words
            assert violation.rule

    @staticmethod
    def with_base(some: list[Vulnerability | Secret]) -> Findings:
        found = findings(*some)
        return replace(found, checks=(*base.checks, *found.checks))
