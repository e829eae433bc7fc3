"""Sets of versions: rows of spans between two cuts, sorted, apart from each other."""

from dataclasses import dataclass, field

from outrider.scan.versions.scheme import Scheme


@dataclass(frozen=True, slots=True, order=True)
class Cut:
    """A place between versions: just before one, or just after it."""

    end: int
    """-1: before all versions, 1: after all, 0: at a version."""
    key: bytes = b""
    after: bool = False
    version: str = field(default="", compare=False)


LOWEST, HIGHEST = Cut(-1), Cut(1)

Spans = tuple[tuple[Cut, Cut], ...]

EVERYTHING: Spans = ((LOWEST, HIGHEST),)
NOTHING: Spans = ()


def before(scheme: Scheme, version: str) -> Cut:
    """The place just before a version. Raises InvalidInput where the scheme does not know it."""
    return Cut(0, scheme.key(version), False, version)


def after(scheme: Scheme, version: str) -> Cut:
    """The place just after a version, and after all that are the same."""
    return Cut(0, scheme.key(version), True, version)


def between(low: Cut, high: Cut) -> Spans:
    """The versions between two places."""
    return ((low, high),) if low < high else NOTHING


def compared(scheme: Scheme, operator: str, version: str) -> Spans:
    """The versions for which `OPERATOR version` holds: `<`, `<=`, `>`, `>=`, `=`, `!=`."""
    low, high = before(scheme, version), after(scheme, version)
    return {
        "<": between(LOWEST, low),
        "<=": between(LOWEST, high),
        ">": between(high, HIGHEST),
        ">=": between(low, HIGHEST),
        "=": between(low, high),
        "!=": (*between(LOWEST, low), *between(high, HIGHEST)),
    }[operator]


def either(*sets: Spans) -> Spans:
    """Versions of any of them."""
    result: list[tuple[Cut, Cut]] = []
    for low, high in sorted(span for spans in sets for span in spans):
        if result and low <= result[-1][1]:
            result[-1] = (result[-1][0], max(result[-1][1], high))
        else:
            result.append((low, high))
    return tuple(result)


def both(one: Spans, other: Spans) -> Spans:
    """Versions that are in the two of them."""
    result: list[tuple[Cut, Cut]] = []
    left = right = 0
    while left < len(one) and right < len(other):
        low, high = max(one[left][0], other[right][0]), min(one[left][1], other[right][1])
        result.extend(between(low, high))
        if one[left][1] < other[right][1]:
            left += 1
        else:
            right += 1
    return tuple(result)


def outside(spans: Spans) -> Spans:
    """All other versions."""
    result: Spans = ()
    low = LOWEST
    for first, last in spans:
        result += between(low, first)
        low = last
    return result + between(low, HIGHEST)
