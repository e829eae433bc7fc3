"""Constraints of Composer: `^1.2`, `~1.2.3`, `1.2.*`, `>=1.0 <1.1 || >=1.2`, `1.0 - 2.0`.

https://getcomposer.org/doc/articles/versions.md. Bounds without a stability take in, or leave out, the
development versions before them: `<1.2` is `<1.2-dev`.
"""

import re

from outrider.scan.versions.composer import SCHEME
from outrider.scan.versions.encoding import refused
from outrider.scan.versions.expressions.spans import EVERYTHING, Spans, both, compared, either

_OR = re.compile(r"\s*\|\|?\s*")
_AND = re.compile(r"(?<![<>=!~^,])[\s,]+(?![\s,]|-\s)")
_HYPHEN = re.compile(r"(\S+)\s+-\s+(\S+)\Z")
_TERM = re.compile(r"(<>|!=|>=|<=|>|<|==?|\^|~)?\s*(v?[0-9][^\s,|]*)\Z")
_NUMBERS = re.compile(r"v?([0-9]+(?:\.[0-9]+){0,3})(.*)\Z", re.DOTALL)
_WILDCARD = re.compile(r"v?([0-9]+(?:\.[0-9]+){0,2})(?:\.[xX*])+\Z")
_ANY = re.compile(r"[xX*](?:\.[xX*])*\Z")
_BUILD = re.compile(r"\+.*\Z")


def spans(expression: str) -> Spans:
    """The versions that meet a constraint. Raises InvalidInput."""
    return either(*(_alternative(part, expression) for part in _OR.split(expression.strip())))


def _alternative(part: str, expression: str) -> Spans:
    hyphen = _HYPHEN.match(part)
    if hyphen:
        return both(compared(SCHEME, ">=", _bound(hyphen[1])), _up_to(hyphen[2], expression))
    result = EVERYTHING
    for text in _AND.split(part):
        result = both(result, _one(text, expression))
    return result


def _one(text: str, expression: str) -> Spans:
    if _ANY.match(text):
        return EVERYTHING
    wildcard = _WILDCARD.match(text)
    if wildcard:
        return _from_to(f"{wildcard[1]}-dev", _next(wildcard[1].split(".")))
    term = _TERM.match(text)
    if not term:
        raise refused(expression, "Composer", "it is no constraint either")
    operator, version = (term[1] or "=").replace("==", "=").replace("<>", "!="), term[2]
    match operator:
        case "^":
            return _from_to(_bound(version), _next(_significant(_numbers(version, expression))))
        case "~":
            numbers = _numbers(version, expression)
            return _from_to(_bound(version), _next(numbers[: max(1, len(numbers) - 1)]))
        case "<" | ">=":
            return compared(SCHEME, operator, _bound(version))
    return compared(SCHEME, operator, version)


def _numbers(version: str, expression: str) -> list[str]:
    form = _NUMBERS.match(version)
    if not form:
        raise refused(expression, "Composer", "it is no constraint either")
    return form[1].split(".")


def _significant(numbers: list[str]) -> list[str]:
    """Up to the first that is not 0, as far as three are there."""
    for place, part in enumerate(numbers[:3]):
        if part != "0":
            return numbers[: place + 1]
    return numbers[:3]


def _bound(version: str) -> str:
    """With `-dev` where no stability is named."""
    form = _NUMBERS.match(_BUILD.sub("", version))
    return f"{form[1]}-dev" if form and not form[2] else version


def _next(numbers: list[str]) -> str:
    return ".".join([*numbers[:-1], str(int(numbers[-1]) + 1)]) + "-dev"


def _from_to(low: str, high: str) -> Spans:
    return both(compared(SCHEME, ">=", low), compared(SCHEME, "<", high))


def _up_to(version: str, expression: str) -> Spans:
    """The end of `1.0 - 2.0`: all that begin with 2.0. With three numbers or a stability: it."""
    form = _NUMBERS.match(version)
    if not form:
        raise refused(expression, "Composer", "it is no constraint either")
    numbers = form[1].split(".")
    if len(numbers) > 2 or form[2]:
        return compared(SCHEME, "<=", version)
    return compared(SCHEME, "<", _next(numbers))
