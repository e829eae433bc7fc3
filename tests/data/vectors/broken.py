"""Blobs with one thing wrong each: byte surgery on the blob of the document `shop`."""

import struct
import zlib
from collections.abc import Callable

HEADER, RULE, CRC_AT = 104, 48, 92
STRINGS_SIZE_AT, SIGNATURE_AT = 84, 88
RULES = 7
HASHED = 5
"""Place of the rule by hash, from 0."""

STRINGS_AT = HEADER + RULES * RULE
LARGEST = 1 << 20


def put(offset: int, layout: str, value: int) -> Callable[[bytes], bytes]:
    """Overwrite a number and make the checksum right again."""

    def change(blob: bytes) -> bytes:
        raw = struct.pack("<" + layout, value)
        return seal(blob[:offset] + raw + blob[offset + len(raw) :])

    return change


def in_rule(offset: int, layout: str, value: int, rule: int = 0) -> Callable[[bytes], bytes]:
    """Overwrite a number in one rule."""
    return put(HEADER + rule * RULE + offset, layout, value)


def both(*changes: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    """One change after the other."""

    def change(blob: bytes) -> bytes:
        for step in changes:
            blob = step(blob)
        return blob

    return change


def cut(size: int) -> Callable[[bytes], bytes]:
    """Keep the first bytes; a negative size leaves off the last."""
    return lambda blob: blob[:size]


def resized(blob: bytes, strings_size: int) -> bytes:
    """Let the header say another size of strings, and of the whole."""
    blob = put(STRINGS_SIZE_AT, "I", strings_size)(blob)
    return put(8, "I", STRINGS_AT + strings_size)(blob)


def seal(blob: bytes, end: int | None = None) -> bytes:
    """Make the checksum right, over everything before `end`."""
    if len(blob) < HEADER:
        return blob
    body = blob[:end]
    crc = zlib.crc32(body[:CRC_AT] + bytes(4) + body[CRC_AT + 4 :])
    return blob[:CRC_AT] + struct.pack("<I", crc) + blob[CRC_AT + 4 :]


def _long_pattern(blob: bytes) -> bytes:
    """The last string grows over the longest pattern; the last rule's target points to it."""
    strings = blob[STRINGS_AT:] + b"/" + b"x" * 1024 + b"\0"
    longer = resized(blob[:STRINGS_AT] + strings, len(strings))
    return in_rule(16, "I", len(blob) - STRINGS_AT, rule=RULES - 1)(longer)


def _oversize(blob: bytes) -> bytes:
    """One byte more than a supervisor takes, and nothing else wrong."""
    longer = blob + bytes(LARGEST + 1 - len(blob))
    return resized(longer, len(longer) - STRINGS_AT)


def hash_at(blob: bytes) -> int:
    """Offset of the hash in the strings."""
    return int.from_bytes(blob[HEADER + HASHED * RULE + 40 :][:4], "little")


def _unsigned_tail(blob: bytes) -> bytes:
    """A signature that the header knows nothing of."""
    return put(8, "I", len(blob) + 64)(blob + bytes(64))


def _short_signature(blob: bytes) -> bytes:
    """A signature of 63 bytes."""
    longer = put(SIGNATURE_AT, "I", len(blob))(put(8, "I", len(blob) + 63)(blob))
    return seal(longer) + bytes(63)


def _misplaced_signature(blob: bytes) -> bytes:
    """A signature offset that is not where the strings end."""
    longer = put(SIGNATURE_AT, "I", len(blob) - 1)(put(8, "I", len(blob) + 64)(blob))
    return seal(longer) + bytes(64)


def _table(blob: bytes) -> bytes:
    """A byte for each program."""
    return bytes(int.from_bytes(blob[100:104], "little"))


BROKEN: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "empty": ("nothing at all", cut(0)),
    "one-byte": ("truncated in the magic", cut(1)),
    "header-cut": ("truncated in the header", cut(HEADER - 1)),
    "header-only": ("truncated after the header", cut(HEADER)),
    "rules-cut": ("truncated in a rule", cut(HEADER + RULE + 7)),
    "strings-cut": ("truncated in the strings", cut(-3)),
    "last-byte-cut": ("truncated by one byte", cut(-1)),
    "trailing-byte": ("a byte too many", lambda blob: blob + b"\0"),
    "oversize": ("larger than 1 MiB", _oversize),
    "bad-magic": ("another magic", lambda blob: seal(b"OUTRPOL1" + blob[8:])),
    "text": ("a YAML document", lambda _: b"version: 1\nworkload: shop\ncounter: 1\n" * 4),
    "version-0": ("version 0", put(12, "H", 0)),
    "version-1": ("the version before", put(12, "H", 1)),
    "version-4": ("a version to come", put(12, "H", 4)),
    "header-size": ("another size of header", put(14, "H", 72)),
    "total-small": ("says it is smaller", put(8, "I", HEADER)),
    "total-large": ("says it is larger", put(8, "I", 1 << 19)),
    "mode-2": ("an unknown mode", put(40, "B", 2)),
    "flags-8": ("an unknown flag", put(41, "B", 8)),
    "flags-80": ("the highest flag", put(41, "B", 0x81)),
    "default-exec-3": ("a default that is no verdict", put(42, "B", 3)),
    "default-syscall-255": ("a default in the middle is no verdict", put(46, "B", 255)),
    "default-invoke-3": ("the last default is no verdict", put(50, "B", 3)),
    "programs-verdict-alone": ("a verdict on other programs without any", put(51, "B", 1)),
    "header-reserved-first": ("first reserved byte of the header set", put(52, "B", 1)),
    "header-reserved-last": ("last reserved byte of the header set", put(55, "B", 1)),
    "programs-offset-alone": ("an offset of programs without any", lambda b: put(96, "I", len(b))(b)),
    "programs-beyond": (
        "programs behind the end of the blob",
        lambda b: put(100, "I", 1)(put(96, "I", len(b))(b)),
    ),
    "rule-count-more": ("more rules than there are", put(72, "I", RULES + 1)),
    "rule-count-fewer": ("fewer rules than there are", put(72, "I", RULES - 1)),
    "rule-count-huge": ("a number of rules that overflows 32 bits", put(72, "I", 0x05555556)),
    "rules-offset": ("rules that do not follow the header", put(76, "I", HEADER + 1)),
    "strings-offset": ("strings that do not follow the rules", put(80, "I", STRINGS_AT - 1)),
    "strings-size-0": ("no strings", lambda blob: resized(blob[:STRINGS_AT], 0)),
    "strings-size-more": ("more strings than there are", put(STRINGS_SIZE_AT, "I", 1 << 16)),
    "strings-size-wraps": ("a size of strings that overflows 32 bits", put(STRINGS_SIZE_AT, "I", 0xFFFFFFFF)),
    "strings-first": ("strings that do not begin with the empty one", put(STRINGS_AT, "B", ord("x"))),
    "strings-last": ("strings that do not end in NUL", lambda blob: seal(blob[:-1] + b"x")),
    "signature-without-offset": ("64 bytes that belong to nothing", _unsigned_tail),
    "signature-63": ("a signature of 63 bytes", _short_signature),
    "signature-misplaced": ("a signature that is not where the strings end", _misplaced_signature),
    "signature-missing": (
        "a signature offset at the end of the file",
        lambda blob: put(SIGNATURE_AT, "I", len(blob))(blob),
    ),
    "signature-huge": ("a signature offset beyond the file", put(SIGNATURE_AT, "I", 0xFFFFFFC0)),
    "rule-kind-9": ("a rule of an unknown kind", in_rule(0, "B", 9)),
    "rule-action-3": ("a rule with an action that is no verdict", in_rule(1, "B", 3)),
    "rule-family-2": ("a rule with an unknown family", in_rule(2, "B", 2, rule=1)),
    "rule-family-10": ("a rule with the kernel's AF_INET6", in_rule(2, "B", 10, rule=1)),
    "rule-proto-1": ("a rule with an unknown protocol", in_rule(3, "B", 1, rule=1)),
    "rule-prefix-33": ("an IPv4 prefix of 33", in_rule(4, "B", 33, rule=1)),
    "rule-prefix-129": ("an IPv6 prefix of 129", both(in_rule(2, "B", 6, 1), in_rule(4, "B", 129, 1))),
    "rule-prefix-any": ("a prefix without a family", in_rule(4, "B", 1)),
    "rule-prefix-unix": ("a prefix of a Unix socket", both(in_rule(2, "B", 1, 2), in_rule(4, "B", 1, 2))),
    "rule-words": ("arguments in a version that has none", in_rule(5, "B", 1)),
    "rule-reserved-first": ("first reserved byte of a rule set", in_rule(6, "B", 1)),
    "rule-reserved-second": ("second reserved byte of a rule set", in_rule(7, "B", 255, rule=3)),
    "rule-hash-outside": ("a hash outside the strings", in_rule(40, "I", 1 << 16, rule=HASHED)),
    "rule-hash-short": ("a hash of 63 digits", lambda b: in_rule(40, "I", hash_at(b) + 1, HASHED)(b)),
    "rule-hash-empty": ("a hash of no digits", lambda b: in_rule(40, "I", hash_at(b) + 64, HASHED)(b)),
    "rule-hash-upper": ("a hash in upper case", lambda b: put(STRINGS_AT + hash_at(b), "B", ord("A"))(b)),
    "rule-hash-long": ("a hash of 65 digits", lambda b: put(STRINGS_AT + hash_at(b) + 64, "B", ord("0"))(b)),
    "rule-hash-of-write": ("a hash of what is written", in_rule(0, "B", 3, rule=HASHED)),
    "rule-ports": ("ports the wrong way round", both(in_rule(8, "H", 2, 1), in_rule(10, "H", 1, 1))),
    "rule-program-outside": ("a program outside the strings", in_rule(12, "I", 1 << 16)),
    "rule-program-at-end": (
        "a program just behind the strings",
        lambda b: in_rule(12, "I", len(b) - STRINGS_AT)(b),
    ),
    "rule-target-wraps": ("a target at the highest offset", in_rule(16, "I", 0xFFFFFFFF, rule=RULES - 1)),
    "rule-pattern-long": ("a pattern of 1025 bytes", _long_pattern),
    "rule-id-0": ("a rule without an id", in_rule(20, "I", 0)),
    "rule-id-65536": ("a rule with too large an id", in_rule(20, "I", 65536, rule=2)),
    "crc-wrong": ("a wrong checksum", lambda blob: blob[:CRC_AT] + b"\0\0\0\0" + blob[CRC_AT + 4 :]),
    "bit-flipped": (
        "one bit of a pattern flipped",
        lambda blob: blob[:-3] + bytes([blob[-3] ^ 1]) + blob[-2:],
    ),
}
"""Name → what is wrong, and how it is made of a valid blob."""


