import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.errors import InvalidInput
from outrider.model.finding import Severity
from outrider.scan.gate.baseline import baseline
from outrider.scan.gate.ignore import ignores, sort_out
from outrider.scan.gate.subject import subjects
from outrider.scan.gate.thresholds import fail_on, thresholds
from tests.unit.scan.gate.made import TODAY, findings, secret, vulnerability

TEMPLATES = Path(__file__).parents[4] / "templates" / "scan"


class TestThresholds:
    def test_the_template_is_valid_and_uses_every_field(self) -> None:
        document = thresholds((TEMPLATES / "thresholds.yaml").read_text())
        assert set(document.model_fields_set) == set(type(document).model_fields)

    def test_json_is_taken_too(self) -> None:
        assert thresholds('{"severity": "high"}') == fail_on(Severity.HIGH)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "{}",
            "[]",
            "null",
            "version: 1",
            "{fixable_only: true, grace_days: 3}",
            "exploited: false",
            "compliance: {}",
        ],
    )
    def test_what_cannot_fail_is_refused(self, text: str) -> None:
        with pytest.raises(InvalidInput):
            thresholds(text)

    def test_a_misspelt_name_is_told_with_the_nearest(self) -> None:
        with pytest.raises(InvalidInput) as caught:
            thresholds("{severity: high, fixable_onyl: true}")
        assert "fixable_onyl" in caught.value.message
        assert caught.value.hint == "did you mean `fixable_only`?"

    @pytest.mark.parametrize(
        "text",
        [
            "severity: unknown",
            "severity: HIGH!",
            "epss: 1.5",
            "epss: .nan",
            "risk: -1",
            "grace_days: 1.5",
            "compliance: {cis: {}}",
            "compliance: {cis: {minimum: 0}}",
            "secrets: {confidence: sure}",
            "version: 2\nseverity: high",
            "severity: high\nseverity: low",
            "a: &x [*x]",
            "x: " + "[" * 100 + "]" * 100,
            "severity: !!python/object:os.system x",
            "severity: !!int ''",
            "\x00",
        ],
    )
    def test_nonsense_is_refused(self, text: str) -> None:
        with pytest.raises(InvalidInput):
            thresholds(text)


class TestIgnore:
    def test_the_template_is_valid(self) -> None:
        assert len(ignores((TEMPLATES / "ignore.yaml").read_text())) == 3

    @pytest.mark.parametrize(
        "entry",
        [
            "{id: CVE-1}",
            "{id: CVE-1, reason: ''}",
            "{id: CVE-1, reason: '  '}",
            "{reason: because}",
            "{id: '', reason: because}",
            "{id: CVE-1, reason: because, expires: tomorrow}",
            "{id: CVE-1, reason: because, expires: 2026-02-30}",
            "{id: CVE-1, reason: because, until: 2026-01-01}",
            "{path: 'a\\', reason: because}",
        ],
    )
    def test_an_entry_that_says_too_little_is_refused(self, entry: str) -> None:
        with pytest.raises(InvalidInput):
            ignores(f"ignore: [{entry}]")

    @pytest.mark.parametrize(
        ("entry", "fits"),
        [
            ("id: CVE-2026-1", True),
            ("id: CVE-2026-2", False),
            ("package: openssl", True),
            ("package: 'open*'", True),
            ("{id: CVE-2026-1, package: curl}", False),
            ("path: '/var/**'", True),
            ("path: /var", False),
            ("rule: CVE-2026-1", True),
        ],
    )
    def test_all_that_is_named_must_fit(self, entry: str, fits: bool) -> None:
        inner = entry.strip("{}")
        entries = ignores(f"ignore: [{{{inner}, reason: r}}]")
        done = sort_out(subjects(findings(vulnerability())), entries, TODAY)
        assert (len(done.ignored) == 1) is fits
        assert ("fits nothing" in "".join(done.notes)) is not fits

    def test_a_secret_by_its_fingerprint(self) -> None:
        entries = ignores("ignore: [{fingerprint: ab, path: '/app/*', reason: r}]")
        assert sort_out(subjects(findings(secret())), entries, TODAY).counted == ()


class TestBaseline:
    def test_a_report_of_ours(self) -> None:
        known = [subject.identity for subject in subjects(findings(vulnerability(), secret()))]
        report = {
            "schema": 1,
            "vulnerabilities": [{"id": "CVE-2026-1", "known_as": known[0]}],
            "secrets": [{"rule": "npm-token", "known_as": known[1]}],
            "checks": [
                {"rule": "a", "answer": "pass", "known_as": "0" * 32},
                {"rule": "b", "answer": "fail", "known_as": "1" * 32},
            ],
        }
        assert baseline(json.dumps(report)) == {*known, "1" * 32}

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "[]",
            "{}",
            '{"vulnerabilities": []}',
            '{"vulnerabilities": [{}], "secrets": [], "checks": []}',
            '{"vulnerabilities": [3], "secrets": [], "checks": []}',
            '{"baseline": 7}',
            '{"baseline": "abc"}',
            '{"baseline": ["short"]}',
            '{"baseline": [["x"]]}',
        ],
    )
    def test_what_is_no_report_is_refused(self, text: str) -> None:
        with pytest.raises(InvalidInput):
            baseline(text)


@given(
    st.text(max_size=200)
    | st.from_regex(r"(ignore|severity|version): [\[{]?[a-z:, &*!\"'\-]{0,40}[\]}]?", fullmatch=True)
)
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in (thresholds, ignores, baseline):
        with contextlib.suppress(InvalidInput):
            read(text)
