"""Rules for a time: how they are read, compiled, compared, advised on."""

import pytest

from outrider.errors import InvalidInput
from outrider.policy.advice import advise
from outrider.policy.diff import Effect, What, diff
from outrider.policy.document import PolicyDocument, parse, to_yaml
from outrider.policy.lowering import lower, policy_id

HEAD = "version: 1\nworkload: shop\ncounter: 1\ncontainers:\n  web:\n    mode: block\n"
RULES = "    rules:\n    - {kind: exec, action: allow, target: /bin/ls, why: lists}\n"
EXCEPTION = """    exceptions:
    - owner: kim
      expires: 2026-12-24T18:00:00Z
      rule: {kind: exec, action: allow, target: "/bin/*", why: ticket 4711}
"""
END = 1798135200


def written(*parts: str) -> PolicyDocument:
    return parse(HEAD + "".join(parts))


def test_it_is_read_compiled_and_written() -> None:
    document = written(RULES, EXCEPTION)
    assert parse(to_yaml(document)) == document
    first, second = lower(document, "web").rules
    assert (first.id, first.expires, first.target) == (2, END, b"/bin/*")
    assert (second.id, second.expires) == (1, 0)
    assert [rule.target for rule in document.container("web").numbered] == ["/bin/ls", "/bin/*"]


def test_a_policy_without_any_keeps_its_id() -> None:
    assert "exceptions" not in written(RULES).container("web").model_dump()
    assert policy_id(written(RULES), "web") != policy_id(written(RULES, EXCEPTION), "web")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("owner: kim", "owner: ''"),
        ("owner: kim", "nobody: kim"),
        ("2026-12-24T18:00:00Z", "2026-12-24"),
        ("2026-12-24T18:00:00Z", "'2026-12-24T18:00:00+01:00'"),
        ("2026-12-24T18:00:00Z", "'2106-02-07T06:28:16Z'"),
        ("kind: exec", "kind: dance"),
    ],
)
def test_what_is_not_one(before: str, after: str) -> None:
    with pytest.raises(InvalidInput, match="not valid"):
        written(EXCEPTION.replace(before, after))


def test_a_rule_behind_one_is_reached_again() -> None:
    assert advise(written(RULES, EXCEPTION)) == ()
    twice = EXCEPTION + EXCEPTION.partition("\n")[2].replace("2026-12-24T18", "2026-12-24T17")
    (behind,) = advise(written(twice))
    assert "is never reached" in behind.words and behind.rule == 2


def test_one_that_is_over_is_told() -> None:
    document = written(RULES, EXCEPTION)
    assert advise(document, END - 1) == ()
    (over,) = advise(document, END)
    assert "kim is over since 2026-12-24T18:00:00Z" in over.words and over.rule == 2


def test_differences() -> None:
    (added,) = diff(written(RULES), written(RULES, EXCEPTION))
    assert (added.what, added.effect) == (What.ADDED, Effect.MORE)
    assert added.words == "until 2026-12-24T18:00:00Z any program may run /bin/* (kim)"
    longer = EXCEPTION.replace("2026", "2027")
    assert [one.what for one in diff(written(EXCEPTION), written(longer))] == [What.REMOVED, What.ADDED]


def test_a_rule_that_contradicts_an_earlier_one_says_so() -> None:
    rules = "    rules:\n    - {kind: exec, action: block, target: '/bin/*', why: no shell}\n" + RULES[11:]
    (advice,) = advise(written(rules))
    assert advice.words == "is never reached: rule 1, which says block, matches all that it matches"
