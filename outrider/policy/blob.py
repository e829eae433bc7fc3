"""A compiled policy as bytes, exactly as `native/policy.h`, and back. The layout is written down there."""

import re
import struct
import zlib
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from outrider import limits
from outrider.errors import InvalidInput
from outrider.model.event import Kind, Mode, Verdict
from outrider.policy.compiled import (
    ARGUMENT_PATTERNS,
    HASH_BYTES,
    PROGRAMS,
    CompiledPolicy,
    CompiledRule,
    Family,
    Protocol,
)

MAGIC = b"OUTRPOL2"
VERSION = 2
VERSION_ARGUMENTS = 3
"""Of a policy with rules about arguments, and of no other: who knows VERSION only refuses it whole."""
SIGNATURE_BYTES = 64
MADE_FOR = b"made for "
"""Begins the last string of a policy that says its version. No rule points there, so engines pass over it; it
is signed with the rest. A pattern is not taken for it: it would have to be the last, and name a version."""
_VERSION = re.compile(rb"made for ([A-Za-z0-9_-]{1,255}/[A-Za-z0-9_-]{1,255}@sha256:[0-9a-f]{64})")

HEADER = struct.Struct("<8sIHHQ16sBB9sB4s12I")
RULE = struct.Struct("<BBBBBB2sHHIII16sII")

TOTAL_SIZE_AT = 8
FLAGS_AT = 41
SIGNATURE_OFFSET_AT = 88
CRC_AT = 92
_REPORT_ALLOWED, _HASH_PROGRAMS, SIGNED_DIGEST = 1, 2, 4
_FLAGS = _REPORT_ALLOWED | _HASH_PROGRAMS | SIGNED_DIGEST
_LAST_ID = 65535
_HASH_DIGITS = 64
_KINDS, _VERDICTS, _MODES = tuple(Kind), tuple(Verdict), tuple(Mode)
_MOST_BITS: dict[int, int] = {Family.INET: 32, Family.INET6: 128}


@dataclass(frozen=True, slots=True)
class Blob:
    """A decoded blob."""

    policy: CompiledPolicy
    signature: bytes
    """64 bytes, not verified by decoding; empty when the blob is not signed."""


def encode(policy: CompiledPolicy) -> bytes:
    """Write an unsigned blob. Raises InvalidInput when it would be more than an engine takes."""
    if len(policy.rules) > limits.POLICY_RULES:
        raise InvalidInput(
            f"the compiled policy has {len(policy.rules)} rules, {limits.POLICY_RULES} are the most",
            hint="a rule about a port of any address counts twice; give it an address, or use patterns.",
        )
    offsets: dict[bytes, int] = {b"": 0}
    strings = bytearray(b"\0")
    packed = bytearray()
    for rule in policy.rules:
        for text in (rule.program, rule.target, rule.sha256, _joined(rule)):
            if text not in offsets:
                offsets[text] = len(strings)
                strings += text + b"\0"
        packed += _pack_rule(rule, offsets)
    if policy.made_for:
        strings += MADE_FOR + policy.made_for.encode() + b"\0"
    programs = _pack_programs(policy)
    total = HEADER.size + len(packed) + len(strings) + len(programs)
    if total + SIGNATURE_BYTES > limits.POLICY_BLOB:
        raise InvalidInput(
            f"the compiled policy has {total} bytes, {limits.POLICY_BLOB - SIGNATURE_BYTES} is the most",
            hint="use patterns in place of long lists of paths.",
        )
    header = HEADER.pack(
        MAGIC,
        total,
        VERSION_ARGUMENTS if any(rule.arguments is not None for rule in policy.rules) else VERSION,
        HEADER.size,
        policy.counter,
        policy.id,
        _MODES.index(policy.mode),
        policy.report_allowed * _REPORT_ALLOWED | policy.hash_programs * _HASH_PROGRAMS,
        bytes(_VERDICTS.index(verdict) for verdict in policy.defaults),
        _VERDICTS.index(policy.programs_verdict),
        bytes(4),
        policy.learn_invocations,
        policy.learn_seconds,
        policy.event_max_bytes,
        policy.event_max_depth,
        len(policy.rules),
        HEADER.size,
        HEADER.size + len(packed),
        len(strings),
        0,
        0,
        total - len(programs) if programs else 0,
        len(policy.programs),
    )
    return seal(header + packed + strings + programs)


def seal(body: bytes) -> bytes:
    """Return everything before the signature with its checksum filled in."""
    crc = zlib.crc32(body[:CRC_AT] + bytes(4) + body[CRC_AT + 4 :])
    return body[:CRC_AT] + crc.to_bytes(4, "little") + body[CRC_AT + 4 :]


