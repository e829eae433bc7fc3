"""What a secret pattern is: how its candidates are found quickly, and what a candidate must look like."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from outrider.model.finding import Severity

RUN = 20
"""Shortest run of letters, digits, `_` and `-` (a count of bytes) that is looked at as a possible token."""

CONTEXT = 64
"""Bytes before a candidate in which a pattern may look for what the candidate is called."""

REACH = 512
"""Bytes after a candidate's keyword that a pattern may need, unless it says otherwise."""


class Find(StrEnum):
    """How the candidates of a pattern are found before any expression of its own is tried."""

    STARTS = "starts"
    """A run of at least RUN token characters begins with a keyword; a keyword that ends with a dot (or
    another byte that is none of a token) comes right before the run. Case counts. The cheapest by far."""
    NEAR = "near"
    """A run with a digit is assigned to something, and a keyword is among the CONTEXT bytes before it."""
    ANYWHERE = "anywhere"
    """A keyword is in the text. Costs a pass over the text for each keyword: only rare ones belong here."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check says of a candidate that is one; empty fields leave what the pattern says."""

    checked: bool | None = None
    """True: a checksum in it was right, which makes the confidence high."""
    confidence: str = ""
    severity: Severity | None = None


Check = Callable[[re.Match[bytes]], Verdict | None]
"""Judges a match of a pattern; None: it is not what it looks like."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """One kind of credential."""

    name: str
    """Of the rule, for reports and ignore files: `github-token`."""
    title: str
    """What it is, in words."""
    find: Find
    keywords: tuple[bytes, ...]
    """See `Find`; in lower case, where upper and lower case are the same to it."""
    expression: bytes
    """Regular expression with a group `secret`. Every repetition is bounded: linear in the text."""
    severity: Severity = Severity.HIGH
    confidence: str = "medium"
    check: Check | None = None
    reach: int = REACH
    """Bytes after the keyword or the run's begin that the expression may need."""
    around: int = CONTEXT
    """Bytes before the keyword that the expression may need (ANYWHERE only)."""
    files: re.Pattern[str] | None = None
    """Only in files with such a path (relative, as `Entry.path`); None: everywhere."""
    generic: bool = False
    """It rests on names, not on the form of the credential: too weak for other people's code."""
    reference: str
    """Where its form is documented."""
    example: str
    """A text with one made-up credential. `<62:36>` stands for 36 characters that the tests make up - see
    tests/contracts/secret_examples.py - so that nothing in this repository looks like a leak."""
    path: str = "srv/app/settings.txt"
    """The file in which the example stands."""
    lookalikes: tuple[str, ...]
    """Texts that are close and that no pattern may take for a credential."""

    @property
    def regex(self) -> re.Pattern[bytes]:
        """The expression, compiled when it is first needed: most never are, and all take 0.4 s."""
        return _compiled(self.expression)

    @property
    def anchored(self) -> bool:
        """Whether the expression begins with the keyword itself: then it is tried exactly there."""
        return len(self.keywords) == 1 and self.expression.startswith(self.keywords[0])


@cache
def _compiled(expression: bytes) -> re.Pattern[bytes]:
    """Compile once."""
    return re.compile(expression)


_LEFT = rb"(?:(?<![A-Za-z0-9_\-])|(?<=\\[nrt]))"
_RIGHT = rb"(?![A-Za-z0-9_\-])"


def token(body: bytes) -> bytes:
    """An expression for a credential that stands for itself, with no token character on either side.

    An escaped line end before it (`\\n` in a JSON string) is not taken for one.
    """
    return _LEFT + rb"(?P<secret>" + body + rb")" + _RIGHT


def assigned(names: bytes, value: bytes) -> bytes:
    """An expression for `value` given to something whose name has one of `names` (an alternation), any case.

    Taken are `NAME = value`, `"name": "value"`, `name => 'value'`, `NAME value` after a header's colon,
    `--name=value` and `name, "value"`.
    """
    return (
        rb"(?i:(?<![a-z0-9])(?:" + names + rb")[a-z0-9_.\- ]{0,32})"
        rb"[\"'\]]{0,2}[ \t]{0,4}(?:=|:|:=|=>|,)[ \t]{0,4}(?:(?i:bearer|token|basic)[ ])?[\"']?"
        rb"(?P<secret>" + value + rb")(?![A-Za-z0-9_\-+/=.])"
    )