def _in_programs(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[bytes], bytes]:
    """Another table, as the header says it."""

    def changed(blob: bytes) -> bytes:
        at = int.from_bytes(blob[96:100], "little")
        table = change([blob[place : place + 32] for place in range(at, len(blob), 32)])
        longer = blob[:at] + b"".join(table)
        return put(100, "I", len(table))(put(8, "I", len(longer))(longer))

    return changed


BROKEN_PROGRAMS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "programs-verdict-3": ("a verdict on other programs that is none", put(51, "B", 3)),
    "programs-descending": ("programs in descending order", _in_programs(lambda table: table[::-1])),
    "programs-last-wrong": (
        "the last two programs the wrong way round",
        _in_programs(lambda table: [*table[:-2], table[-1], table[-2]]),
    ),
    "programs-twice": ("a program twice", _in_programs(lambda table: [table[0], *table])),
    "programs-cut": ("half a program", lambda blob: put(8, "I", len(blob) - 16)(blob[:-16])),
    "programs-fewer": ("fewer programs than there are", lambda b: put(100, "I", len(_table(b)) - 1)(b)),
    "programs-more": ("more programs than there are", lambda b: put(100, "I", len(_table(b)) + 1)(b)),
    "programs-huge": ("a number of programs that overflows 32 bits", put(100, "I", 0x08000001)),
    "programs-none": ("programs that the header counts as none", put(100, "I", 0)),
    "programs-before": (
        "programs that begin in the strings",
        lambda b: put(96, "I", int.from_bytes(b[96:100], "little") - 1)(b),
    ),
}
"""Likewise, of a blob with programs."""


def _long_argument(blob: bytes) -> bytes:
    """The last string grows over the longest pattern; the first rule's arguments are there."""
    at = HEADER + int.from_bytes(blob[72:76], "little") * RULE
    strings = blob[at:] + b"x" * 1025 + b"\0"
    longer = put(8, "I", at + len(strings))(put(STRINGS_SIZE_AT, "I", len(strings))(blob[:at] + strings))
    return both(in_rule(5, "B", 2), in_rule(24, "I", len(blob) - at))(longer)


BROKEN_ARGUMENTS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "arguments-before": ("arguments in the version before", put(12, "H", 2)),
    "arguments-many": ("65 patterns of arguments", both(in_rule(5, "B", 66), in_rule(24, "I", 0))),
    "arguments-of-write": ("arguments of what is written", in_rule(0, "B", 3)),
    "arguments-outside": ("arguments outside the strings", in_rule(24, "I", 1 << 16)),
    "arguments-wrap": ("arguments at the highest offset", in_rule(24, "I", 0xFFFFFFFF)),
    "arguments-beyond": ("arguments that go on behind the strings", in_rule(5, "B", 60)),
    "arguments-long": ("an argument's pattern of 1025 bytes", _long_argument),
}
"""Likewise, of a blob with rules about arguments."""