def decode(data: bytes) -> Blob:
    """Read a blob, checked whole as the engines check it. Raises InvalidInput on anything off."""
    if not HEADER.size < len(data) <= limits.POLICY_BLOB:
        raise _refused(f"a blob has {HEADER.size + 1} to {limits.POLICY_BLOB} bytes, this one {len(data)}")
    header = _Header(*HEADER.unpack_from(data))
    body_end = _check_header(header, len(data))
    if seal(data[:body_end]) != data[:body_end]:
        raise _refused("its checksum is wrong")
    strings_end = header.strings_offset + header.strings_size
    strings = data[header.strings_offset : strings_end]
    if strings[0] or strings[-1]:
        raise _refused("its strings do not begin with an empty one and end in NUL")
    rules = tuple(
        _unpack_rule(number, _Rule(*fields), strings, header.version)
        for number, fields in enumerate(RULE.iter_unpack(data[HEADER.size : header.strings_offset]), start=1)
    )
    policy = CompiledPolicy(
        id=header.id,
        counter=header.counter,
        mode=_MODES[header.mode],
        report_allowed=bool(header.flags & _REPORT_ALLOWED),
        hash_programs=bool(header.flags & _HASH_PROGRAMS),
        defaults=tuple(_VERDICTS[value] for value in header.defaults),
        rules=rules,
        learn_invocations=header.learn_invocations,
        learn_seconds=header.learn_seconds,
        event_max_bytes=header.event_max_bytes,
        event_max_depth=header.event_max_depth,
        programs=_unpack_programs(data[strings_end:body_end]),
        programs_verdict=_VERDICTS[header.programs_verdict],
        made_for=_made_for(strings),
    )
    return Blob(policy, data[body_end:])


def _made_for(strings: bytes) -> str:
    """The version that the last string names; empty: it is another."""
    last = strings[strings.rfind(b"\0", 0, -1) + 1 : -1]
    found = _VERSION.fullmatch(last)
    return found[1].decode() if found else ""


class _Header(NamedTuple):
    """`struct or_policy_header`."""

    magic: bytes
    total_size: int
    version: int
    header_size: int
    counter: int
    id: bytes
    mode: int
    flags: int
    defaults: bytes
    programs_verdict: int
    reserved: bytes
    learn_invocations: int
    learn_seconds: int
    event_max_bytes: int
    event_max_depth: int
    rule_count: int
    rules_offset: int
    strings_offset: int
    strings_size: int
    signature_offset: int
    crc32: int
    programs_offset: int
    programs_count: int


def _check_header(header: _Header, size: int) -> int:
    """Check everything the header says of itself and of the file; return where the signature would begin."""
    strings_end = header.strings_offset + header.strings_size
    body_end = strings_end + HASH_BYTES * header.programs_count
    signed = header.signature_offset != 0
    checks = {
        "its magic is not OUTRPOL2": header.magic == MAGIC,
        f"its version is {header.version}, not {VERSION} or {VERSION_ARGUMENTS}": header.version
        in (VERSION, VERSION_ARGUMENTS),
        "its header has another size": header.header_size == HEADER.size,
        f"it says it has {header.total_size} bytes, it has {size}": header.total_size == size,
        "its mode is unknown": header.mode < len(_MODES),
        "it has unknown flags": header.flags | _FLAGS == _FLAGS,
        "a default is no verdict": max(header.defaults) < len(_VERDICTS),
        "its reserved bytes are not zero": not any(header.reserved),
        "what becomes of other programs is no verdict": header.programs_verdict < len(_VERDICTS),
        f"it has {header.programs_count} programs": header.programs_count <= PROGRAMS,
        "it has no programs, and says something of them": header.programs_count > 0
        or not (header.programs_offset or header.programs_verdict),
        "its programs do not follow the strings": not header.programs_count
        or header.programs_offset == strings_end,
        f"it has {header.rule_count} rules": header.rule_count <= limits.POLICY_RULES,
        "its rules do not follow the header": header.rules_offset == HEADER.size,
        "its strings do not follow the rules": header.strings_offset
        == HEADER.size + RULE.size * header.rule_count,
        "it has no strings": header.strings_size >= 1,
        "its parts do not add up to its size": body_end + (SIGNATURE_BYTES if signed else 0) == size,
        "its signature is not at its end": not signed or header.signature_offset == body_end,
    }
    for reason, passed in checks.items():
        if not passed:
            raise _refused(reason)
    return body_end


def _pack_programs(policy: CompiledPolicy) -> bytes:
    """The table of hashes. Raises InvalidInput: too many, or not as CompiledPolicy wants them."""
    if len(policy.programs) > PROGRAMS:
        raise InvalidInput(
            f"the compiled policy has {len(policy.programs)} programs, {PROGRAMS} are the most",
            hint="an image with more executables cannot be listed; leave the list out.",
        )
    if not policy.programs and policy.programs_verdict is not Verdict.ALLOW:
        raise InvalidInput("a verdict on files that are none of the programs, and no programs")
    if any(len(one) != HASH_BYTES for one in policy.programs) or not _ascending(policy.programs):
        raise InvalidInput("programs are not SHA-256 hashes in ascending order, each once")
    return b"".join(policy.programs)


