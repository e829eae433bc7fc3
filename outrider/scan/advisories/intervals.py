"""From an advisory's bounds to pairs of keys: low ≤ key < high, which is all that a look-up compares.

A bound that includes or excludes its version the other way is the smallest byte string after its key: key and
one zero byte."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from outrider.errors import InvalidInput
from outrider.model.advisory import Range

Interval = tuple[bytes, bytes | None]
"""The lowest key that is in, and the lowest above it that is out; None: there is none."""

Key = Callable[[str], bytes]

_FIRST = "0"
"""OSV: before every version there is."""


def interval(bounds: Range, key: Key) -> Interval | None:
    """The keys of one range; None: it is empty. Raises InvalidInput for bounds that are no versions."""
    low = key(bounds.introduced) if bounds.introduced else b""
    if bounds.after:
        low = max(low, key(bounds.after) + b"\0")
    highs = [key(version) for version in (bounds.fixed, bounds.before) if version]
    if bounds.last_affected:
        highs.append(key(bounds.last_affected) + b"\0")
    high = min(highs, default=None)
    return None if high is not None and high <= low else (low, high)


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """The same keys in as few intervals as possible, lowest first."""
    found: list[Interval] = []
    for low, high in sorted(intervals, key=lambda pair: pair[0]):
        if found and (found[-1][1] is None or low <= found[-1][1]):
            before = found[-1]
            top = None if high is None or before[1] is None else max(before[1], high)
            found[-1] = (before[0], top)
        else:
            found.append((low, high))
    return found


def contains(intervals: Iterable[Interval], key: bytes) -> bool:
    """Whether a version's key is in one of them."""
    return any(low <= key and (high is None or key < high) for low, high in intervals)


def from_events(events: Sequence[tuple[str, str]], key: Key | None) -> tuple[Range, ...]:
    """Ranges of OSV's events, (kind, version) each, as its evaluation has it.

    https://ossf.github.io/osv-schema/#evaluation. Events are sorted by version; without a `key`, as for an
    ecosystem whose order we do not know, the document's order stands. Raises InvalidInput when nothing is
    ever introduced, or a version is none."""
    limits = [version for kind, version in events if kind == "limit" and version != "*"]
    unlimited = any(event == ("limit", "*") for event in events) or not limits
    placed = [(kind, version) for kind, version in events if kind != "limit"]
    if not any(kind == "introduced" for kind, _ in placed):
        raise InvalidInput("a range in which nothing is introduced")
    groups = [[event] for event in placed] if key is None else _by_version(placed, key)
    cut = "" if unlimited else (max(limits, key=key) if key else limits[-1])
    return tuple(_cut(bounds, cut, key) for bounds in _walk(groups))


def _by_version(events: Iterable[tuple[str, str]], key: Key) -> list[list[tuple[str, str]]]:
    """Events of the same version together, in the document's order; the lowest first."""
    groups: dict[bytes, list[tuple[str, str]]] = {}
    for event in events:
        groups.setdefault(b"" if event[1] == _FIRST else key(event[1]), []).append(event)
    return [groups[place] for place in sorted(groups)]


def _walk(groups: Iterable[Sequence[tuple[str, str]]]) -> Iterator[Range]:
    """What begins at each version, or right after it, and ends at another: `last_affected` acts on what
    follows."""
    begun: Range | None = None
    vulnerable = False
    for events in groups:
        version = "" if events[0][1] == _FIRST else events[0][1]
        at = after = vulnerable
        for kind, _ in events:
            after = kind == "introduced"
            at = at if kind == "last_affected" else after
        if at and not vulnerable:
            begun = Range(version)
        elif begun and not at:
            yield replace(begun, fixed=version or _FIRST)
        if after and not at:
            begun = Range(after=version or _FIRST)
        elif begun and at and not after:
            yield replace(begun, last_affected=version or _FIRST)
        vulnerable = after
        begun = begun if after else None
    if begun:
        yield begun


def _cut(bounds: Range, limit: str, key: Key | None) -> Range:
    """A range that ends before a limit, if it does not end sooner."""
    if not limit:
        return bounds
    end = bounds.fixed or bounds.last_affected
    if end and (key is None or key(end) <= key(limit)):
        return bounds
    return replace(bounds, before=limit)


def without(
    vulnerable: Iterable[Range], patched: Sequence[Range], unaffected: Iterable[Range], key: Key
) -> tuple[Range, ...]:
    """Vulnerable versions that are neither patched nor unaffected, lowest first.

    A feed that says `<5.0.0` is vulnerable and `^4.0.8` is patched means the difference. The lowest version
    of what is patched is a fix; other ends are just ends. Where the vulnerable end before it, as in `<=1.1.0`
    and `>=1.1.1`, an empty range at the end names it. Raises InvalidInput for bounds that are no versions."""
    vulnerable, unaffected = list(vulnerable), list(unaffected)
    names: dict[bytes, Range] = {}
    for bounds in (*vulnerable, *unaffected, *patched):
        for version in filter(None, (bounds.introduced, bounds.fixed, bounds.last_affected)):
            names[key(version)] = Range(introduced=version, before=version)
            names[key(version) + b"\0"] = Range(after=version, last_affected=version)
    for bounds in patched:
        if bounds.introduced:
            found = bounds.introduced
            names[key(found)] = Range(introduced=found, fixed=found)
    keep = merged(filter(None, (interval(bounds, key) for bounds in vulnerable)))
    taken = merged(filter(None, (interval(bounds, key) for bounds in (*patched, *unaffected))))
    pieces = list(_common(keep, _gaps(taken)))
    left = [_named(piece, names) for piece in pieces]
    said = {bounds.fixed for bounds in left}
    fixes = {key(bounds.introduced): bounds.introduced for bounds in patched if bounds.introduced}
    later = (fix for at, fix in sorted(fixes.items()) if pieces and pieces[0][0] < at)
    return (*left, *(Range(introduced=fix, fixed=fix) for fix in later if fix not in said))


def _named(piece: Interval, names: Mapping[bytes, Range]) -> Range:
    """An interval with the versions that its ends are."""
    low = names.get(piece[0], Range())
    high = names[piece[1]] if piece[1] is not None else Range()
    return Range(low.introduced, high.fixed, high.last_affected, low.after, high.before)


def _common(one: Sequence[Interval], other: Sequence[Interval]) -> Iterator[Interval]:
    """What two lists of merged intervals share."""
    for low, high in one:
        for other_low, other_high in other:
            bottom = max(low, other_low)
            top = min((end for end in (high, other_high) if end is not None), default=None)
            if top is None or bottom < top:
                yield bottom, top


def _gaps(intervals: Sequence[Interval]) -> list[Interval]:
    """What merged intervals leave out."""
    if not intervals:
        return [(b"", None)]
    found: list[Interval] = [(b"", intervals[0][0])] if intervals[0][0] else []
    found += [(one[1], other[0]) for one, other in pairwise(intervals) if one[1] is not None]
    if intervals[-1][1] is not None:
        found.append((intervals[-1][1], None))
    return found
