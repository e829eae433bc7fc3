"""Which patterns are tried on a file, arranged by how their candidates are found."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from outrider.scan.secrets.pattern import Find, Pattern
from outrider.scan.secrets.registry import PATTERNS

Ranked = tuple[int, Pattern]
"""A pattern and its place in the registry; the lower place wins where two find the same."""

GATE = 3
"""Bytes of a run, or before it, that are looked up in a set before any expression is tried."""

_TOKEN_END = re.compile(rb"[A-Za-z0-9_\-]\Z")
_NOTHING = re.compile(rb"(?!)")


@dataclass(frozen=True, slots=True)
class Plan:
    """One arrangement; `patterns_of` maps a keyword to those it is a keyword of."""

    begins: re.Pattern[bytes]
    """Keywords that a run begins with, the longest first; an escaped line end may stand before them."""
    of_begin: dict[bytes, tuple[Ranked, ...]]
    before: tuple[tuple[bytes, tuple[Ranked, ...]], ...]
    """Keywords right before a run, and their patterns."""
    heads: frozenset[bytes]
    """The first GATE bytes of the keywords of `begins`, for those that have as many."""
    short: frozenset[int]
    """The first bytes of the others."""
    tails: frozenset[bytes]
    """The last GATE bytes of those of `before`."""
    near: re.Pattern[bytes] | None
    """Keywords in lower case; None: there are none."""
    of_near: dict[bytes, tuple[Ranked, ...]]
    anywhere: tuple[Ranked, ...]
    keywords: tuple[bytes, ...]
    """Of `anywhere`, each once."""


def plan_for(path: str, *, foreign: bool) -> Plan:
    """The plan for a file: `foreign` is other people's code, in which names say nothing."""
    if _CODE.search(path):
        return _plan(foreign, frozenset())
    return _plan(foreign, frozenset(rank for rank, regex in _BY_FILE if regex.search(path)))


_BY_FILE = tuple((rank, pattern.files) for rank, pattern in enumerate(PATTERNS) if pattern.files is not None)
_CODE = re.compile(
    r"\.(?:pyi?|[cm]?js|ts|map|md|rst|html|css|c|h|txt|go|rs|rb|php|java|p[lmo]|tcl|csv|svg|xml)$"
)
"""Endings of most files of an image: no pattern is about files of such a name."""


@cache
def _plan(foreign: bool, by_file: frozenset[int]) -> Plan:
    """Build a plan. There are few: two, times the kinds of files that patterns name."""
    chosen = [
        (rank, pattern)
        for rank, pattern in enumerate(PATTERNS)
        if (pattern.files is None or rank in by_file)
        and not (foreign and (pattern.generic or pattern.find is Find.NEAR))
    ]
    starts = [ranked for ranked in chosen if ranked[1].find is Find.STARTS]
    near = _by_keyword(ranked for ranked in chosen if ranked[1].find is Find.NEAR)
    words = _by_keyword(starts)
    begins = {keyword: ranked for keyword, ranked in words.items() if _TOKEN_END.search(keyword)}
    before = {keyword: ranked for keyword, ranked in words.items() if keyword not in begins}
    anywhere = tuple(ranked for ranked in chosen if ranked[1].find is Find.ANYWHERE)
    return Plan(
        begins=re.compile(rb"(?:(?<=\\)[nrt])?(" + _any_of(begins) + rb")") if begins else _NOTHING,
        of_begin={keyword: _beginning(keyword, begins) for keyword in begins},
        before=tuple(before.items()),
        heads=frozenset(keyword[:GATE] for keyword in begins if len(keyword) >= GATE),
        short=frozenset(keyword[0] for keyword in begins if len(keyword) < GATE),
        tails=frozenset(keyword[-GATE:] for keyword in before),
        near=re.compile(_any_of(near)) if near else None,
        of_near=near,
        anywhere=anywhere,
        keywords=tuple(dict.fromkeys(keyword for ranked in anywhere for keyword in ranked[1].keywords)),
    )


def _by_keyword(chosen: Iterable[Ranked]) -> dict[bytes, tuple[Ranked, ...]]:
    """Keyword → the patterns that have it."""
    found: dict[bytes, tuple[Ranked, ...]] = {}
    for ranked in chosen:
        for keyword in ranked[1].keywords:
            found[keyword] = (*found.get(keyword, ()), ranked)
    return found


def _any_of(keywords: Iterable[bytes]) -> bytes:
    """An expression for the longest of them that fits; by first byte, which is several times as fast."""
    by_first: dict[bytes, list[bytes]] = {}
    for keyword in sorted(keywords, key=lambda word: (-len(word), word)):
        by_first.setdefault(keyword[:1], []).append(re.escape(keyword[1:]))
    return b"|".join(
        re.escape(first) + rb"(?:" + b"|".join(rest) + rb")" for first, rest in sorted(by_first.items())
    )


def _beginning(keyword: bytes, words: dict[bytes, tuple[Ranked, ...]]) -> tuple[Ranked, ...]:
    """The patterns of a keyword and of all its beginnings: `sk-ant-api03-` is also an `sk-`."""
    return tuple(ranked for word, group in words.items() if keyword.startswith(word) for ranked in group)
