"""How random a text is, and whether it stands for a credential that is somewhere else."""

import math
import re
from collections import Counter

from outrider.scan.secrets.pattern import Check, Verdict

_STAND_IN = re.compile(
    rb"(?i)example|placeholder|change[_-]?(?:me|it|this)|replace[_-]?(?:me|this|with)|insert|dummy|sample|"
    rb"redacted|your[_-]?|my[_-]?(?:pass|secret|token|key|api)|<[a-z]|\$\{|\$\(|\{\{|%\(|%[sd]|xxxx|\*\*\*|\.\.\.|"
    rb"abcdef|1234567|0{8}|todo|fixme|foobar|not[_-]?(?:a[_-]?)?(?:real|secret)|fake|lorem|"
    rb"arn:aws|^(?:/run|/var|/etc)/|secretsmanager|process\.env|os\.environ|getenv|^!(?:vault|secret|env|ref|sub|getatt|join)|^vault:|^env:|^file:|^ssm:"
)
"""Words and marks that nobody has in a credential, and everybody in what stands for one."""

_PLAIN = re.compile(
    rb"(?i)(?:the|a|new|old|my|db|user|test|admin|root|default|some|invalid|wrong|bad|correct|current|confirm|"
    rb"secret|token|key|api|access|private|public|client|auth|pass|passwd|password|passphrase|pwd|value|string|"
    rb"none|null|nil|true|false|undefined|required|optional|empty|hidden|text|type|name|field|input|label|"
    rb"bearer|basic|oauth|refresh|id|csrf|xsrf|session|login|header|and|or|for|is|not|no|[\W_\d]){1,8}\Z"
)
"""Texts made of nothing but words about credentials."""

_LONGEST = 128
"""Bytes above which a text is no word, and has one of them by chance."""

_DISTINCT = 5
"""Different bytes (a count) below which a text is a filling, not a credential."""


def entropy(text: bytes) -> float:
    """Shannon's entropy of a text's own bytes, in bits a byte."""
    total = len(text)
    return -sum(n / total * math.log2(n / total) for n in Counter(text).values())


def stands_in(text: bytes) -> bool:
    """Whether a text is a placeholder, a reference or a filling."""
    return len(set(text)) < _DISTINCT or (len(text) <= _LONGEST and _STAND_IN.search(text) is not None)


def is_plain(text: bytes) -> bool:
    """Whether a text is made of words about credentials, as `user_password` or `new token`."""
    return _PLAIN.match(text) is not None


def random_enough(bits: float, *, digits: int = 1) -> Check:
    """A check that a credential has so many bits a byte, and at least so many digits."""

    def check(match: re.Match[bytes]) -> Verdict | None:
        text = match["secret"]
        if sum(byte in b"0123456789" for byte in text) < digits or entropy(text) < bits:
            return None
        return Verdict()

    return check


_CODE = re.compile(rb"[(){}\[\]<>;]|::|->|\s|^[./~]|^[a-z]+://|^[A-Za-z_]+(?:[._][A-Za-z_]+)*$", re.MULTILINE)
"""Marks of code, paths and names: `config.password`, `get()`, `/run/secrets/x`."""

WEAK = frozenset(
    {b"secret", b"password", b"passw0rd", b"admin", b"root", b"toor", b"letmein", b"qwerty", b"hunter2"}
)
"""Real but poor passwords: told, with low confidence."""


def password(match: re.Match[bytes]) -> Verdict | None:
    """A person's password: short, so no entropy is asked for, but it must be neither word nor code."""
    text = match["secret"]
    if is_plain(text) or _CODE.search(text) or entropy(text) < 2.5:
        return None
    kinds = (
        bool(re.search(rb"\d", text)) + bool(re.search(rb"[A-Za-z]", text)) + bool(re.search(rb"[\W_]", text))
    )
    if kinds < 2:
        return None
    return Verdict(confidence="" if kinds == 3 and len(text) >= 10 else "low")
