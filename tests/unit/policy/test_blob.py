"""Blobs: there and back, the same each time, and nothing but our error for anything else."""

import struct
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outrider import limits
from outrider.errors import InvalidInput
from outrider.model.event import Kind, Mode, Verdict
from outrider.policy.blob import HEADER, RULE, decode, encode, seal
from outrider.policy.compiled import PROGRAMS, CompiledPolicy, CompiledRule, Family, Protocol
from outrider.policy.document import parse
from outrider.policy.lowering import compile_policy, lower, policy_id
from outrider.policy.signing import UnverifiedPolicy, format_key, parse_key, public_key, sign, verify

KEY = bytes(range(32))
BITS = {Family.ANY: 0, Family.UNIX: 0, Family.INET: 32, Family.INET6: 128}
PATTERNS = st.binary(max_size=40).map(lambda raw: raw.replace(b"\0", b"/"))


@st.composite
def compiled_rules(draw: st.DrawFn) -> CompiledRule:
    family = draw(st.sampled_from(Family))
    kind = draw(st.sampled_from(Kind))
    words = st.none() | st.lists(PATTERNS, max_size=4).map(tuple)
    arguments = draw(words) if kind is Kind.EXEC else None
    low, high = sorted((draw(st.integers(0, 65535)), draw(st.integers(0, 65535))))
    return CompiledRule(
        kind=kind,
        action=draw(st.sampled_from(Verdict)),
        id=draw(st.integers(1, 65535)),
        program=draw(PATTERNS),
        target=draw(PATTERNS),
        family=family,
        protocol=draw(st.sampled_from(Protocol)),
        prefix=draw(st.integers(0, BITS[family])),
        port_low=low,
        port_high=high,
        address=bytes(16) if arguments is not None else draw(st.binary(min_size=16, max_size=16)),
        arguments=arguments,
        sha256=draw(st.sampled_from([b"", b"ab" * 32])) if kind is Kind.EXEC else b"",
    )


HASHES = st.sets(st.binary(min_size=32, max_size=32), max_size=5).map(sorted).map(tuple)
NUMBERS = st.integers(0, (1 << 32) - 1)
VERSIONS = st.sampled_from(["", f"shop/web@sha256:{'a' * 64}", f"{'s' * 255}/{'w' * 255}@sha256:{'0' * 64}"])
PLAIN = st.builds(
    CompiledPolicy,
    id=st.binary(min_size=16, max_size=16),
    counter=st.integers(0, (1 << 64) - 1),
    mode=st.sampled_from(Mode),
    report_allowed=st.booleans(),
    defaults=st.tuples(*[st.sampled_from(Verdict)] * len(Kind)),
    rules=st.lists(compiled_rules(), max_size=6).map(tuple),
    learn_invocations=NUMBERS,
    learn_seconds=NUMBERS,
    event_max_bytes=NUMBERS,
    made_for=VERSIONS,
    event_max_depth=NUMBERS,
    hash_programs=st.booleans(),
)
WITH_PROGRAMS = st.builds(
    lambda policy, programs, verdict: replace(
        policy, programs=programs, programs_verdict=verdict if programs else Verdict.ALLOW
    ),
    PLAIN,
    HASHES,
    st.sampled_from(Verdict),
)
POLICIES = PLAIN | WITH_PROGRAMS


@given(POLICIES)
def test_decoding_gives_back_what_was_encoded(policy: CompiledPolicy) -> None:
    blob = encode(policy)
    assert encode(policy) == blob
    assert decode(blob).policy == policy
    assert decode(blob).signature == b""


@given(POLICIES)
def test_a_signed_blob_verifies_and_says_the_same(policy: CompiledPolicy) -> None:
    blob = encode(policy)
    signed = sign(blob, KEY)
    assert len(signed) == len(blob) + 64
    assert decode(signed).policy == policy
    verify(signed, public_key(KEY))
    assert sign(signed, KEY) == signed


@settings(max_examples=150)
@given(POLICIES, st.data())
def test_one_changed_byte_is_noticed(policy: CompiledPolicy, data: st.DataObject) -> None:
    signed = bytearray(sign(encode(policy), KEY))
    place = data.draw(st.integers(0, len(signed) - 1))
    signed[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises((InvalidInput, UnverifiedPolicy)):
        verify(bytes(signed), public_key(KEY))


@given(POLICIES, st.data())
def test_a_truncated_blob_is_refused(policy: CompiledPolicy, data: st.DataObject) -> None:
    blob = encode(policy)
    with pytest.raises(InvalidInput):
        decode(blob[: data.draw(st.integers(0, len(blob) - 1))])


@settings(max_examples=150)
@given(POLICIES, st.data())
def test_any_change_under_a_right_checksum_gives_only_our_error(
    policy: CompiledPolicy, data: st.DataObject
) -> None:
    blob = bytearray(encode(policy))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(blob) - 1))
        blob[place] = data.draw(st.integers(0, 255))
    try:
        decoded = decode(seal(bytes(blob)))
    except InvalidInput:
        return
    assert all(1 <= rule.id <= 65535 and rule.port_low <= rule.port_high for rule in decoded.policy.rules)


@given(st.binary(max_size=400))
def test_any_bytes_give_only_our_error(data: bytes) -> None:
    for blob in (data, b"OUTRPOL2" + data, seal(b"OUTRPOL2" + data.ljust(96, b"\0"))):
        with pytest.raises(InvalidInput):
            decode(blob)


