"""What changes between two policies, and what looks unintended in one."""

import pytest

from outrider.policy.advice import advise
from outrider.policy.diff import Effect, What, diff
from outrider.policy.document import PolicyDocument, parse
from outrider.policy.words import sentence

BASE = """
version: 1
workload: shop
counter: 3
containers:
  web:
    mode: alert
    rules:
    - {kind: exec, action: allow, program: /usr/sbin/nginx, target: /bin/sh, why: logs}
    - {kind: connect, action: allow, address: 10.0.0.0/8, port: 443, why: peers}
"""


def changed(old: str, new: str) -> PolicyDocument:
    assert old in BASE
    return parse(BASE.replace(old, new))


def test_no_difference() -> None:
    assert diff(parse(BASE), parse(BASE)) == ()


@pytest.mark.parametrize(
    ("old", "new", "what", "effect", "said"),
    [
        ("workload: shop", "workload: mall", What.CHANGED, Effect.SAME, "for mall, it was for shop"),
        ("counter: 3", "counter: 4", What.CHANGED, Effect.SAME, "from 3 to 4"),
        ("counter: 3", "counter: 2", What.CHANGED, Effect.SAME, "will refuse"),
        ("mode: alert", "mode: block", What.CHANGED, Effect.LESS, "mode block"),
        ("mode: alert", "mode: alert\n    report_allowed: true", What.CHANGED, Effect.SAME, "is reported"),
        (
            "mode: alert",
            "mode: alert\n    defaults: {exec: allow}",
            What.CHANGED,
            Effect.MORE,
            "programs started",
        ),
        ("why: logs", "why: rotation", What.CHANGED, Effect.SAME, "another reason"),
        (
            "    - {kind: exec",
            "    - {kind: bind, action: allow, why: x}\n    - {kind: exec",
            What.ADDED,
            Effect.MORE,
            "any address",
        ),
        (
            "    - {kind: exec",
            "    - {kind: bind, action: block, why: x}\n    - {kind: exec",
            What.ADDED,
            Effect.LESS,
            "may not",
        ),
        ("  web:", "  job: {mode: alert}\n  web:", What.ADDED, Effect.UNCLEAR, "gets a policy"),
    ],
)
def test_one_difference(old: str, new: str, what: What, effect: Effect, said: str) -> None:
    (change,) = diff(parse(BASE), changed(old, new))
    assert (change.what, change.effect) == (what, effect)
    assert said in change.words


def test_a_difference_the_other_way_round() -> None:
    wider = changed("mode: alert", "mode: alert\n    defaults: {exec: allow}")
    assert [change.effect for change in diff(wider, parse(BASE))] == [Effect.LESS]


def test_a_changed_rule_is_one_that_goes_and_one_that_comes() -> None:
    changes = diff(parse(BASE), changed("port: 443", "port: 80"))
    assert [(change.what, change.effect) for change in changes] == [
        (What.REMOVED, Effect.LESS),
        (What.ADDED, Effect.MORE),
    ]
    assert changes[0].before["port"] == "443"
    assert changes[1].after["why"] == "peers"


def test_another_order_is_told() -> None:
    lines = BASE.rstrip().split("\n")
    (change,) = diff(parse(BASE), parse("\n".join([*lines[:-2], lines[-1], lines[-2]])))
    assert change.what is What.REORDERED


def test_rules_are_sentences() -> None:
    assert [sentence(rule) for rule in parse(BASE).container("web").rules] == [
        "/usr/sbin/nginx may run /bin/sh",
        "any program may connect to 10.0.0.0/8 port 443",
    ]


def advice(rules: str, mode: str = "block") -> list[tuple[int, str]]:
    text = f"version: 1\nworkload: w\ncounter: 1\ncontainers:\n  c:\n    mode: {mode}\n    rules: [{rules}]\n"
    return [(found.rule, found.words) for found in advise(parse(text))]


