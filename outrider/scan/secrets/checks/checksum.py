"""Tokens that carry a checksum: a wrong one is no token, a right one is hardly chance."""

import re
import zlib

from outrider.scan.secrets.pattern import Verdict

_DIGITS = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_LENGTH = 6
"""Base-62 digits that a CRC-32 needs, padded with zeros."""


def base62(number: int) -> bytes:
    """A CRC-32 as six base-62 digits."""
    digits = bytearray()
    for _ in range(_LENGTH):
        number, rest = divmod(number, len(_DIGITS))
        digits.insert(0, _DIGITS[rest])
    return bytes(digits)


def crc32_base62(match: re.Match[bytes]) -> Verdict | None:
    """GitHub's and npm's: `prefix_`, 30 random characters, their CRC-32 as six base-62 digits.

    Source: https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/
    """
    random, checksum = match["secret"][-36:-_LENGTH], match["secret"][-_LENGTH:]
    return Verdict(checked=True) if base62(zlib.crc32(random)) == checksum else None


def grafana(match: re.Match[bytes]) -> Verdict | None:
    """Grafana's: `glsa_`, 32 random characters, `_`, their CRC-32, prefix included, least byte first, in hex.

    Source: https://github.com/grafana/grafana/blob/main/pkg/components/satokengen/tokengen.go
    """
    key, _, checksum = match["secret"].rpartition(b"_")
    right = zlib.crc32(key).to_bytes(4, "little").hex().encode()
    return Verdict(checked=True) if checksum == right else None
