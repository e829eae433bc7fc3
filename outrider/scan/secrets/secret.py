"""From a candidate to what a report may say of it. Nothing beyond this point knows the credential."""

import hashlib

from outrider.model.finding import Secret, Severity
from outrider.scan.secrets.pattern import Verdict

_SHOWN_FROM = 20
"""Characters from which the first four and the last two are shown: 14 and more stay hidden."""
_HINTED_FROM = 12
"""Characters from which the first two are shown; shorter ones are guessed too easily."""
_STARS = 14
"""Stars at most: the length of a long credential is nobody's business."""

_NOT_REAL = frozenset(
    {
        "0771e173af1926c2",  # AWS: access key ID
        "aaab1aade4a3aa05",  # AWS: secret access key
        "6fba9196edd76980",  # Stripe: test keys
        "cf98bc8ddc6918a5",
        "44ba18f65fbd2b60",  # GitHub: the article on token formats
        "2ddcd0b7aa2b6b61",  # Azure: storage emulator
        "71710eb4a3eef645",  # Azure: Cosmos DB emulator
        "63700415a0c1da2c",  # jwt.io
        "d73d1fb8d70d59c5",
    }
)
"""Fingerprints (of no rule) of credentials that documentation prints and nobody can use."""


def redacted(secret: bytes) -> str:
    """At most the first four and last two characters; fewer of a short one."""
    text = secret.decode("utf-8", "replace")
    shown = "".join(character if " " <= character <= "~" else "?" for character in text)
    if len(text) >= _SHOWN_FROM:
        return shown[:4] + "*" * min(len(text) - 6, _STARS) + shown[-2:]
    if len(text) >= _HINTED_FROM:
        return shown[:2] + "*" * (len(text) - 2)
    return "*" * len(text)


def fingerprint(rule: str, secret: bytes) -> str:
    """First 16 hex digits of SHA-256 of rule and credential."""
    return hashlib.sha256(rule.encode() + b"\0" + secret).hexdigest()[:16]


def is_documented(secret: bytes) -> bool:
    """Whether a credential is one that documentation prints."""
    return fingerprint("", secret) in _NOT_REAL


def described(  # a secret has as many parts
    *,
    rule: str,
    title: str,
    path: str,
    line: int,
    secret: bytes,
    severity: Severity,
    confidence: str,
    verdict: Verdict,
) -> Secret:
    """The finding."""
    return Secret(
        rule=rule,
        title=title,
        path=path,
        line=line,
        redacted=redacted(secret),
        fingerprint=fingerprint(rule, secret),
        severity=severity if verdict.severity is None else verdict.severity,
        confidence="high" if verdict.checked else verdict.confidence or confidence,
        checked=verdict.checked,
    )
