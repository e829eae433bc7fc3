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
from outrider.policy.lowering import policy_id

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
    allowed = {kind for kind in Kind if web.defaults.of(kind) is Verdict.ALLOW}
    assert allowed == {Kind.READ, Kind.LOAD, Kind.INVOKE}


FUNCTION = """
version: 1
workload: orders
counter: 3
containers:
  function:
    mode: block
    report_allowed: true
    learn: {invocations: 200, seconds: 900}
    event: {max_bytes: 262144, max_depth: 32}
    defaults: {load: block, invoke: block}
    rules:
    - {kind: connect, action: allow, name: "*.amazonaws.com", port: 443, protocol: tcp, why: AWS}
    - {kind: resolve, action: alert, name: example.com, why: odd}
    - {kind: exec, action: allow, target: /opt/tool, sha256: "HASH", why: our tool}
    - {kind: read, action: block, target: /proc/*/environ, why: credentials}
    - {kind: load, action: allow, target: "[anonymous]", why: a JIT}
    - {kind: invoke, action: allow, source: "aws:sqs", keys: Records, why: its queue}
""".replace("HASH", "0f" * 32)


def test_a_good_document_of_a_function() -> None:
    document = parse(FUNCTION)
    function = document.container("function")
    assert [rule.kind for rule in function.rules] == ["connect", "resolve", "exec", "read", "load", "invoke"]
    assert function.learn is not None
    assert (function.learn.invocations, function.learn.seconds) == (200, 900)
    blocked = {kind for kind in Kind if function.defaults.of(kind) is Verdict.BLOCK}
    assert blocked == set(Kind) - {Kind.READ}
    assert parse(to_yaml(document)) == document
    assert parse(json.dumps(to_plain(document))) == document


def test_arguments_are_for_containers() -> None:
    """A function's guard would pass them over, and the rule be about every command line."""
    error = refusal(FUNCTION.replace("sha256:", "arguments: [-x], sha256:"))
    assert "rule 3 of function: `arguments` are decided in containers only" in error.message
    assert error.hint


def test_a_rule_without_arguments_has_the_id_it_had() -> None:
    rule = "{kind: exec, action: allow, target: /a, why: x}"
    plain = parse(with_rule(rule))
    assert "arguments" not in plain.model_dump_json()
    argued = parse(with_rule(rule.replace("why", 'arguments: ["-m", "", "**"], why')))
    assert parse(to_yaml(argued)) == argued
    assert policy_id(plain, "c") != policy_id(argued, "c")


def test_what_is_not_said_is_not_written() -> None:
    plain = to_plain(parse(GOOD))["containers"]["web"]
    assert plain.keys() == {"mode", "report_allowed", "defaults", "rules"}
    assert plain["defaults"].keys() == {"exec", "connect", "bind", "write", "syscall"}


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
        ("{kind: connect, action: allow, name: Example.com, why: x}", "lower case"),
        ("{kind: connect, action: allow, name: example.com., why: x}", "without the last dot"),
        ("{kind: connect, action: allow, name: bücher.example, why: x}", "is no host name"),
        ("{kind: connect, action: allow, name: a/b, why: x}", "is no host name"),
        ("{kind: connect, action: allow, name: a.example, path: /x, why: x}", "make it two rules"),
        ("{kind: connect, action: allow, name: a.example, address: 10.0.0.1, why: x}", "make it two rules"),
        ("{kind: bind, action: allow, name: a.example, why: x}", "is no field of this"),
        ("{kind: resolve, action: allow, why: x}", "name .*: is missing"),
        ("{kind: exec, action: allow, target: /a, sha256: abc, why: x}", "is no SHA-256"),
        (f"{{kind: exec, action: allow, target: /a, sha256: {'AB' * 32}, why: x}}", "is no SHA-256"),
        (f"{{kind: write, action: allow, target: /a, sha256: {'ab' * 32}, why: x}}", "is no field of this"),
        ("{kind: exec, action: allow, target: /a, arguments: -m x, why: x}", "a list is wanted"),
        ("{kind: exec, action: allow, target: /a, arguments: [8080], why: x}", "a text is wanted"),
        ("{kind: exec, action: allow, target: /a, arguments: ['a\\'], why: x}", "lone backslash"),
        ('{kind: exec, action: allow, target: /a, arguments: ["**", "**"], why: x}', "write it once"),
        (f"{{kind: exec, action: allow, target: /a, arguments: [{'x, ' * 65}], why: x}}", "at most 64"),
        ("{kind: write, action: allow, target: /a, arguments: [], why: x}", "is no field of this"),
        ("{kind: invoke, action: allow, why: x}", "source .*: is missing"),
        ("{kind: invoke, action: allow, source: direct, program: /a, why: x}", "is no field of this"),
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
        (FUNCTION.replace("invocations: 200", "invocations: -1"), "invocations"),
        (FUNCTION.replace("seconds: 900", f"seconds: {1 << 32}"), "seconds"),
        (FUNCTION.replace("max_bytes: 262144", "max_bytes: many"), "whole number"),
        (FUNCTION.replace("max_depth", "depth"), "no field of this"),
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
        [
            "exec",
            "connect",
            "resolve",
            "load",
            "invoke",
            "allow",
            "block",
            "*.example.com",
            "/a/**",
            "10.0.0.0/8",
            "80",
            "tcp",
            "why",
            "*",
            "\x00",
        ]
    )
)
FIELDS = st.sampled_from(
    [
        *("kind", "action", "program", "target", "address", "port", "protocol", "path", "name", "why"),
        *("sha256", "arguments", "source", "keys", "learn", "event", "invocations", "max_bytes"),
    ]
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
    good = data.draw(st.sampled_from([GOOD, FUNCTION]))
    start = data.draw(st.integers(0, len(good)))
    end = data.draw(st.integers(start, min(len(good), start + 20)))
    only_our_errors(good[:start] + data.draw(st.text(max_size=5)) + good[end:])
