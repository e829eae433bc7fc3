"""Intervals of Maven and NuGet: `[1.0,2.0)`, `(,1.5]`, `[1.0]`, several with commas between them.

https://maven.apache.org/pom.html#dependency-version-requirement-specification,
https://learn.microsoft.com/en-us/nuget/concepts/package-versioning#version-ranges
"""

import re

from outrider.scan.versions.encoding import refused
from outrider.scan.versions.expressions import comparators
from outrider.scan.versions.expressions.spans import (
    HIGHEST,
    LOWEST,
    Spans,
    after,
    before,
    between,
    compared,
    either,
)
from outrider.scan.versions.scheme import Scheme

_INTERVAL = re.compile(r"\s*([\[(])([^\[\](),]*)(?:(,)([^\[\](),]*))?([\])])\s*(?:,|\Z)")


def spans(scheme: Scheme, expression: str) -> Spans:
    """The versions of any of the intervals; `>= 1, < 2` is understood too. Raises InvalidInput."""
    if not expression.lstrip().startswith(("[", "(")):
        return comparators.spans(scheme, expression)
    found: list[Spans] = []
    at = 0
    while at < len(expression):
        interval = _INTERVAL.match(expression, at)
        if not interval:
            raise refused(expression, scheme.name, "it is no interval either")
        found.append(_interval(scheme, interval, expression))
        at = interval.end()
    return either(*found)


def _interval(scheme: Scheme, interval: re.Match[str], expression: str) -> Spans:
    opening, low, comma, high, closing = interval.groups()
    if not comma:
        if opening + closing != "[]":
            raise refused(expression, scheme.name, "it is no interval either")
        return compared(scheme, "=", low)
    return between(
        (before if opening == "[" else after)(scheme, low) if low.strip() else LOWEST,
        (after if closing == "]" else before)(scheme, high) if high.strip() else HIGHEST,
    )