def _unpack_programs(table: bytes) -> tuple[bytes, ...]:
    """The hashes of a table whose size was checked."""
    programs = tuple(table[at : at + HASH_BYTES] for at in range(0, len(table), HASH_BYTES))
    if not _ascending(programs):
        raise _refused("its programs are not in ascending order")
    return programs


def _ascending(programs: tuple[bytes, ...]) -> bool:
    """Whether each is greater than the one before it."""
    return all(one < other for one, other in pairwise(programs))


def _joined(rule: CompiledRule) -> bytes:
    """The patterns of its arguments, as they follow each other in the strings."""
    return b"\0".join(rule.arguments or ())


def _pack_rule(rule: CompiledRule, offsets: dict[bytes, int]) -> bytes:
    """One `struct or_rule`."""
    return RULE.pack(
        _KINDS.index(rule.kind),
        _VERDICTS.index(rule.action),
        rule.family,
        rule.protocol,
        rule.prefix,
        0 if rule.arguments is None else len(rule.arguments) + 1,
        bytes(2),
        rule.port_low,
        rule.port_high,
        offsets[rule.program],
        offsets[rule.target],
        rule.id,
        rule.address if rule.arguments is None else offsets[_joined(rule)].to_bytes(16, "little"),
        offsets[rule.sha256],
        rule.expires,
    )


class _Rule(NamedTuple):
    """`struct or_rule`."""

    kind: int
    action: int
    family: int
    protocol: int
    prefix: int
    words: int
    reserved: bytes
    port_low: int
    port_high: int
    program: int
    target: int
    id: int
    address: bytes
    sha256: int
    expires: int


def _unpack_rule(number: int, rule: _Rule, strings: bytes, version: int) -> CompiledRule:
    """Check one rule; `number` is its 1-based place in the blob."""
    checks = {
        "its kind is unknown": rule.kind < len(_KINDS),
        "its action is no verdict": rule.action < len(_VERDICTS),
        "its address family is unknown": rule.family in set(Family),
        "its protocol is unknown": rule.protocol in set(Protocol),
        "its prefix is too long": rule.prefix <= _MOST_BITS.get(rule.family, 0),
        "its reserved bytes are not zero": not any(rule.reserved),
        "it has arguments in a version that has none": not rule.words or version == VERSION_ARGUMENTS,
        "its ports are the wrong way round": rule.port_low <= rule.port_high,
        "its id is not 1 to 65535": 1 <= rule.id <= _LAST_ID,
    }
    for reason, passed in checks.items():
        if not passed:
            raise _refused(f"rule {number}: {reason}")
    return CompiledRule(
        kind=_KINDS[rule.kind],
        action=_VERDICTS[rule.action],
        id=rule.id,
        program=_string(number, strings, rule.program),
        target=_string(number, strings, rule.target),
        family=Family(rule.family),
        protocol=Protocol(rule.protocol),
        prefix=rule.prefix,
        port_low=rule.port_low,
        port_high=rule.port_high,
        address=bytes(16) if rule.words else rule.address,
        arguments=_arguments(number, strings, rule),
        sha256=_hash(number, strings, rule),
        expires=rule.expires,
    )


def _hash(number: int, strings: bytes, rule: _Rule) -> bytes:
    """The hash a rule asks for; empty when it asks for none."""
    if not rule.sha256:
        return b""
    text = _string(number, strings, rule.sha256)
    if len(text) != _HASH_DIGITS or text.strip(b"0123456789abcdef") or _KINDS[rule.kind] is not Kind.EXEC:
        raise _refused(f"rule {number}: its sha256 is none, or not of a program")
    return text


def _arguments(number: int, strings: bytes, rule: _Rule) -> tuple[bytes, ...] | None:
    """The patterns of the arguments a rule asks for; None when it asks for none."""
    if not rule.words:
        return None
    if rule.words - 1 > ARGUMENT_PATTERNS or _KINDS[rule.kind] is not Kind.EXEC:
        raise _refused(f"rule {number}: its arguments are too many, or not of a program")
    words: list[bytes] = []
    at = int.from_bytes(rule.address[:4], "little")
    for _ in range(rule.words - 1):
        words.append(_string(number, strings, at))
        at += len(words[-1]) + 1
    return tuple(words)


def _string(number: int, strings: bytes, offset: int) -> bytes:
    """The NUL-terminated string at an offset; the caller knows that the last byte is NUL."""
    if offset >= len(strings):
        raise _refused(f"rule {number}: a string lies outside the strings")
    text = strings[offset : strings.index(0, offset)]
    if len(text) > limits.PATTERN:
        raise _refused(f"rule {number}: a pattern is longer than {limits.PATTERN} bytes")
    return text


def _refused(reason: str) -> InvalidInput:
    """Say why a blob is none."""
    return InvalidInput(f"not a policy blob: {reason}", hint="make it with `outrider policy compile`.")
