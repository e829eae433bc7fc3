import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider import limits
from outrider.errors import InvalidInput
from outrider.model.finding import Score, Severity
from outrider.scan.matching import severity

V2 = "AV:N/AC:L/Au:N/C:P/I:P/A:P"
V3 = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
V4 = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"


@pytest.mark.parametrize(
    ("vector", "version", "base", "rating"),
    [
        (V2, "2.0", 7.5, Severity.HIGH),
        ("(AV:N/AC:L/Au:N/C:C/I:C/A:C)", "2.0", 10.0, Severity.HIGH),
        ("CVSS:3.0/AV:L/AC:H/PR:L/UI:R/S:U/C:L/I:N/A:N", "3.0", 2.2, Severity.LOW),
        (V3, "3.1", 9.8, Severity.CRITICAL),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", "3.1", 0.0, Severity.NEGLIGIBLE),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", "3.1", 6.1, Severity.MEDIUM),
        (V4, "4.0", 9.3, Severity.CRITICAL),
        (f"{V4}/E:U", "4.0", 9.3, Severity.CRITICAL),
    ],
)
def test_scores(vector: str, version: str, base: float, rating: Severity) -> None:
    score = severity.score(vector, "nvd")
    assert (score.version, score.base, score.source) == (version, base, "nvd")
    assert severity.of_score(score) == rating


@pytest.mark.parametrize(
    "vector", ["", "9.8", "CVSS:3.1/AV:N", "CVSS:5.0/AV:N", "AV:N/AC:L", "(" * 40, "\x00"]
)
def test_what_is_no_vector(vector: str) -> None:
    with pytest.raises(InvalidInput):
        severity.score(vector)


@given(st.text("ACUPRISNLHVE:/.0123456789()", max_size=80) | st.text(max_size=40))
def test_any_text_gives_a_score_or_our_error(text: str) -> None:
    for start in ("", "CVSS:3.1/", "CVSS:4.0/", V3, V4 + "/"):
        try:
            assert 0 <= severity.score(start + text).base <= 10
        except InvalidInput:
            continue


def test_length_is_capped() -> None:
    with pytest.raises(InvalidInput):
        severity.score("CVSS:3.1/" + "A" * limits.CVSS_VECTOR)


@pytest.mark.parametrize(
    ("word", "rating"),
    [
        ("Important", Severity.HIGH),
        ("MODERATE", Severity.MEDIUM),
        ("medium**", Severity.MEDIUM),
        ("unimportant", Severity.NEGLIGIBLE),
        ("not yet assigned", Severity.UNKNOWN),
        ("untriaged", Severity.UNKNOWN),
        ("", Severity.UNKNOWN),
    ],
)
def test_words(word: str, rating: Severity) -> None:
    assert severity.rating(word) == rating


def test_the_vendors_word_comes_first_then_the_newest_score() -> None:
    known = severity.scores([(V2, "nvd"), ("broken", "nvd"), (V3, "nvd")])
    assert [score.version for score in known] == ["3.1", "2.0"]
    assert severity.decide([("", "debian"), ("low", "debian")], known) == (Severity.LOW, "debian")
    assert severity.decide([("end-of-life", "debian")], known) == (Severity.CRITICAL, "nvd CVSS 3.1")
    assert severity.decide([], []) == (Severity.UNKNOWN, "")
    assert severity.decide([], [Score("2.0", V2, 3.9)]) == (Severity.LOW, "CVSS 2.0")
