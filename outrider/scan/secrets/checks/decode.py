"""Credentials that say something once decoded: then they must say it."""

import base64
import binascii
import json
import re

from outrider.model.finding import Severity
from outrider.scan.secrets.pattern import Verdict

_DECODED = 16 << 10
"""Longest text (bytes of base64) that is decoded; candidates are shorter."""


def unpacked(text: bytes) -> bytes | None:
    """Base64 of either alphabet, padded or not, to bytes; None: it is none."""
    if len(text) > _DECODED:
        return None
    plain = text.translate(bytes.maketrans(b"-_", b"+/")).rstrip(b"=")
    try:
        return base64.b64decode(plain + b"=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def _object(text: bytes) -> dict[str, object] | None:
    """Base64 of a JSON object; None: it is none."""
    data = unpacked(text)
    if data is None:
        return None
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def jwt(match: re.Match[bytes]) -> Verdict | None:
    """A JSON Web Token: header with an algorithm, claims that are an object (RFC 7519).

    Unsigned ones (`alg: none`) are no credential. One that names no secret part of the world but carries a
    signature is: who has it acts as its subject until it expires.
    """
    header, claims = (_object(part) for part in match["secret"].split(b".")[:2])
    if header is None or claims is None:
        return None
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm.lower() == "none":
        return None
    return Verdict()


def json_object(match: re.Match[bytes]) -> Verdict | None:
    """A token whose part `json` is base64 of a JSON object (Grafana Cloud, Sentry, 1Password)."""
    return Verdict() if _object(match["json"]) is not None else None


def pypi(match: re.Match[bytes]) -> Verdict | None:
    """A PyPI token: `pypi-` and a macaroon of version 2, whose location is that of the index.

    Binary form: version byte 2, then packets of type, length (a varint), data; 0 ends a section.
    Source: https://github.com/rescrv/libmacaroons/blob/master/doc/format.txt
    """
    data = unpacked(match["secret"].removeprefix(b"pypi-"))
    if data is None or data[:2] != b"\x02\x01":
        return None
    end = 3 + data[2]
    if data[3:end] not in (b"pypi.org", b"test.pypi.org") or data[end : end + 1] != b"\x02":
        return None
    signature = data[-34:-32]
    return Verdict(checked=True if signature == b"\x06\x20" else None)


def discord(match: re.Match[bytes]) -> Verdict | None:
    """A Discord bot's token begins with its user's number, in base64."""
    number = unpacked(match["secret"].split(b".")[0])
    return Verdict() if number is not None and number.isdigit() and len(number) >= 17 else None


def basic(match: re.Match[bytes]) -> Verdict | None:
    """`user:password` in base64, as HTTP and registries have it."""
    data = unpacked(match["secret"])
    if data is None:
        return None
    _, colon, password = data.partition(b":")
    return Verdict() if colon and password.strip() and data.isascii() else None


_ENCRYPTED = re.compile(rb"BEGIN ENCRYPTED|Proc-Type: {0,2}4,ENCRYPTED|Encryption: (?!none)")
_OPENSSH = b"openssh-key-v1\0"


def private_key(match: re.Match[bytes]) -> Verdict | None:
    """A key in PEM or PuTTY's form; one that a passphrase protects is worth less to a thief.

    Source: RFC 7468; https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key
    """
    block = match["secret"]
    body = re.sub(rb"-----[^-]{0,60}-----|\\[nrt]|[^A-Za-z0-9+/=]", b"", block)
    if len(set(body)) < 16:
        return None
    encrypted = _ENCRYPTED.search(block) is not None
    if b"OPENSSH" in block[:40]:
        head = unpacked(body[:64])
        encrypted = head is not None and head.startswith(_OPENSSH) and head[15:23] != b"\0\0\0\4none"
    return Verdict(severity=Severity.LOW, confidence="medium") if encrypted else Verdict()


def private_key_data(match: re.Match[bytes]) -> Verdict | None:
    """A private key in PEM, in base64 once more, as kubeconfig files have it."""
    data = unpacked(match["secret"])
    return Verdict() if data is not None and b"PRIVATE KEY-----" in data[:80] else None
