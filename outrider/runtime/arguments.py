"""Arguments of a program → their shape: what flags it is given, and what kind of thing besides.

Arguments may be secrets and are other ones each time: no value is part of a shape, only its class.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from outrider.runtime.event_envelope import LEFT_OUT

MOST_WORDS = 24
"""Of a shape: a command line that a person wrote has fewer; of a longer one the beginning tells what it
is."""

MORE = "…"
"""Ends a shape that has more words; after a class: there are several in a row."""


@dataclass(frozen=True, slots=True)
class ArgumentClass:
    """One kind of argument."""

    name: str
    """What stands in its place; empty: the word itself does."""
    found: re.Pattern[str]
    """The whole argument."""
    reason: str


CLASSES = (
    ArgumentClass("", re.compile(r"--?"), "a lone dash is standard input, two end the flags"),
    ArgumentClass(
        "",
        re.compile(r"-[A-Za-z]{1,4}"),
        "short flags, up to four in one word; more may be a value: -pPASSWORD",
    ),
    ArgumentClass("", re.compile(r"--[a-z][a-z0-9]*([_-][a-z0-9]+)*"), "a long flag"),
    ArgumentClass(
        "NUMBER", re.compile(r"[+-]?[0-9][0-9_.,:]*[a-zA-Z%]{0,2}"), "sizes, times, ports, versions"
    ),
    ArgumentClass("URL", re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://.*", re.DOTALL), "a scheme and two slashes"),
    ArgumentClass("PATH", re.compile(r"(~|\.{1,2})?/.*|\.{1,2}", re.DOTALL), "begins as a path does"),
    ArgumentClass("HASH", re.compile(r"[0-9a-f]{16,}|[0-9a-f-]{36}"), "a digest, an identifier, a UUID"),
)
"""In this order; what is none of them is TEXT. A flag of more than 32 characters is no flag."""

_LONGEST_FLAG = 32
_VALUED = re.compile(r"(--?[A-Za-z][A-Za-z0-9_-]*)=(.*)", re.DOTALL)
_ATTACHED = re.compile(r"(-[A-Za-z])([^A-Za-z=-].*|.{4,})", re.DOTALL)


def shape(argv: Sequence[str], target: str) -> str:
    """The shape of the arguments with which the file `target` was started; empty when they are not known.

    The name it was called by is part of it where the file has another: `sh` of dash, each tool of busybox.
    """
    if not argv or LEFT_OUT in argv[1:2]:
        return ""
    called = argv[0].rsplit("/", 1)[-1].lstrip("-")
    name = [called[:_LONGEST_FLAG]] if called and called != target.rsplit("/", 1)[-1] else []
    words = [word for argument in argv[1 : 1 + 4 * MOST_WORDS] for word in _words(argument)]
    runs = [(word, sum(1 for _ in run)) for word, run in groupby(words)]
    told = name + [word + (MORE if count > 1 and word.isupper() else "") for word, count in runs]
    if len(told) > MOST_WORDS:
        told = [*told[:MOST_WORDS], MORE]
    return " ".join(told) or "no arguments"


def _words(argument: str) -> Iterator[str]:
    """One argument, or a flag and the class of its value."""
    if valued := _VALUED.fullmatch(argument):
        flag = _class(valued[1])
        yield f"{flag}={_class(valued[2])}" if flag.startswith("-") else flag
    elif (found := _class(argument)) == "TEXT" and (attached := _ATTACHED.fullmatch(argument)):
        yield f"{attached[1]}{_class(attached[2])}"
    else:
        yield found


def _class(word: str) -> str:
    """The class of a word, or the word where that is its class."""
    for one in CLASSES:
        if one.found.fullmatch(word) and (one.name or len(word) <= _LONGEST_FLAG):
            return one.name or word
    return "TEXT"
