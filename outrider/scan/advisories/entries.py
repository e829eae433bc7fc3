"""What shards say of one package: spans of keys, single versions, and the versions with the fix."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from outrider.errors import InvalidInput
from outrider.model.advisory import Affected
from outrider.scan.advisories.intervals import Interval, contains, interval, merged
from outrider.scan.advisories.ordering import key_of
from outrider.scan.advisories.record import LeftOut

Key = Callable[[str], bytes]


@dataclass(frozen=True, slots=True)
class Entry:
    """One row's worth: entries of an advisory that speak of the same package in the same words are one."""

    package: str
    arch: str
    severity: str
    status: str
    spans: tuple[Interval, ...]
    singles: tuple[bytes | str, ...]
    """Keys, or texts of what is no version; none is in a span."""
    fixes: tuple[tuple[bytes, str], ...]
    """(key, version), lowest first."""


def check_bounds(affected: Affected) -> tuple[Affected | None, list[LeftOut]]:
    """What of an entry can be compared, and what is left out; None: nothing of it can."""
    key = key_of(affected.ecosystem)
    usable, lost = [], []
    for bounds in affected.ranges:
        try:
            interval(bounds, key or _no_order)
            usable.append(bounds)
        except InvalidInput as error:
            reason = "ranges with a bound that is no version" if key else f"ranges of {affected.ecosystem}"
            lost.append(LeftOut(reason, f"{affected.name}: {error.message}"))
    if not usable and not affected.versions:
        return None, lost
    return (replace(affected, ranges=tuple(usable)) if lost else affected), lost


def entries(affected: Iterable[Affected]) -> list[Entry]:
    """The entries of one advisory within one shard, sorted."""
    groups: dict[tuple[str, str, str, str], list[Affected]] = {}
    for item in affected:
        groups.setdefault((item.name, item.arch, item.severity, item.status), []).append(item)
    made = (_entry(*group, groups[group]) for group in sorted(groups))
    return [entry for entry in made if entry.spans or entry.singles]


def _entry(package: str, arch: str, severity: str, status: str, items: list[Affected]) -> Entry:
    """Put together what belongs to one package."""
    key = key_of(items[0].ecosystem) or _no_order
    ranges = [bounds for item in items for bounds in item.ranges]
    spans = merged(filter(None, (interval(bounds, key) for bounds in ranges)))
    singles: set[bytes | str] = set()
    for version in {version for item in items for version in item.versions}:
        try:
            single: bytes | str = key(version)
        except InvalidInput:
            single = version
        if isinstance(single, str) or not contains(spans, single):
            singles.add(single)
    named = {
        key(bounds.fixed): bounds.fixed for bounds in sorted(ranges, key=lambda r: r.fixed) if bounds.fixed
    }
    # a fix that had to be mended itself is none: Go's records have such
    fixes = {at: fix for at, fix in named.items() if at not in singles and not contains(spans, at)}
    in_order = sorted(singles, key=lambda single: (isinstance(single, bytes), single))
    return Entry(package, arch, severity, status, tuple(spans), tuple(in_order), tuple(sorted(fixes.items())))


def _no_order(version: str) -> bytes:
    """The key function of an ecosystem that has none: only texts can be compared."""
    raise InvalidInput(f"the order of {version[:40]!r} is not known")
