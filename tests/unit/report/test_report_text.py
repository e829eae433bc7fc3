"""The terminal report: it fits, says first what matters, and leaves colour to whoever prints it."""

from dataclasses import replace

import pytest
from golden import report_cases
from golden.report_hostile import NASTY, hostile
from hypothesis import given
from hypothesis import strategies as st

from outrider.model.finding import Answer, Check, Severity, Violation
from outrider.model.outcome import Failed, Skipped
from outrider.report import text
from outrider.report.cells import cut, width, wrap
from outrider.report.styled import Style, plain

WIDTHS = (40, 60, 80, 100, 132)


@pytest.mark.parametrize("columns", WIDTHS)
@pytest.mark.parametrize("details", [False, True])
def test_no_line_is_wider_than_asked(columns: int, details: bool) -> None:
    reports = [*report_cases.REPORTS.values(), *(hostile(report_cases.IMAGE, word) for word in NASTY)]
    for report in reports:
        for line in text.render(report, columns, details).splitlines():
            assert width(line) <= columns, line


def test_narrower_than_the_narrowest_is_not_narrower() -> None:
    assert text.render(report_cases.IMAGE, 1) == text.render(report_cases.IMAGE, text.NARROWEST)


def test_the_count_of_outcomes_is_the_first_line() -> None:
    for report in report_cases.REPORTS.values():
        first = text.render(report).splitlines()[0]
        assert first.endswith("failed")
        assert " covered, " in first


def test_lines_with_styles_say_the_same() -> None:
    for report in report_cases.REPORTS.values():
        assert plain(text.styled(report, 80, True)) == text.render(report, 80, True)


def test_colours_tell_severity_and_failure() -> None:
    spans = {words: style for line in text.styled(report_cases.IMAGE) for words, style in line}
    assert spans["PARTIAL: 4 covered, 1 skipped, 1 failed"] is Style.BAD
    upgrade = next(style for words, style in spans.items() if words.startswith("upgrade openssl"))
    assert upgrade is Style.CRITICAL
    assert next(style for words, style in spans.items() if "requests 2.19.0" in words) is Style.MEDIUM


def test_details_tell_everything_of_a_vulnerability() -> None:
    told = text.render(report_cases.IMAGE, 200, True)
    for words in ("EPSS 91.2%", "loaded", "GHSA-aaaa-bbbb-cccc", "X.509 parser", "fixed in 2.31.0, 3.0.0"):
        assert words in told
        assert words not in text.render(report_cases.IMAGE, 200)


def test_a_long_list_is_counted_not_dropped() -> None:
    outcomes = tuple(Skipped(f"file {number}", "too large") for number in range(20))
    violations = tuple(Violation(rule="severity", words=f"reason {number}") for number in range(30))
    report = replace(report_cases.IMAGE, outcomes=outcomes, violations=violations)
    told = text.render(report)
    assert "… and 12 more skipped" in told
    assert "… and 14 more reasons" in told
    everything = text.render(report, details=True)
    assert "file 19" in everything
    assert "reason 29" in everything


def test_a_failure_comes_before_what_was_skipped() -> None:
    report = replace(report_cases.EMPTY, outcomes=(Skipped("a", "b"), Failed("c", "d", "e")))
    lines = text.render(report).splitlines()
    assert lines[2:5] == ["  failed: c: d", "    hint: e", "  skipped: a: b"]


def test_nothing_looked_for_is_not_nothing_found() -> None:
    report = replace(report_cases.EMPTY, scanned=("compliance",))
    told = text.render(report)
    assert "vulnerabilities" not in told
    assert "0 secrets" not in told
    assert "0 secrets" in text.render(report_cases.EMPTY)


def test_unknown_severity_is_not_shown_as_harmless() -> None:
    found = report_cases.FOUND[3]
    unknown = replace(found, severity=Severity.UNKNOWN)
    findings = replace(report_cases.FUNCTION.findings, vulnerabilities=(unknown,))
    lines = text.styled(replace(report_cases.FUNCTION, findings=findings))
    assert (Style.MEDIUM) in {style for line in lines for words, style in line if "upgrade" in words}


@given(st.text(max_size=60), st.integers(1, 30))
def test_cutting_and_wrapping_keep_within_the_columns(words: str, columns: int) -> None:
    assert width(cut(words, columns)) <= max(columns, 0)
    for line in wrap(words, max(columns, 2)):
        assert width(line) <= max(columns, 2)
    assert "".join(wrap(words, max(columns, 2))).replace(" ", "") == words.replace(" ", "")


def test_wide_characters_take_two_columns() -> None:
    assert width("界a") == 3
    assert width("e\u0301") == 1
    assert cut("界界界", 5) == "界界…"


def test_a_reason_of_the_gate_says_nothing_twice() -> None:
    reasons = (
        Violation(rule="severity", words="severity high", subject="CVE-1 in a 1"),
        Violation(rule="compliance", words="cis-docker: 7 of 14 pass", subject="cis-docker"),
        Violation(rule="exploited", words="since May", subject="CVE-2 in b 1"),
    )
    lines = text.render(replace(report_cases.IMAGE, violations=reasons)).splitlines()
    assert "  severity high: CVE-1 in a 1" in lines
    assert "  compliance: cis-docker: 7 of 14 pass" in lines
    assert "  exploited: since May: CVE-2 in b 1" in lines


def test_evidence_that_is_not_shown_is_counted() -> None:
    check = Check(
        rule="r",
        title="t",
        answer=Answer.FAIL,
        severity=Severity.LOW,
        evidence=tuple(f"/bin/{n}" for n in "abcd"),
    )
    findings = replace(report_cases.IMAGE.findings, checks=(check,))
    shown = text.render(replace(report_cases.IMAGE, findings=findings))
    assert "/bin/b" in shown
    assert "/bin/c" not in shown
    assert "… and 2 more" in shown
