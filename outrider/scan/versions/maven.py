"""Versions of Maven artifacts, as Maven's own ComparableVersion orders them.

A version is a list of numbers and words; a dash, and each change between digits and letters, opens a list
within the list, as its last item. Zeros (and `ga`, `final`, `release`) at the end of a list do not count, so
lists go on with nothing for ever. https://maven.apache.org/pom.html#version-order-specification

Maven's comparison runs in circles where few have been seen: `1-0-alpha` is before `1`, that is before `1-sp`,
and that is before `1-0-alpha` again. No keys can do so; there we hold `1-0-alpha` for older than `1-sp`.
"""

import re

from outrider.scan.versions.encoding import checked, number, text
from outrider.scan.versions.scheme import Scheme

_KNOWN = ("alpha", "beta", "milestone", "rc", "snapshot")
_SAME = {"ga": "", "final": "", "release": "", "cr": "rc"}
_SHORT = {"a": "alpha", "b": "beta", "m": "milestone"}
_DECIMAL = frozenset("0123456789")
_PARTS = re.compile(r"([0-9]+|[^0-9.-]+)|([.-])")

_OLD_WORD, _OLD_LIST, _OLD_EMPTY, _OLD_ZERO, _END = b"\1", b"\2", b"\3", b"\4", b"\5"
_NEW_EMPTY, _NEW_WORD, _NEW_LIST, _NUMBER = b"\6", b"\7", b"\x08", b"\x09"
"""What may stand in one place of a list, oldest first. The empty word and zero are as good as nothing, and
what follows them decides."""

_List = list[str]
"""Items of one list, numbers without leading zeros. The list within it comes next in a row of lists."""


def key(version: str) -> bytes:
    """Order of a version; any text is one. Made from the end: some marks depend on what follows them."""
    rest = [_END]
    for items in reversed(_trimmed(_lists(checked(version, "Maven").lower()))):
        for item in reversed(items):
            rest.append(_item(item, rest[-1][:1] < _END))
        rest.append(_OLD_LIST if rest[-1][:1] < _END else _NEW_LIST)
    return b"".join(reversed(rest))


def _lists(version: str) -> list[_List]:
    """The row of lists, each within the one before it."""
    lists: list[_List] = [[]]
    last = "."
    """What came before: `.`, `-`, a number (`0`) or a word (`a`)."""
    pieces = _PARTS.findall(version)
    for place, (item, separator) in enumerate(pieces):
        if separator:
            if last in ".-":
                lists[-1].append("0")
            if separator == "-":
                lists.append([])
            last = separator
        elif item[0] in _DECIMAL:
            if last == "a":
                lists.append([])
            lists[-1].append(item.lstrip("0") or "0")
            last = "0"
        else:
            if last == "0":
                lists.append([])
            following = pieces[place + 1][0] if place + 1 < len(pieces) else ""
            _add_word(lists, item, before_digit=bool(following), last_of_all=place + 1 == len(pieces))
            last = "a"
    return lists


def _add_word(lists: list[_List], word: str, *, before_digit: bool, last_of_all: bool) -> None:
    """`a1` is `alpha-1`; where a digit or nothing follows, `.x` is read as `-x`."""
    if before_digit:
        word = _SHORT.get(word, word)
    if (before_digit or last_of_all) and lists[-1]:
        lists.append([])
    lists[-1].append(_SAME.get(word, word))


def _trimmed(lists: list[_List]) -> list[_List]:
    """Without what is nothing: from the innermost list outwards, and lists that are empty then."""
    result: list[_List] = []
    for items in reversed(lists):
        kept = list(items)
        while kept and kept[-1] in ("", "0"):
            kept.pop()
        if kept or result:
            result.insert(0, kept)
    return result


def _item(item: str, before_old: bool) -> bytes:
    """One item; `before_old`: what follows it is older than nothing."""
    if item in ("", "0") and before_old:
        return _OLD_ZERO if item else _OLD_EMPTY
    if item == "":
        return _NEW_EMPTY
    if item[0] in _DECIMAL:
        return _NUMBER + number(item)
    if item in _KNOWN:
        return _OLD_WORD + bytes((_KNOWN.index(item),))
    return _NEW_WORD + (b"\0" if item == "sp" else b"\1" + text(item))


SCHEME = Scheme(name="maven", key=key)