def test_the_sizes_of_the_header() -> None:
    assert (HEADER.size, RULE.size) == (104, 48)
    assert struct.calcsize("<8sIHHQ16s") == 40


def test_a_policy_that_does_not_fit_is_refused() -> None:
    rule = CompiledRule(kind=Kind.EXEC, action=Verdict.ALLOW, id=1)
    policy = CompiledPolicy(id=bytes(16), counter=0, mode=Mode.ALERT, defaults=(Verdict.ALLOW,) * len(Kind))
    many = CompiledPolicy(
        id=bytes(16),
        counter=0,
        mode=Mode.ALERT,
        defaults=policy.defaults,
        rules=(rule,) * (limits.POLICY_RULES + 1),
    )
    with pytest.raises(InvalidInput, match="rules"):
        encode(many)
    long = tuple(
        CompiledRule(kind=Kind.EXEC, action=Verdict.ALLOW, id=1, target=b"%04d" % place + b"x" * 1000)
        for place in range(1200)
    )
    with pytest.raises(InvalidInput, match="bytes"):
        encode(CompiledPolicy(id=bytes(16), counter=0, mode=Mode.ALERT, defaults=policy.defaults, rules=long))


NO_RULES = CompiledPolicy(
    id=bytes(16), counter=0, mode=Mode.BLOCK, defaults=(Verdict.ALLOW,) * len(Kind), hash_programs=True
)


def test_as_many_programs_as_an_engine_takes() -> None:
    hashes = tuple(place.to_bytes(32, "big") for place in range(PROGRAMS))
    full = replace(NO_RULES, programs=hashes, programs_verdict=Verdict.BLOCK)
    assert decode(encode(full)).policy == full
    with pytest.raises(InvalidInput, match="20000 are the most"):
        encode(replace(full, programs=(*hashes, b"\xff" * 32)))


@pytest.mark.parametrize(
    "programs",
    [(b"b" * 32, b"a" * 32), (b"a" * 32, b"a" * 32), (b"a" * 31,), (b"a" * 31, b"a" * 33), (b"",)],
)
def test_programs_are_hashes_in_order(programs: tuple[bytes, ...]) -> None:
    with pytest.raises(InvalidInput, match="ascending order"):
        encode(replace(NO_RULES, programs=programs))


def test_what_becomes_of_other_programs_needs_programs() -> None:
    with pytest.raises(InvalidInput, match="no programs"):
        encode(replace(NO_RULES, programs_verdict=Verdict.ALERT))


DOCUMENT = """
version: 1
workload: shop
counter: 3
containers:
  web:
    mode: block
    rules:
    - {kind: connect, action: allow, port: 443, why: x}
    - {kind: connect, action: allow, why: y}
  job: {mode: alert}
"""


def test_a_port_of_any_address_is_of_both_families_and_of_no_socket() -> None:
    rules = lower(parse(DOCUMENT), "web").rules
    assert [(rule.family, rule.id, rule.port_low) for rule in rules] == [
        (Family.INET, 1, 443),
        (Family.INET6, 1, 443),
        (Family.ANY, 2, 0),
    ]


def test_a_name_is_one_rule_of_any_family() -> None:
    text = DOCUMENT.replace("port: 443, why", 'name: "*.example.com", port: 443, protocol: tcp, why')
    (rule, _) = lower(parse(text), "web").rules
    assert (rule.family, rule.target, rule.port_low, rule.protocol) == (
        Family.ANY,
        b"*.example.com",
        443,
        Protocol.TCP,
    )


def test_a_policy_without_what_came_later_keeps_its_id() -> None:
    assert policy_id(parse(DOCUMENT), "web").hex() == "4b8a37457dab0c6f082cd72babc95f76"
    assert policy_id(parse(DOCUMENT), "job").hex() == "5d80aa0ba36ec93895ebcdef935ba156"
    said = DOCUMENT.replace("mode: block", "mode: block\n    defaults: {read: allow}")
    assert policy_id(parse(said), "web") != policy_id(parse(DOCUMENT), "web")


def test_the_id_depends_on_policy_workload_and_counter() -> None:
    ids = {
        policy_id(parse(text), "web")
        for text in (
            DOCUMENT,
            DOCUMENT.replace("counter: 3", "counter: 4"),
            DOCUMENT.replace("shop", "shop2"),
            DOCUMENT.replace("443", "444"),
        )
    }
    assert len(ids) == 4
    assert policy_id(parse(DOCUMENT), "web") == policy_id(
        parse(DOCUMENT.replace("mode: alert", "mode: block")), "web"
    )
    assert policy_id(parse(DOCUMENT), "job") not in ids


def test_the_same_document_makes_the_same_blob() -> None:
    assert compile_policy(parse(DOCUMENT), "web") == compile_policy(parse(DOCUMENT), "web")


def test_keys_there_and_back() -> None:
    assert parse_key(f" {format_key(KEY)}\n") == KEY
    for text in ("", "x", format_key(KEY)[:-4], format_key(KEY + b"x"), "ü" * 44):
        with pytest.raises(InvalidInput, match="32 bytes"):
            parse_key(text)


def test_an_unsigned_blob_and_another_key_do_not_verify() -> None:
    blob = compile_policy(parse(DOCUMENT), "web")
    with pytest.raises(UnverifiedPolicy, match="not signed"):
        verify(blob, public_key(KEY))
    with pytest.raises(UnverifiedPolicy, match="not of this key"):
        verify(sign(blob, bytes(32)), public_key(KEY))
