"""Requirements of RubyGems: `~> 2.3.18`, `>= 3.0.1, < 4`.

https://guides.rubygems.org/patterns/#pessimistic-version-constraint
"""

import re

from outrider.scan.versions.encoding import refused
from outrider.scan.versions.expressions.spans import EVERYTHING, Spans, both, compared
from outrider.scan.versions.gem import SCHEME

_TERM = re.compile(r"(~>|>=|<=|>|<|!=|=)?\s*([0-9][0-9A-Za-z.-]*)\Z")
_NUMBERS = re.compile(r"([0-9]+(?:\.[0-9]+)*)")


def spans(expression: str) -> Spans:
    """The versions that satisfy all requirements between the commas. Raises InvalidInput."""
    result = EVERYTHING
    for text in expression.split(","):
        term = _TERM.match(text.strip())
        if not term:
            raise refused(expression, "gem", "it is no requirement either")
        operator, version = term[1] or "=", term[2]
        result = both(result, _about(version) if operator == "~>" else compared(SCHEME, operator, version))
    return result


def _about(version: str) -> Spans:
    """`~> 1.2.3`: from it on to before 1.3 and all prereleases of that, the lowest of which is `1.3.A`."""
    leading = _release(version)
    kept = leading[:-1] if len(leading) > 1 else leading
    bumped = [*kept[:-1], str(int(kept[-1]) + 1)]
    return both(compared(SCHEME, ">=", version), compared(SCHEME, "<", f"{'.'.join(bumped)}.A"))


def _release(version: str) -> list[str]:
    """The numbers up to the first word: `1.10b` counts as 1.10, as its segments are 1, 10 and b."""
    numbers = _NUMBERS.match(version)
    return numbers[1].split(".") if numbers else ["0"]
