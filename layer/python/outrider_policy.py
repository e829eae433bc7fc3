"""The compiled policy (native/policy.h) for the hook in Python: read, checked, asked.

The same blobs and the same verdicts as native/verdict.c, by the vectors of tests/data/policy. Standard
library only, Python 3.8 and later.
"""

from __future__ import annotations

import binascii
import re
import struct
import time
from collections.abc import Callable

KINDS = ("exec", "connect", "bind", "write", "syscall", "resolve", "read", "load", "invoke")
EXEC, CONNECT, BIND, WRITE, SYSCALL, RESOLVE, READ, LOAD, INVOKE = range(9)
ALLOW, ALERT, BLOCK = range(3)
UNIX, INET, INET6 = 1, 4, 6
FAMILIES, PROTOCOLS = (0, UNIX, INET, INET6), (0, 6, 17)
HEADER = struct.Struct("<8sIHHQ16sBB9s5s10IQ")
RULE = struct.Struct("<BBBBB3sHHIII16sII")
REPORT_ALLOWED, HASH_PROGRAMS, FLAGS = 1, 2, 7  # and OR_SIGNED_DIGEST
CRC_AT, SIGNATURE, BLOB_MAX, RULES_MAX, PATTERN_MAX, LAST_ID = 92, 64, 1 << 20, 4096, 1024, 65535


def _matches(p: bytes, t: bytes) -> bool:
    """pattern_matches() of native/verdict.c: no regular expression: a pattern could make it endless."""
    i = j = 0
    star = deep = None  # where to go back to: (in the pattern, in the text)
    while True:
        if p[i : i + 2] == b"**":
            i = len(p) - len(p[i:].lstrip(b"*"))
            if i == len(p):
                return True
            star, deep = None, (i, j)
        elif p[i : i + 1] == b"*":
            i += 1
            star = (i, j)
        elif i == len(p) and j == len(t):
            return True
        else:
            literal = p[i : i + 1] == b"\\" and i + 1 < len(p)
            here, wanted = t[j : j + 1], p[i + literal : i + literal + 1]
            if here and wanted and (here != b"/" if wanted == b"?" and not literal else here == wanted):
                i, j = i + 1 + literal, j + 1
            elif star and t[star[1] : star[1] + 1] not in (b"", b"/"):
                star = (star[0], star[1] + 1)
                i, j = star
            elif deep and deep[1] < len(t):
                star, deep = None, (deep[0], deep[1] + 1)
                i, j = deep
            else:
                return False


def _pattern(text: bytes) -> Callable[[bytes], bool] | None:
    """None for what matches anything; the usual cases without a walk."""
    if not text:
        return None
    plain = not re.search(rb"[*?\\]", text)
    if plain:
        return text.__eq__
    if text.endswith(b"/**") and not re.search(rb"[*?\\]", text[:-3]):
        return lambda target, prefix=text[:-2]: target.startswith(prefix)
    return lambda target: _matches(text, target)


