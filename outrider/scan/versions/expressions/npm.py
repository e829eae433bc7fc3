"""npm's ranges: `^1.2.3`, `~1.2`, `1.x || >=2.5.0 <3`, `1.2.3 - 2.3.4`.

https://github.com/npm/node-semver#ranges, with `includePrerelease`: advisories mean prereleases too.
"""

import re

from outrider.scan.versions.encoding import refused
from outrider.scan.versions.expressions.spans import EVERYTHING, NOTHING, Spans, both, compared, either
from outrider.scan.versions.npm import SCHEME

_X = r"(?:[0-9]+|[xX*])"
_IDENTIFIER = r"(?:[0-9]*[a-zA-Z-][a-zA-Z0-9-]*|[0-9]+)"
_PARTIAL = (
    rf"[v=\s]*({_X})(?:\.({_X})(?:\.({_X})(?:-?({_IDENTIFIER}(?:\.{_IDENTIFIER})*))?(?:\+[0-9A-Za-z.-]+)?)?)?"
)
_TERM = re.compile(rf"(\^|~>|~|>=|<=|>|<|=|)\s*{_PARTIAL}(?=[\s,]|\Z)", re.ASCII)
_HYPHEN = re.compile(rf"\s*{_PARTIAL}\s+-\s+{_PARTIAL}\s*\Z", re.ASCII)

_Partial = tuple[str | None, str | None, str | None, str | None]
"""Major, minor, patch, prerelease; None or `x`, `X`, `*` where any will do."""


def spans(expression: str) -> Spans:
    """The versions that satisfy a range. Raises InvalidInput."""
    return either(*(_alternative(part.strip(), expression) for part in expression.split("||")))


def _alternative(part: str, expression: str) -> Spans:
    """Terms between blanks: all must hold."""
    hyphen = _HYPHEN.match(part)
    if hyphen:
        return both(_from(_partial(hyphen, 1)), _to(_partial(hyphen, 5)))
    result, at = EVERYTHING, 0
    while at < len(part):
        term = _TERM.match(part, at)
        if not term:
            raise refused(expression, "npm", "it is no range either")
        result = both(result, _term(term[1], _partial(term, 2)))
        at = _end_of_blanks(part, term.end())
    return result


def _partial(match: re.Match[str], at: int) -> _Partial:
    return match[at], match[at + 1], match[at + 2], match[at + 3]


def _end_of_blanks(part: str, at: int) -> int:
    """Commas are no part of npm's ranges, but of what people write."""
    end = at
    while end < len(part) and (part[end].isspace() or part[end] == ","):
        end += 1
    return end


def _number(part: str | None) -> int | None:
    return int(part) if part is not None and part not in "xX*" else None


def _term(operator: str, partial: _Partial) -> Spans:
    major, minor, patch = map(_number, partial[:3])
    if major is None:
        return NOTHING if operator in {"<", ">"} else EVERYTHING
    if minor is None or patch is None:
        return _incomplete(operator, major, minor)
    prerelease = f"-{partial[3]}" if partial[3] else ""
    version = f"{major}.{minor}.{patch}{prerelease}"
    if operator in {"~", "~>"}:
        return _range(version, f"{major}.{minor + 1}.0-0")
    if operator == "^":
        return _range(version, _caret(major, minor, patch))
    return compared(SCHEME, operator or "=", version)


def _caret(major: int, minor: int, patch: int) -> str:
    """The first version in which the leftmost number that is not 0 differs."""
    if major:
        return f"{major + 1}.0.0-0"
    return f"0.{minor + 1}.0-0" if minor else f"0.0.{patch + 1}-0"


def _incomplete(operator: str, major: int, minor: int | None) -> Spans:
    """`1`, `1.2`, `1.x`: all that begin so."""
    first = f"{major}.{minor or 0}.0"
    following = f"{major + 1}.0.0-0" if minor is None else f"{major}.{minor + 1}.0-0"
    match operator:
        case ">" | "<=":
            return compared(SCHEME, ">=" if operator == ">" else "<", following)
        case ">=" | "<":
            return compared(SCHEME, operator, f"{first}-0")
        case "^" if major:
            return _range(f"{first}-0", f"{major + 1}.0.0-0")
    return _range(f"{first}-0", following)


def _range(low: str, high: str) -> Spans:
    return both(compared(SCHEME, ">=", low), compared(SCHEME, "<", high))


def _from(partial: _Partial) -> Spans:
    major, minor, patch = map(_number, partial[:3])
    if major is None:
        return EVERYTHING
    complete = minor is not None and patch is not None
    prerelease = partial[3] if complete and partial[3] else "0"
    return compared(SCHEME, ">=", f"{major}.{minor or 0}.{(patch or 0) if complete else 0}-{prerelease}")


def _to(partial: _Partial) -> Spans:
    major, minor, patch = map(_number, partial[:3])
    if major is None:
        return EVERYTHING
    if minor is None or patch is None:
        return _incomplete("<=", major, minor)
    if partial[3]:
        return compared(SCHEME, "<=", f"{major}.{minor}.{patch}-{partial[3]}")
    return compared(SCHEME, "<", f"{major}.{minor}.{patch + 1}-0")
