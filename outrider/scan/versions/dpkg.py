"""Versions of Debian packages: `[epoch:]upstream[-revision]`, ordered as deb-version(7) says.

Upstream and revision are runs of non-digits and digits in turn. Digits compare as numbers; in the rest `~`
sorts before the end, the end before letters, letters before everything else.
"""

import re

from outrider.scan.versions.encoding import checked, number, refused
from outrider.scan.versions.scheme import Scheme

_RUNS = re.compile(r"([^0-9]*)([0-9]*)")
_EPOCH = re.compile(r"[0-9]{1,10}\Z")
_LARGEST_EPOCH = 2**31 - 1
_TILDE, _END = 1, 2
_ORDER = {
    ord(character): chr(_TILDE if character == "~" else ord(character) + (0 if character.isalpha() else 128))
    for character in map(chr, range(0x21, 0x7F))
}
"""Letters stay; what is neither letter nor digit moves above them."""


def key(version: str) -> bytes:
    """Order of a version. dpkg lets pass characters that policy forbids, as long as they print; so do we."""
    whole = checked(version, "dpkg")
    if not all("!" <= character <= "~" for character in whole):
        raise refused(version, "dpkg", "it has blanks or characters that are not ASCII")
    epoch, colon, rest = whole.partition(":")
    if not colon:
        epoch, rest = "0", whole
    elif not _EPOCH.match(epoch) or int(epoch) > _LARGEST_EPOCH:
        raise refused(version, "dpkg", "the epoch is no number, or too large a one")
    upstream, dash, revision = rest.rpartition("-")
    if not dash:
        upstream, revision = rest, "0"
    if not upstream or not revision:
        raise refused(version, "dpkg", "nothing before or after the dash")
    return number(epoch) + _part(upstream) + _part(revision)


def _part(part: str) -> bytes:
    """Each run of non-digits ends with END, and so does the whole: `1` < `1a` as END < `a`."""
    pieces = bytearray()
    for other, digits in _RUNS.findall(part):
        if other or digits:
            pieces += other.translate(_ORDER).encode("latin-1")
            pieces.append(_END)
            pieces += number(digits)
    pieces.append(_END)
    return bytes(pieces)


SCHEME = Scheme(name="dpkg", key=key)
