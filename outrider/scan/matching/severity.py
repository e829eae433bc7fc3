"""How bad: the vendor's word if there is one, else what the newest CVSS vector comes to."""

from collections.abc import Iterable
from functools import lru_cache

from outrider import limits
from outrider.errors import InvalidInput
from outrider.model.finding import Score, Severity

_WORDS = {
    "critical": Severity.CRITICAL,
    "high": Severity.HIGH,
    "important": Severity.HIGH,
    "medium": Severity.MEDIUM,
    "moderate": Severity.MEDIUM,
    "low": Severity.LOW,
    "minor": Severity.LOW,
    "negligible": Severity.NEGLIGIBLE,
    "unimportant": Severity.NEGLIGIBLE,
    "informational": Severity.NEGLIGIBLE,
    "none": Severity.NEGLIGIBLE,
}
"""Of Debian (https://security-team.debian.org/security_tracker.html#severity-levels), Ubuntu
(https://ubuntu.com/security/cves/about#priority), Red Hat
(https://access.redhat.com/security/updates/classification), Amazon, SUSE, GitHub and npm."""

_BASE_OF_4 = frozenset({"AV", "AC", "AT", "PR", "UI", "VC", "VI", "VA", "SC", "SI", "SA"})
"""Metrics of a 4.0 vector's base score; the others say what became of it, or where."""


def rating(word: str) -> Severity:
    """What a vendor's word means; UNKNOWN for `not yet assigned`, `untriaged` and words nobody told us of."""
    return _WORDS.get(word.strip().lower().rstrip("*"), Severity.UNKNOWN)


def of_score(score: Score) -> Severity:
    """The rating of a base score: https://nvd.nist.gov/vuln-metrics/cvss. Version 2 has no CRITICAL."""
    steps: tuple[tuple[float, Severity], ...] = (
        (7.0, Severity.HIGH),
        (4.0, Severity.MEDIUM),
        (0.1, Severity.LOW),
    )
    if not score.version.startswith("2"):
        steps = ((9.0, Severity.CRITICAL), *steps)
    return next((severity for least, severity in steps if score.base >= least), Severity.NEGLIGIBLE)


@lru_cache(maxsize=4096)
def score(vector: str, source: str = "") -> Score:
    """The base score of a CVSS vector, version 2.0, 3.0, 3.1 or 4.0. Raises InvalidInput for other texts."""
    from cvss.exceptions import CVSSError  # type: ignore[import-untyped]  # noqa: PLC0415 - takes 0.2 s

    text = vector.strip().strip("()")
    if len(text) > limits.CVSS_VECTOR:
        raise InvalidInput(f"a CVSS vector of {len(text)} characters is too long")
    try:
        return _computed(text, source)
    except (CVSSError, ArithmeticError, LookupError, ValueError, TypeError, AttributeError):
        raise InvalidInput(f"{vector[:80]!r} is no CVSS vector") from None


def _computed(text: str, source: str) -> Score:
    from cvss import CVSS2, CVSS3, CVSS4  # type: ignore[import-untyped]  # noqa: PLC0415 - as above

    if text.startswith("CVSS:4.0/"):
        kept = [part for part in text.split("/")[1:] if part.partition(":")[0] in _BASE_OF_4]
        whole = CVSS4(text)
        base = CVSS4("/".join(["CVSS:4.0", *kept])) if len(kept) < text.count("/") else whole
        return Score("4.0", text, float(base.base_score), source)
    if text.startswith(("CVSS:3.0/", "CVSS:3.1/")):
        return Score(text[5:8], text, float(CVSS3(text).base_score), source)
    return Score("2.0", text, float(CVSS2(text).base_score), source)


def scores(vectors: Iterable[tuple[str, str]]) -> tuple[Score, ...]:
    """Scores of (vector, source) pairs, newest CVSS version and highest first, broken vectors left out."""
    found: dict[tuple[str, str], Score] = {}
    for vector, source in vectors:
        try:
            one = score(vector, source)
        except InvalidInput:
            continue
        found.setdefault((one.version, one.vector), one)
    return tuple(sorted(found.values(), key=lambda one: (-float(one.version), -one.base, one.vector)))


def decide(words: Iterable[tuple[str, str]], known: Iterable[Score]) -> tuple[Severity, str]:
    """Severity, and who says so: the first (word, vendor) that means something, else the first score."""
    for word, vendor in words:
        if rating(word) is not Severity.UNKNOWN:
            return rating(word), vendor
    for one in known:
        return of_score(one), f"{one.source} CVSS {one.version}".strip()
    return Severity.UNKNOWN, ""
