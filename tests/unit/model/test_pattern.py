"""The pattern language: against an oracle that tries everything, and never slow."""

from functools import cache

from hypothesis import example, given, settings
from hypothesis import strategies as st

from outrider.model.pattern import is_literal, matches, problem, quote, unquote

TEXTS = st.text(alphabet="ab/*?\\é\n.", max_size=14)
PATTERNS = st.lists(
    st.sampled_from(["a", "b", "/", "*", "**", "***", "?", "\\*", "\\?", "\\\\", "\\a", "é", "."]), max_size=9
)


def oracle(pattern: str, text: str) -> bool:
    """Matches by trying every length for every star."""
    raw, subject = pattern.encode(), text.encode()

    @cache
    def at(place: int, start: int) -> bool:  # noqa: PLR0911 - one line a kind of token
        if place == len(raw):
            return start == len(subject)
        if raw[place : place + 2] == b"**":
            return any(at(place + 2, end) for end in range(start, len(subject) + 1))
        if raw[place : place + 1] == b"*":
            ends = range(start, len(subject) + 1)
            return any(at(place + 1, end) for end in ends if b"/" not in subject[start:end])
        if start == len(subject):
            return False
        if raw[place : place + 1] == b"\\" and place + 1 < len(raw):
            return raw[place + 1] == subject[start] and at(place + 2, start + 1)
        if raw[place : place + 1] == b"?":
            return subject[start] != ord("/") and at(place + 1, start + 1)
        return raw[place] == subject[start] and at(place + 1, start + 1)

    return at(0, 0)


@settings(max_examples=1000)
@given(PATTERNS.map("".join), TEXTS)
@example("a**b*c", "a/b/bXc")
@example("*a/*b", "xa/ab")
@example("\\", "\\")
def test_matching_is_what_the_oracle_says(pattern: str, text: str) -> None:
    assert matches(pattern.encode(), text.encode()) == oracle(pattern, text)


@settings(max_examples=300)
@given(TEXTS)
def test_a_text_matches_its_own_quotation_only(text: str) -> None:
    pattern = quote(text)
    assert problem(pattern, 1024) == ""
    if "\\x" not in text:
        assert is_literal(pattern)
        assert unquote(pattern) == text
    assert matches(pattern.encode(), text.encode())
    assert not matches(pattern.encode(), text.encode() + b"x")


def test_a_byte_that_is_not_utf_8_is_one_question_mark() -> None:
    shown = b"/tmp/\xff\xfe".decode("utf-8", "backslashreplace")
    assert quote(shown) == "/tmp/??"
    assert matches(quote(shown).encode(), b"/tmp/\xff\xfe")


def test_the_worst_patterns_end() -> None:
    text = b"a" * 4000
    assert not matches(b"*a" * 500 + b"b", text)
    assert not matches(b"**a" * 340 + b"b", text)
    assert not matches(b"**a*a" * 200 + b"/b", text)


@given(TEXTS)
def test_literals_have_no_wildcards(text: str) -> None:
    if is_literal(text):
        assert matches(text.encode(), unquote(text).encode()) or text.endswith("\\")
    else:
        assert "*" in text or "?" in text


def test_problems_are_said() -> None:
    assert "NUL" in problem("a\0", 10)
    assert "Unicode" in problem("a\ud800", 10)
    assert "11 bytes" in problem("x" * 11, 10)
    assert "backslash" in problem("a\\", 10)
    assert problem("a\\\\", 10) == ""