class Policy:
    """A compiled policy. Raises ValueError on bytes that are none; the signature is not looked at."""

    def __init__(self, blob: bytes) -> None:
        """Check and read `blob` whole, as policy_check() in native/verdict.c does."""
        if not HEADER.size < len(blob) <= BLOB_MAX:
            raise ValueError("not the size of a policy")
        (magic, total, version, size, _, self.id, mode, flags, self.defaults, reserved, _, _, _, _, count,
         rules_at, strings_at, strings_size, signature_at, crc, reserved2) = (
            HEADER.unpack_from(blob))  # fmt: skip
        body = strings_at + strings_size
        if (
            (magic, version, size, total) != (b"OUTRPOL2", 2, HEADER.size, len(blob))
            or mode > 1
            or flags & ~FLAGS
        ):
            raise ValueError("not a policy of a known version")
        if any(reserved) or reserved2 or max(self.defaults) > BLOCK or count > RULES_MAX:
            raise ValueError("a header out of range")
        if rules_at != HEADER.size or strings_at != rules_at + RULE.size * count or strings_size < 1:
            raise ValueError("tables that do not lie where they must")
        if len(blob) != body + (SIGNATURE if signature_at else 0) or signature_at not in (0, body):
            raise ValueError("parts that do not add up")
        if binascii.crc32(blob[:CRC_AT] + bytes(4) + blob[CRC_AT + 4 : body]) != crc:
            raise ValueError("a wrong checksum")
        self.alerts_only, self.report_allowed = mode == 0, bool(flags & REPORT_ALLOWED)
        self.rules: list = [[] for _ in KINDS]
        self._strings = blob[strings_at:body]
        if self._strings[0] or self._strings[-1]:
            raise ValueError("strings without their ends")
        for fields in RULE.iter_unpack(blob[rules_at:strings_at]):
            self._add(*fields)
        self.asks_names = any(rule[2] != UNIX and rule[8] for rule in self.rules[CONNECT])
        self.asks_hashes = any(rule[-2] for rule in self.rules[EXEC]) or bool(flags & HASH_PROGRAMS)
        self.asks_time = any(rule[-1] for rules in self.rules for rule in rules)

    def _string(self, offset: int) -> bytes:
        if offset >= len(self._strings):
            raise ValueError("a string outside the strings")
        return self._strings[offset : self._strings.index(0, offset)]

    def _add(self, kind: int, action: int, family: int, proto: int, prefix: int, reserved: bytes, low: int,
             high: int, program: int, target: int, number: int, address: bytes, sha256: int,
             expires: int) -> None:  # fmt: skip
        texts, digest = (self._string(program), self._string(target)), self._string(sha256)
        bits = 32 if family == INET else 128
        known = kind < len(KINDS) and action <= BLOCK and family in FAMILIES and proto in PROTOCOLS
        if not known or any(reserved) or low > high or not 1 <= number <= LAST_ID:
            raise ValueError("a rule out of range")
        if prefix > (bits if family in (INET, INET6) else 0) or max(map(len, texts)) > PATTERN_MAX:
            raise ValueError("a rule's prefix or pattern is too long")
        if sha256 and (kind != EXEC or not re.fullmatch(rb"[0-9a-f]{64}", digest)):
            raise ValueError("a rule's hash is none")
        who, what = map(_pattern, texts)
        net = int.from_bytes(address[: bits // 8], "big") >> (bits - prefix)
        rule = (number, action, family, proto, prefix, net, low, high, what, who, digest, expires)
        self.rules[kind].append(rule)

    def decide(self, kind: int, program: bytes, target: bytes, address: tuple | None = None,
               name: bytes = b"", sha256: bytes = b"",
               now: float | None = None) -> tuple[int, int]:  # fmt: skip
        """Return (verdict, id of the rule or 0): first match wins, as policy_decide() in native/verdict.c."""
        verdict, number = self.defaults[kind], 0
        now = time.time() if self.asks_time and now is None else now or 0
        for rule in self.rules[kind]:
            number_, action, what, who, digest, expires = rule[0], rule[1], *rule[8:]
            if expires and not 0 < now < expires:
                continue
            if address is not None:
                matches = _peer(rule, kind, target, address, name)
            else:
                matches = not what or what(target)
            if matches and (not digest or digest == sha256) and (not who or who(program)):
                verdict, number = action, number_
                break
        else:
            for rule in self.rules[CONNECT] if kind == RESOLVE else ():
                number_, action, family, *_, what, who, _, expires = rule
                if expires and not 0 < now < expires:
                    continue
                if family != UNIX and what and action != BLOCK and what(target) and (not who or who(program)):
                    verdict, number = action, number_
                    break
        return (ALERT if verdict == BLOCK and self.alerts_only else verdict), number


def _peer(rule: tuple, kind: int, target: bytes, address: tuple, name: bytes) -> bool:
    _, _, family, proto, prefix, net, low, high, what, *_ = rule
    its, protocol, port, raw = address
    if its == UNIX:
        return (family == 0 and not what) if family != UNIX else bool(not what or what(target))
    if (family and family != its) or (proto and proto != protocol) or not low <= port <= high:
        return False
    if prefix and int.from_bytes(raw, "big") >> (8 * len(raw) - prefix) != net:
        return False
    return not what or bool(kind == CONNECT and name and what(name))
