"""Values whose name says that they are secret: environment variables, build arguments, labels."""

import re
from collections.abc import Iterator

from outrider.model.finding import Secret, Severity
from outrider.scan.secrets.checks.chance import WEAK, stands_in
from outrider.scan.secrets.pattern import Verdict
from outrider.scan.secrets.secret import described, is_documented

_SECRET = re.compile(
    r"(?i)(?:^|[_.\-a-z])(?:pass(?:word|wd|phrase)?|pwd|secret|token|api[_\-.]?key|private[_\-.]?key|secret[_\-.]?key|"
    r"access[_\-.]?key|credentials?|auth[_\-.]?key|encryption[_\-.]?key|signing[_\-.]?key)(?:[_.\-]?[0-9]{1,2})?$"
)
"""Names that end in what they hold: `DB_PASSWORD` does, `PASSWORD_FILE`, `TOKEN_URL`, `SECRET_ARN` do not."""

_HARMLESS = re.compile(
    rb"(?i)^(?:true|false|yes|no|on|off|none|null|nil|0|1|required|optional|disabled|enabled|auto|default|always|never|"
    rb"[0-9]{1,3}:[0-9]\S*|[0-9]{1,6}(?:\.[0-9]{1,6})+\S*|"
    rb"empty|string|bearer|basic|file|env|vault|[0-9]{1,5}|[a-z][a-z0-9+.\-]{1,20}://[^\s@]*|/\S*|arn:\S*|"
    rb"\$\S*|\{\{.*|%\S*%|projects/\S*/secrets/\S*)$"
)
"""Switches, numbers, versions, addresses, paths and references."""

_PAIR = re.compile(
    rb"(?<![A-Za-z0-9_.\-])(?P<name>[A-Za-z_][A-Za-z0-9_.\-]{2,80})=(?:\"(?P<double>[^\"]{1,256})\"|'(?P<single>[^']{1,256})'|"
    rb"(?P<bare>[^\s\"'|;&]{1,256}))"
)

_SHORTEST = 4


def assigned(place: str, data: bytes, *, whole: bool) -> Iterator[tuple[int, Secret]]:
    """(index in `data`, finding) of every `NAME=VALUE`; `whole`: all of it is one such pair."""
    if whole:
        name, _, value = data.partition(b"=")
        pairs = [(name, value, len(name) + 1)]
    else:
        pairs = [_parts(match) for match in _PAIR.finditer(data)]
    for name, value, start in pairs:
        confidence = _confidence(name.decode("ascii", "replace"), value)
        if confidence:
            yield start, _finding(place, value.strip(), confidence)


def _parts(match: re.Match[bytes]) -> tuple[bytes, bytes, int]:
    """Name, value and where the value begins."""
    group = next(kind for kind in ("double", "single", "bare") if match[kind] is not None)
    return match["name"], match[group], match.start(group)


def _confidence(name: str, value: bytes) -> str:
    """How sure it is that a value is secret; empty: it is not."""
    value = value.strip().strip(b"\"'")
    if not _SECRET.search(name) or len(value) < _SHORTEST or _HARMLESS.match(value) or is_documented(value):
        return ""
    if value.lower() in WEAK:
        return "low"
    if stands_in(value):
        return ""
    return "medium" if len(value) >= 8 or re.search(rb"\d", value) else "low"


def _finding(place: str, value: bytes, confidence: str) -> Secret:
    """The finding."""
    return described(
        rule="named-secret",
        title="Value whose name says that it is secret",
        path=place,
        line=0,
        secret=value,
        severity=Severity.HIGH,
        confidence=confidence,
        verdict=Verdict(),
    )