def test_a_good_policy_needs_no_advice() -> None:
    assert advise(parse(BASE)) == ()


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("kind: exec, action: allow, target: /a", "kind: exec, action: block, program: /p, target: /a"),
        ("kind: exec, action: allow, target: '/a/*'", "kind: exec, action: block, target: /a/b"),
        ("kind: write, action: allow, target: '**'", "kind: write, action: block, target: '/x/*'"),
        (
            "kind: write, action: allow, program: '/usr/**', target: /a",
            "kind: write, action: allow, program: /usr/b, target: /a",
        ),
        ("kind: syscall, action: allow, name: '*'", "kind: syscall, action: block, name: bpf"),
        ("kind: connect, action: allow", "kind: connect, action: block, port: 443"),
        ("kind: connect, action: allow", "kind: connect, action: block, path: /run/x"),
        (
            "kind: connect, action: allow, address: 10.0.0.0/8",
            "kind: connect, action: block, address: 10.1.0.0/16",
        ),
        ("kind: bind, action: allow, port: 1-99", "kind: bind, action: block, port: 80, protocol: tcp"),
        ("kind: bind, action: allow, path: '@**'", "kind: bind, action: block, path: '@x'"),
    ],
)
def test_a_rule_behind_a_wider_one_is_never_reached(first: str, second: str) -> None:
    (found,) = advice(f"{{{first}, why: x}}, {{{second}, why: y}}")
    otherwise = ", which says allow," if "action: block" in second else ""
    assert found == (2, f"is never reached: rule 1{otherwise} matches all that it matches")
    if first.split(",")[2:] != second.split(",")[2:]:
        assert advice(f"{{{second}, why: x}}, {{{first}, why: y}}") == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("kind: connect, action: allow, address: 0.0.0.0/0", "kind: connect, action: block, port: 443"),
        (
            "kind: connect, action: allow, address: 10.0.0.0/8, protocol: tcp",
            "kind: connect, action: block, address: 10.0.0.0/8",
        ),
        ("kind: connect, action: allow, port: 443", "kind: connect, action: block, path: /x"),
        ("kind: exec, action: allow, target: '/a/*'", "kind: exec, action: block, target: '/a/**'"),
        ("kind: exec, action: allow, program: /p, target: /a", "kind: exec, action: block, target: /a"),
        ("kind: exec, action: allow, target: '**'", "kind: write, action: block, target: /a"),
        ("kind: exec, action: block, target: /a, arguments: [-c]", "kind: exec, action: allow, target: /a"),
        (
            "kind: exec, action: block, target: /a, arguments: [-c]",
            "kind: exec, action: allow, target: /a, arguments: []",
        ),
    ],
)
def test_a_rule_that_is_reached_is_left_alone(first: str, second: str) -> None:
    assert advice(f"{{{first}, why: x}}, {{{second}, why: y}}") == []


def test_what_the_supervisor_decides_needs_no_advice() -> None:
    digest = "ab" * 32
    rules = (
        f"{{kind: exec, action: allow, target: /opt/tool, sha256: {digest}, why: x}}, "
        "{kind: exec, action: allow, target: /bin/sh, why: x}, "
        "{kind: exec, action: block, program: '[foreign]', target: /bin/sh, why: x}, "
        "{kind: read, action: block, target: /run/secrets/**, why: x}"
    )
    assert advice(rules) == []


def test_arguments_that_are_hardly_meant_so() -> None:
    rule = "{kind: exec, action: %s, target: /a, arguments: [%s], why: x}"
    assert advice(rule % ("block", '"-c*"')) == [
        (1, "`*` in the argument '-c*' stops at a slash, and so lets others by: write `**`")
    ]
    assert advice(rule % ("allow", '"-m gunicorn"')) == [
        (1, "the argument '-m gunicorn' is one word with a blank in it: make it two")
    ]
    assert advice(rule % ("block", '"-c**", "*", "**", "\\\\*"')) == []
    assert advice(rule % ("allow", '"/srv/*.py"')) == []


def test_paths_that_match_nothing_and_modes_that_block_nothing() -> None:
    assert advice("{kind: exec, action: allow, target: bin/sh, why: x}") == [
        (1, "target 'bin/sh' matches nothing: real paths begin with /")
    ]
    assert advice("{kind: bind, action: allow, path: '@x', why: x}") == []
    open_wide = "{exec: allow, connect: allow, bind: allow, write: alert, syscall: allow}"
    text = f"version: 1\nworkload: w\ncounter: 1\ncontainers:\n  c: {{mode: block, defaults: {open_wide}}}"
    assert [found.rule for found in advise(parse(text))] == [0]
