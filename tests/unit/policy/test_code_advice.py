"""Rules about an interpreter's arguments that look safe and are not: `policy check` says what passes."""

import pytest

from outrider.policy.advice import advise
from outrider.policy.document import parse

PYTHON = "{kind: exec, action: allow, target: /usr/bin/python3*, arguments: [%s], why: x}"
SHELL = "{kind: exec, action: %s, target: /bin/sh, arguments: [%s], why: x}"
ANY_SHELL = "{kind: exec, action: allow, target: /bin/sh, why: x}"


def advice(*rules: str, default: str = "block") -> list[tuple[int, str]]:
    container = f"{{mode: block, defaults: {{exec: {default}}}, rules: [{', '.join(rules)}]}}"
    found = advise(parse(f"version: 1\nworkload: w\ncounter: 1\ncontainers:\n  c: {container}"))
    return [(one.rule, one.words) for one in found]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ('"**"', "`-c CODE`"),
        ('"*"', "`-cCODE`, `-`, `/dev/stdin`"),
        ('-u, "**"', "`-u -c CODE`"),
        ('-W, ignore, "**"', "`-W ignore -c CODE`"),
        ('"-*", "*"', "`-c CODE`"),
        ('"-*", /srv/app.py', "`-cCODE /srv/app.py`"),
        ('"**", /srv/app.py', "`-c CODE /srv/app.py`"),
        ('--, "**"', "`-- /dev/stdin`"),
        ("", "what comes in at its input"),
        ('-m, "*"', "any module"),
        ('-I, -m, "*", "**"', "any module"),
        ('-m, gunicorn, "**"', "put -I before -m"),
        ('app.py, "**"', "write its whole path"),
        ('"/srv/**"', "matches `..` too"),
    ],
)
def test_what_looks_safe_and_is_not(arguments: str, said: str) -> None:
    [(rule, words)] = advice(PYTHON % arguments)
    assert rule == 1 and said in words, words


@pytest.mark.parametrize(
    "arguments",
    [
        '/srv/app.py, "**"', "/srv/*.py", '-u, /srv/app.py, "**"', '-W, ignore, /srv/app.py, "**"',
        '-I, -m, gunicorn, "**"', '-Im, gunicorn, "**"', '--, /srv/app.py, "**"', '-c, "print(1)"',
    ],
)  # fmt: skip
def test_what_is_safe(arguments: str) -> None:
    assert advice(PYTHON % arguments) == []


def test_a_list_of_what_may_not_be_leaves_something_out() -> None:
    [(rule, words)] = advice(SHELL % ("block", '-c, "**"'), ANY_SHELL)
    assert rule == 1 and "`-ec CODE`" in words and "list what may be" in words
    [(_, words)] = advice(SHELL % ("block", '"**", "-**c**", "**"'), ANY_SHELL)
    assert "its input" in words and "CODE" not in words
    assert advice(SHELL % ("block", '-c, "**"'), SHELL % ("allow", '/srv/run, "**"')) == []
    assert advice(SHELL % ("block", '"/tmp/**", "**"'), ANY_SHELL) == [], "it is not about code"


def test_what_an_earlier_rule_stops_is_not_said_of_a_later_one() -> None:
    rules = (SHELL % ("block", '"**", "-**c**", "**"'), SHELL % ("allow", '-e, "**"'))
    assert not any("-c" in words for rule, words in advice(*rules) if rule == 2)
    assert any("`-e -c CODE`" in words for _, words in advice(rules[1]))


def test_a_default_that_allows_is_taken_into_account() -> None:
    node = "{kind: exec, action: block, target: /usr/bin/node, arguments: [-e, '**'], why: x}"
    assert any("`--eval=CODE`" in words for _, words in advice(node, default="allow"))
    assert advice(node) == []


def test_other_programs_are_no_interpreters() -> None:
    assert advice("{kind: exec, action: allow, target: /usr/bin/tool, arguments: ['**'], why: x}") == []
