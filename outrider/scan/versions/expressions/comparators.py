"""Comparisons between commas, all of which hold: `>= 1.2, < 2.0`, as GitHub's advisories write them.

`|` or `||` between alternatives.
"""

import re

from outrider.scan.versions.encoding import refused
from outrider.scan.versions.expressions.spans import EVERYTHING, Spans, both, compared, either
from outrider.scan.versions.scheme import Scheme

_TERM = re.compile(r"(>=|<=|>|<|==?|!=)?\s*([^\s,<>=!|]+)\Z")
_ALTERNATIVES = re.compile(r"\|\|?")


def spans(scheme: Scheme, expression: str) -> Spans:
    """The versions for which it holds; `*` is all of them. Raises InvalidInput."""
    return either(
        *(_alternative(scheme, part.strip(), expression) for part in _ALTERNATIVES.split(expression))
    )


def _alternative(scheme: Scheme, part: str, expression: str) -> Spans:
    result = EVERYTHING
    for text in part.split(",") if part != "*" else ():
        term = _TERM.match(text.strip())
        if not term:
            raise refused(expression, scheme.name, "it is no list of comparisons either")
        result = both(result, compared(scheme, (term[1] or "=").replace("==", "="), term[2]))
    return result
