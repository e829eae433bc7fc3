"""The policy document: what is taken, what is refused, and in which words."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outrider.errors import InvalidInput
from outrider.model.event import Kind, Mode, Verdict
from outrider.policy.document import parse, to_plain, to_yaml

GOOD = """
version: 1
workload: shop
counter: 3
containers:
  web:
    mode: block
    rules:
    - {kind: exec, action: allow, program: /usr/sbin/nginx, target: /bin/sh, why: rotates logs}
    - {kind: connect, action: allow, address: 10.0.0.0/8, port: 5432, protocol: tcp, why: database}
    - {kind: connect, action: alert, path: "@abstract", why: odd}
    - {kind: bind, action: allow, port: "8000-8100", why: serves}
    - {kind: write, action: block, target: "/etc/**", why: settings}
    - {kind: syscall, action: allow, name: memfd_create, why: its JIT}
"""


def with_rule(rule: str) -> str:
    return (
        f"version: 1\nworkload: w\ncounter: 1\ncontainers:\n  c:\n    mode: block\n    rules:\n    - {rule}\n"
    )


def refusal(text: str) -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        parse(text)
    return caught.value


def test_a_good_document() -> None:
    document = parse(GOOD)
    web = document.container("web")
    assert (document.workload, document.counter, web.mode) == ("shop", 3, Mode.BLOCK)
    assert [rule.kind for rule in web.rules] == ["exec", "connect", "connect", "bind", "write", "syscall"]
    assert web.rules[1].port == "5432"
    assert {web.defaults.of(kind) for kind in Kind} == {Verdict.BLOCK}


def test_yaml_and_json_say_the_same() -> None:
    document = parse(GOOD)
    assert parse(to_yaml(document)) == document
    assert parse(json.dumps(to_plain(document))) == document


def test_a_rule_is_written_with_its_kind_first_and_its_why_last() -> None:
    rule = to_plain(parse(GOOD))["containers"]["web"]["rules"][0]
    assert list(rule) == ["kind", "action", "program", "target", "why"]


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("{kind: exec, action: allow, target: /a}", r"rules\[0\].why \(line 8\): is missing"),
        ("{kind: exec, action: allow, target: /a, why: ' '}", "is empty: say in a sentence why"),
        ("{kind: exec, action: allow, target: /a, why: 3}", "a text is wanted"),
        ("{kind: exec, action: allow, why: x}", "target .*: is missing"),
        ("{kind: exec, action: permit, target: /a, why: x}", "'allow', 'alert' or 'block'"),
        ("{kind: exec, action: allow, target: /a, why: x, path: /b}", "is no field of this"),
        ("{kind: exec, action: allow, target: '', why: x}", "is empty"),
        ("{kind: exec, action: allow, target: 'a\\', why: x}", "lone backslash"),
        (f"{{kind: exec, action: allow, target: /{'x' * 1024}, why: x}}", "1025 bytes long, at most 1024"),
        ('{kind: exec, action: allow, target: "a\\0b", why: x}', "NUL"),
        ("{kind: exex, action: allow, target: /a, why: x}", "'exex' is no kind of rule"),
        ("{action: allow, target: /a, why: x}", "`kind` is missing"),
        ("nonsense", "a mapping of names to values is wanted"),
        ("{kind: connect, action: allow, address: 10.0.0.1/8, why: x}", "did you mean 10.0.0.0/8"),
        ("{kind: connect, action: allow, address: example.com, why: x}", "is no IP address or CIDR"),
        ("{kind: connect, action: allow, address: '::ffff:10.0.0.0/104', why: x}", "write it as IPv4"),
        ("{kind: connect, action: allow, address: 'fe80::1%eth0', why: x}", "interface"),
        ("{kind: connect, action: allow, port: 65536, why: x}", "no range of ports"),
        ("{kind: connect, action: allow, port: 9-8, why: x}", "no range of ports"),
        ("{kind: connect, action: allow, port: http, why: x}", "is no port"),
        ("{kind: connect, action: allow, port: true, why: x}", "a text is wanted"),
        ("{kind: connect, action: allow, protocol: sctp, why: x}", "'tcp' or 'udp'"),
        (
            "{kind: connect, action: allow, path: /x, port: 1, why: x}",
            "goes without address, port and protocol",
        ),
        ("{kind: syscall, action: allow, name: Memfd Create, why: x}", "characters that a name cannot have"),
    ],
)
def test_a_bad_rule_is_refused_with_its_place(rule: str, said: str) -> None:
    error = refusal(with_rule(rule))
    with pytest.raises(InvalidInput, match=said):
        raise error
    assert "containers.c.rules[0]" in error.message
    assert error.hint


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "mapping of names to values"),
        ("[]", "mapping of names to values"),
        ("{", "not valid YAML"),
        ("a: [1", "line 2"),
        ("version: 1\nversion: 1", "'version' is given twice"),
        ('{"version": 1, "version": 1}', "'version' is given twice"),
        ("a: &x 1\nb: *x", "uses an alias"),
        ("[" * 40, "nested too deeply"),
        ('{"a":' * 5000, "nested too deeply"),
        ("a: !!int ''", "cannot be read"),
        ("a: !!timestamp x", "cannot be read"),
        ("a: !!python/object:os.system x", "not valid YAML"),
        (GOOD.replace("version: 1", "version: 2"), "version"),
        (GOOD.replace("version: 1", "version: '1'"), "version"),
        (GOOD.replace("counter: 3", "counter: -1"), "counter"),
        (GOOD.replace("counter: 3", f"counter: {1 << 64}"), "counter"),
        (GOOD.replace("counter: 3", "counter: 3.0"), "whole number"),
        (GOOD.replace("workload: shop", "workload: a/b"), "characters that a name cannot have"),
        (GOOD.replace("  web:", "  ../web:"), "characters that a name cannot have"),
        (GOOD.replace("mode: block", "mode: off"), "mode"),
        (GOOD.replace("containers:", "containres:"), "no field of this"),
    ],
)
def test_a_bad_document_is_refused(text: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        raise refusal(text)


def test_a_misspelt_field_is_guessed() -> None:
    assert (
        refusal(with_rule("{kind: connect, action: allow, adress: 10.0.0.1, why: x}")).hint
        == "did you mean `address`?"
    )


def test_too_large_a_document_is_refused() -> None:
    with pytest.raises(InvalidInput, match="larger than"):
        parse("# " + "x" * (4 << 20))


def test_many_problems_are_told_in_part() -> None:
    rules = "\n".join("    - {kind: exec, action: allow, target: /a}" for _ in range(20))
    text = f"version: 1\nworkload: w\ncounter: 1\ncontainers:\n  c:\n    mode: block\n    rules:\n{rules}\n"
    assert "and 12 more" in refusal(text).message


def test_an_unknown_container_is_named() -> None:
    with pytest.raises(InvalidInput, match=r"it has web\."):
        parse(GOOD).container("wbe")


def only_our_errors(text: str) -> None:
    with suppress(InvalidInput):
        parse(text)


@given(st.text(max_size=300))
def test_any_text_gives_only_our_errors(text: str) -> None:
    only_our_errors(text)


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(
        ["exec", "connect", "allow", "block", "/a/**", "10.0.0.0/8", "80", "tcp", "why", "*", "\x00"]
    )
)
FIELDS = st.sampled_from(
    ["kind", "action", "program", "target", "address", "port", "protocol", "path", "name", "why"]
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FIELDS, inner, max_size=5)
)


@settings(max_examples=100)
@given(st.lists(st.dictionaries(FIELDS, VALUES, max_size=8), max_size=4), VALUES, VALUES)
def test_any_values_give_only_our_errors(rules: Any, mode: Any, defaults: Any) -> None:
    container = {"mode": mode, "defaults": defaults, "rules": rules}
    plain = {"version": 1, "workload": "w", "counter": 1, "containers": {"c": container}}
    only_our_errors(json.dumps(plain))
    only_our_errors(json.dumps(plain | {"containers": {"c": {"mode": "alert", "rules": rules}}}))


@settings(max_examples=100)
@given(st.data())
def test_a_damaged_document_gives_only_our_errors(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(GOOD)))
    end = data.draw(st.integers(start, min(len(GOOD), start + 20)))
    only_our_errors(GOOD[:start] + data.draw(st.text(max_size=5)) + GOOD[end:])
