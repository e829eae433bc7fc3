"""From bytes to credentials: the quick looks first, the expressions only where those saw something."""

import re
from bisect import bisect
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from outrider.scan.secrets.checks.chance import stands_in
from outrider.scan.secrets.pattern import CONTEXT, RUN, Pattern, Verdict
from outrider.scan.secrets.plan import GATE, Plan, Ranked

_KINDS = bytes(
    ord("a") if chr(byte).isascii() and (chr(byte).isalnum() or byte in b"_-") else ord(" ")
    for byte in range(256)
)
"""Token characters become `a`, all others a space: then a run is found by searching for one text, which the C
library of strings does by leaps."""

_NEEDLE = b"a" * RUN
_GIVEN = frozenset(b"\"'`=: \t>,(.!$")
"""Bytes that may stand between a name and the value it is given, or between two parts of a value."""
_ASSIGNS = (b"=", b":", b",", b">", b".", b"!", b"$", b"(", b"[", b"earer", b"oken", b"asic", b"lyV1")
"""What stands before it, blanks and quotes left aside; the words are those of an Authorization header."""
_FILLING = 12
"""Bytes of spaces and quotes between an assignment and the value, at most."""
_LONGEST_VALUE = 200
"""Runs longer than this (bytes) are data, not a value that somebody named."""
_RARE = b"~"
"""A byte that few texts have: to look for it alone costs a tenth of looking for a short keyword with it."""
_BACKSLASH = ord("\\")
_DIGIT = re.compile(rb"[0-9]")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A match that its check let pass."""

    rank: int
    pattern: Pattern
    start: int
    end: int
    secret: bytes
    verdict: Verdict


def candidates(plan: Plan, data: bytes) -> list[Candidate]:
    """The credentials in a piece of text, by position; none overlaps another."""
    lower = data.lower() if plan.near or plan.anywhere else b""
    found: dict[tuple[int, int], Candidate] = {}
    for (rank, pattern), match in (
        *_beginning_runs(plan, data, lower),
        *_around_keywords(plan, data, lower),
    ):
        candidate = _judged(rank, pattern, match)
        if candidate is not None:
            found[rank, candidate.start] = candidate
    return _without_overlaps(found.values())


def _beginning_runs(plan: Plan, data: bytes, lower: bytes) -> Iterator[tuple[Ranked, re.Match[bytes]]]:
    """Matches of patterns that begin with a run of token characters, or lie near one."""
    kinds = data.translate(_KINDS)
    find, near, heads, tails, short = kinds.find, plan.near, plan.heads, plan.tails, plan.short
    end = 0
    while (start := find(_NEEDLE, end)) >= 0:
        end = find(b" ", start + RUN)
        if end < 0:
            end = len(data)
        left = data[start - 1] if start else 0
        if data[start : start + GATE] in heads or data[start] in short or left == _BACKSLASH:
            begun = plan.begins.match(data, start)
            if begun is not None:
                yield from _matching(plan.of_begin[begun[1]], data, begun.start(1))
        if data[max(0, start - GATE) : start] in tails:
            for keyword, ranked in plan.before:
                if data.startswith(keyword, max(0, start - len(keyword))):
                    yield from _matching(ranked, data, start - len(keyword))
        if near and left in _GIVEN and end - start <= _LONGEST_VALUE and _is_given(data, start, end):
            line = max(data.rfind(b"\n", max(0, start - CONTEXT), start) + 1, start - CONTEXT, 0)
            for keyword in sorted(set(near.findall(lower, line, start))):
                for one in plan.of_near[keyword]:
                    yield from _within(one, data, max(0, line - 32), start + one[1].reach)


def _is_given(data: bytes, start: int, end: int) -> bool:
    """Whether a run looks like a value that something is given: has a digit, and an assignment before it."""
    if not _DIGIT.search(data, start, end):
        return False
    before = data[max(0, start - _FILLING) : start].rstrip(b" \t\"'`")
    return before.endswith(_ASSIGNS)


def _matching(
    patterns: tuple[Ranked, ...], data: bytes, start: int
) -> Iterator[tuple[Ranked, re.Match[bytes]]]:
    """Matches at exactly one place."""
    for ranked in patterns:
        match = ranked[1].regex.match(data, start)
        if match is not None:
            yield ranked, match


def _around_keywords(plan: Plan, data: bytes, lower: bytes) -> Iterator[tuple[Ranked, re.Match[bytes]]]:
    """Matches around keywords; pieces that overlap are one, so that no byte is looked at twice."""
    rare = _RARE in lower
    hits = {
        keyword: list(_hits(lower, keyword))
        for keyword in plan.keywords
        if (rare or _RARE not in keyword) and keyword in lower
    }
    if not hits:
        return
    for ranked in plan.anywhere:
        if hits.keys().isdisjoint(ranked[1].keywords):
            continue
        if ranked[1].anchored:
            for hit in hits.get(ranked[1].keywords[0], ()):
                yield from _matching((ranked,), data, hit)
            continue
        places = [hit for keyword in ranked[1].keywords if keyword in hits for hit in hits[keyword]]
        if places:
            for start, stop in _joined(sorted(places), ranked[1].around, ranked[1].reach):
                yield from _within(ranked, data, start, stop)


def _within(ranked: Ranked, data: bytes, start: int, stop: int) -> Iterator[tuple[Ranked, re.Match[bytes]]]:
    """Matches in a piece; one that the end of the piece cuts short is matched anew, as long as it is."""
    regex = ranked[1].regex
    for match in regex.finditer(data, start, stop):
        cut = match.end() == stop < len(data)
        yield ranked, (regex.match(data, match.start()) or match) if cut else match


def _hits(text: bytes, keyword: bytes) -> Iterator[int]:
    """Where a keyword stands."""
    at = text.find(keyword)
    while at >= 0:
        yield at
        at = text.find(keyword, at + len(keyword))


def _joined(hits: list[int], around: int, reach: int) -> Iterator[tuple[int, int]]:
    """Pieces from `around` bytes before a hit to `reach` after it, joined where they touch."""
    start, stop = max(0, hits[0] - around), hits[0] + reach
    for hit in hits[1:]:
        if hit - around > stop:
            yield start, stop
            start = hit - around
        stop = hit + reach
    yield start, stop


def _judged(rank: int, pattern: Pattern, match: re.Match[bytes]) -> Candidate | None:
    """The candidate of a match; None when it stands for a credential or is not what it looks like."""
    secret = match["secret"]
    if stands_in(secret):
        return None
    verdict = pattern.check(match) if pattern.check else Verdict()
    if verdict is None:
        return None
    return Candidate(rank, pattern, match.start("secret"), match.end("secret"), secret, verdict)


def _without_overlaps(found: Iterable[Candidate]) -> list[Candidate]:
    """By position; of two that overlap only the one with the lower rank."""
    kept: list[Candidate] = []
    starts: list[int] = []
    for candidate in sorted(found, key=lambda one: (one.rank, one.start)):
        place = bisect(starts, candidate.start)
        clear_before = place == 0 or kept[place - 1].end <= candidate.start
        clear_after = place == len(kept) or candidate.end <= kept[place].start
        if clear_before and clear_after:
            starts.insert(place, candidate.start)
            kept.insert(place, candidate)
    return kept
