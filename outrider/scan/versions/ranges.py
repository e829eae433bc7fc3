"""Range expressions of feeds, turned into the ranges of an advisory.

Some feeds say which versions are vulnerable (`<4.3.1 || >=5.0.0 <5.1.2`), some which are not
(`patched_versions: ["~> 2.3.18", ">= 3.0.1"]`). `inside` reads the first kind, `outside` the second.
"""

import re
from collections.abc import Callable, Iterable

from outrider import limits
from outrider.errors import InvalidInput
from outrider.model.advisory import Range
from outrider.scan.versions.expressions import comparators, composer, gem, interval, npm, pep440, spans
from outrider.scan.versions.expressions.spans import HIGHEST, LOWEST, Cut, Spans
from outrider.scan.versions.expressions.successor import successor
from outrider.scan.versions.registry import scheme_of
from outrider.scan.versions.scheme import Scheme

_SYNTAXES: dict[str, Callable[[str], Spans]] = {
    "composer": composer.spans,
    "gem": gem.spans,
    "npm": npm.spans,
    "pep440": pep440.spans,
}
"""By scheme. Maven and NuGet share theirs; all others have comparisons only."""


def inside(ecosystem: str, expressions: Iterable[str]) -> tuple[Range, ...]:
    """The versions that any of the expressions names, lowest first; `(Range(),)` for all, `()` for none.

    Raises InvalidInput for an expression that is not of the ecosystem's syntax, or is too long.
    """
    scheme = _scheme(ecosystem)
    return _ranges(scheme, _union(scheme, expressions))


def outside(ecosystem: str, expressions: Iterable[str]) -> tuple[Range, ...]:
    """The versions that none of the expressions names. Raises InvalidInput as `inside` does."""
    scheme = _scheme(ecosystem)
    return _ranges(scheme, spans.outside(_union(scheme, expressions)))


_ENDLESS = re.compile(rf"[0-9]{{{limits.VERSION + 1}}}")
"""No version is so long, and Python does not convert numbers of over 4300 digits."""


def _scheme(ecosystem: str) -> Scheme:
    scheme = scheme_of(ecosystem)
    if not scheme:
        raise InvalidInput(f"no version scheme is known for the ecosystem {ecosystem[:80]!r}")
    return scheme


def _union(scheme: Scheme, expressions: Iterable[str]) -> Spans:
    return spans.either(*(_spans(scheme, expression) for expression in expressions))


def _spans(scheme: Scheme, expression: str) -> Spans:
    if len(expression) > limits.RANGE_EXPRESSION:
        raise InvalidInput(f"a range expression of {len(expression)} characters is too long")
    if _ENDLESS.search(expression):
        raise InvalidInput(f"a range expression with a number of more than {limits.VERSION} digits")
    syntax = _SYNTAXES.get(scheme.name)
    if syntax:
        return syntax(expression)
    read = interval.spans if scheme.name in {"maven", "nuget"} else comparators.spans
    return read(scheme, expression)


def _ranges(scheme: Scheme, found: Spans) -> tuple[Range, ...]:
    return tuple(
        Range(
            introduced=_introduced(scheme, low),
            fixed=high.version if high != HIGHEST and not high.after else "",
            last_affected=high.version if high.after else "",
        )
        for low, high in found
    )


def _introduced(scheme: Scheme, low: Cut) -> str:
    if low == LOWEST:
        return ""
    return successor(scheme.name, low.version) if low.after else low.version
