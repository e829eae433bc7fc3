"""Text of strangers: visible, on one line, and without a credential."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outrider.model.licence import expression
from outrider.report.harmless import harmless, html, is_link, json_text
from outrider.report.instants import instant


@given(st.text(st.characters()))
def test_what_is_shown_prints(text: str) -> None:
    assert harmless(text).isprintable()
    assert not set(html(text)) & set("<>\"'")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31m", "\\x1b[31m"),
        ("a\nb\tc", "a\\nb\\tc"),
        ("\u202e", "\\u202e"),
        ("\u00a0", " "),
        ("\udc80", "\\udc80"),
        ("naïve 界", "naïve 界"),
        ("x" * 3000, "x" * 1999 + "…"),
    ],
)
def test_escapes(text: str, shown: str) -> None:
    assert harmless(text) == shown


@settings(max_examples=30)
@given(
    st.recursive(st.text(st.characters()), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))
)
def test_json_is_ascii_and_reads(value: object) -> None:
    text = json_text({"value": value}, 3)
    assert text.isascii()
    json.dumps(json.loads(text), ensure_ascii=False).encode()
    assert json.loads(text) == json.loads(json_text({"value": value}, 0))


@pytest.mark.parametrize(
    "text", ["javascript:alert(1)", "http://a b", 'https://"', "https://a\n", "https://%zz", "//a", ""]
)
def test_no_link(text: str) -> None:
    assert not is_link(text)


def test_link() -> None:
    assert is_link("https://example.org/a?b=%20#c")


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("mit", "MIT"),
        ("MIT or (Apache-2.0 and ISC)", "MIT OR (Apache-2.0 AND ISC)"),
        ("GPL-2.0-or-later WITH Classpath-exception-2.0", "GPL-2.0-or-later WITH Classpath-exception-2.0"),
        ("Apache 2.0", ""),
        ("LicenseRef-mine", ""),
        ("", ""),
        ("(" * 1000, ""),
        ("MIT OR " * 1000, ""),
        ("MIT" + "\x00", ""),
        ("not", ""),
    ],
)
def test_licences(text: str, normal: str) -> None:
    assert expression(text) == normal


@given(st.text(max_size=80) | st.text("()MITandorwith -+.LicenseRef", max_size=80))
def test_any_licence_is_an_expression_or_not(text: str) -> None:
    normal = expression(text)
    assert normal == "" or expression(normal) == normal


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2024-05-02T08:09:10.123456789+02:00", "2024-05-02T06:09:10Z"),
        ("2024-05-02T08:09:10Z", "2024-05-02T08:09:10Z"),
        ("2024-05-02", "2024-05-02T00:00:00Z"),
        ("0001-01-01T00:00:00+14:00", ""),
        ("yesterday", ""),
        ("", ""),
    ],
)
def test_instants(text: str, time: str) -> None:
    assert instant(text) == time
