"""What every secret pattern promises, asked of each by the same test."""

import time

import pytest

from outrider.scan.secrets.pattern import Find, Pattern
from outrider.scan.secrets.registry import PATTERNS
from outrider.scan.secrets.search import search
from tests.contracts.secret_examples import written_out

MEBIBYTE = 1 << 20


def example(pattern: Pattern) -> str:
    return written_out(pattern.example, pattern.name)


def test_there_are_as_many_as_promised_and_names_are_unique() -> None:
    assert len(PATTERNS) >= 60
    assert len({pattern.name for pattern in PATTERNS}) == len(PATTERNS)


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.name)
class TestEach:
    def test_its_example_is_found_once_and_by_it_alone(self, pattern: Pattern) -> None:
        text = example(pattern)
        (secret,) = search(pattern.path, [text.encode()])
        assert secret.rule == pattern.name
        assert secret.title == pattern.title
        assert secret.path == "/" + pattern.path

    def test_it_is_found_in_the_midst_of_other_text_and_on_its_line(self, pattern: Pattern) -> None:
        if pattern.regex.pattern.startswith(rb"\A"):
            return  # it is about a whole file
        text = "# a line\n# another\n" + example(pattern) + "\n# the end\n"
        (secret,) = search(pattern.path, [text.encode()])
        before = pattern.regex.search(text.encode())
        assert before is not None
        assert secret.line == text.encode().count(b"\n", 0, before.start("secret")) + 1

    def test_look_alikes_are_not_found(self, pattern: Pattern) -> None:
        assert pattern.lookalikes
        for number, lookalike in enumerate(pattern.lookalikes):
            text = written_out(lookalike, f"{pattern.name}/{number}")
            found = [
                secret for secret in search(pattern.path, [text.encode()]) if secret.rule == pattern.name
            ]
            assert found == [], text

    def test_a_keyword_is_in_the_example(self, pattern: Pattern) -> None:
        text = example(pattern).encode()
        assert pattern.keywords
        if pattern.find is Find.STARTS:
            assert any(keyword in text for keyword in pattern.keywords)
        else:
            assert any(keyword in text.lower() for keyword in pattern.keywords)
            assert all(keyword == keyword.lower() for keyword in pattern.keywords)

    def test_the_credential_is_not_shown(self, pattern: Pattern) -> None:
        text = example(pattern)
        match = pattern.regex.search(text.encode())
        assert match is not None
        credential = match["secret"].decode()
        (secret,) = search(pattern.path, [text.encode()])
        shown = secret.redacted.replace("*", "")
        assert len(shown) <= 6
        assert len(credential) - len(shown) >= min(len(credential), 10)
        assert credential not in repr(secret)

    def test_its_expression_is_linear(self, pattern: Pattern) -> None:
        """32 KiB of what it likes best, and of what nearly matches: at the speed of a mebibyte in 4 s."""
        self.look_at_hostile_text(pattern, 32 << 10, 4 / 32)

    @pytest.mark.long
    def test_a_mebibyte_is_linear_too(self, pattern: Pattern) -> None:
        self.look_at_hostile_text(pattern, MEBIBYTE, 4)

    def look_at_hostile_text(self, pattern: Pattern, size: int, seconds: float) -> None:
        text = example(pattern).encode()
        keyword = pattern.keywords[0]
        for hostile in (
            keyword,
            keyword + b" ",
            keyword + b"=" + b"a1" * 12 + b"\n",
            text[:-1] + b"!",
            text[: len(text) // 2],
            text,
        ):
            data = (hostile * (size // len(hostile) + 1))[:size]
            begin = time.process_time()
            for _ in pattern.regex.finditer(data):
                pass
            assert time.process_time() - begin < seconds, hostile

    def test_it_is_documented(self, pattern: Pattern) -> None:
        assert pattern.reference.startswith("https://")
        assert pattern.confidence in {"low", "medium", "high"}
        assert pattern.name == pattern.name.lower().replace("_", "-")
