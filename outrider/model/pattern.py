r"""The pattern language of policies, on bytes as the supervisor sees them.

`?` is one byte but `/`, `*` any run without `/` (also an empty one), `**` any run, `\` takes the next byte as
it is. `/tmp/**` matches what is below `/tmp`, not `/tmp` itself.

Matching walks the text once and keeps the set of reachable places in the pattern as the bits of one number.
There is no backtracking: the cost is at most len(text) * len(pattern) / 64 word operations for any pattern.
"""

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache

_SPECIAL = re.compile(r"([*?\\])")
_UNDECODABLE = re.compile(r"\\\\x[89a-f][0-9a-f]")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_WILD = re.compile(r"(?:\\.|[^*?\\])*[*?]", re.DOTALL)
_SLASH = ord("/")


def quote(text: str) -> str:
    r"""Return the pattern that matches just this text.

    A byte that was not UTF-8 reaches us written as `\xNN`; it becomes `?`, which stands for one byte.
    """
    return _UNDECODABLE.sub("?", _SPECIAL.sub(r"\\\1", text))


def is_literal(pattern: str) -> bool:
    """Whether the pattern matches one text only."""
    return _WILD.match(pattern) is None


def unquote(pattern: str) -> str:
    """Return the text that a literal pattern matches: what `quote` was given."""
    return _ESCAPED.sub(r"\1", pattern)


def problem(pattern: str, limit: int) -> str:
    """Say what is wrong with a pattern of at most `limit` bytes; empty when nothing is."""
    if "\0" in pattern:
        return "a NUL cannot be part of a path"
    try:
        size = len(pattern.encode())
    except UnicodeEncodeError:
        return "is not valid Unicode; write `?` for a byte that is not UTF-8"
    if size > limit:
        return f"is {size} bytes long, at most {limit} fit"
    if (len(pattern) - len(pattern.rstrip("\\"))) % 2:
        return "ends in a lone backslash: write `\\\\` for a backslash"
    return ""


def matches(pattern: bytes, text: bytes) -> bool:
    """Whether the whole text matches; for the cost see the module."""
    machine = _compile(pattern)
    stars = machine.star | machine.deep
    states = 1 | (1 & stars) << 1
    for byte in text:
        inside = byte != _SLASH
        moved = states & (machine.literals.get(byte, 0) | (machine.single if inside else 0))
        stayed = states & (stars if inside else machine.deep)
        states = moved << 1 | stayed
        states |= (states & stars) << 1
        if not states:
            return False
    return bool(states >> machine.size & 1)


@dataclass(frozen=True, slots=True)
class _Machine:
    """A pattern as sets of token positions; bit `size` is the end. No two stars are neighbours."""

    size: int
    literals: dict[int, int]
    single: int
    star: int
    deep: int


@lru_cache(maxsize=8192)
def _compile(pattern: bytes) -> _Machine:
    """Translate a pattern. A backslash at the very end stands for itself."""
    literals: defaultdict[int, int] = defaultdict(int)
    sets = {"?": 0, "*": 0, "**": 0}
    position = 0
    for token in re.findall(rb"\*+|\?|\\.|.", pattern, re.DOTALL):
        bit = 1 << position
        if token[:1] == b"*":
            sets["*" if len(token) == 1 else "**"] |= bit
        elif token == b"?":
            sets["?"] |= bit
        else:
            literals[token[-1]] |= bit
        position += 1
    return _Machine(position, dict(literals), sets["?"], sets["*"], sets["**"])
