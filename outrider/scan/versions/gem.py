"""Versions of Ruby gems, as Gem::Version orders them.

https://docs.ruby-lang.org/en/master/Gem/Version.html: numbers and words in a row that goes on with zeros for
ever; words sort before numbers; `-` says `.pre.`; zeros at the end of the numbers and of the rest do not
count.
"""

import re

from outrider.scan.versions.encoding import checked, number, refused, reversed_order, text
from outrider.scan.versions.scheme import Scheme

_FORM = re.compile(r"[0-9]+(?:\.[0-9a-zA-Z]+)*(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?\Z")
_SEGMENTS = re.compile(r"[0-9]+|[A-Za-z]+")
_WORD, _ZEROS, _NUMBER = b"\1", b"\2", b"\3"


def key(version: str) -> bytes:
    """Order of a version. Raises InvalidInput for what RubyGems calls malformed."""
    whole = checked(version, "gem")
    if not _FORM.match(whole):
        raise refused(version, "gem")
    return _row(_segments(whole))


def _segments(version: str) -> list[str]:
    """The row without the zeros that do not count."""
    segments = _SEGMENTS.findall(version.replace("-", ".pre."))
    words = next((i for i, segment in enumerate(segments) if segment.isalpha()), len(segments))
    return _trimmed(segments[:words]) + _trimmed(segments[words:])


def _trimmed(segments: list[str]) -> list[str]:
    end = len(segments)
    while end and not segments[end - 1].strip("0"):
        end -= 1
    return segments[:end]


def _row(segments: list[str]) -> bytes:
    """Zeros are counted, not written, for the end is nothing but zeros.

    What differs from it sorts the further away from it the sooner it comes: a word below, a number above.
    """
    pieces = []
    zeros = 0
    for segment in segments:
        if segment.isalpha():
            pieces.append(_WORD + number(str(zeros)) + text(segment))
        elif segment.strip("0"):
            pieces.append(_NUMBER + reversed_order(number(str(zeros))) + number(segment))
        else:
            zeros += 1
            continue
        zeros = 0
    return b"".join(pieces) + _ZEROS


SCHEME = Scheme(name="gem", key=key)
