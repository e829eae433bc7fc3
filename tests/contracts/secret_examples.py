"""Makes the texts that secret patterns are tried on, so that no credential, not even a made-up one, is
written down here.

`<62:36>` stands for 36 made-up characters of an alphabet, always the same for the same pattern and place; the
other words are in MADE.
"""

import base64
import hashlib
import json
import re
import zlib
from collections.abc import Callable

UPPER, LOWER, DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz", "0123456789"
ALPHABETS = {
    "62": UPPER + LOWER + DIGITS,
    "b64": UPPER + LOWER + DIGITS + "+/",
    "hex": DIGITS + "abcdef",
    "HEX": DIGITS + "ABCDEF",
    "dec": "123456789",
    "32": UPPER + "234567",
    "low": LOWER + DIGITS,
    "UP": UPPER + DIGITS,
    "alpha": UPPER + LOWER,
    "bech": "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L",
}
_WORD = re.compile(r"<(?P<word>[A-Za-z0-9]+)(?::(?P<more>(?:\{.*\}|[^<>])*))?>", re.DOTALL)
_BASE62 = DIGITS + UPPER + LOWER


def characters(alphabet: str, count: int, seed: str) -> str:
    """Made-up characters, the same for the same seed."""
    stream = b"".join(hashlib.sha256(f"{seed}/{n}".encode()).digest() for n in range(count // 16 + 1))
    return "".join(alphabet[int.from_bytes(stream[2 * n : 2 * n + 2]) % len(alphabet)] for n in range(count))


def base62(number: int) -> str:
    """Six digits, most significant first: written anew here, so that the library is not its own judge."""
    return "".join(_BASE62[number // 62**place % 62] for place in range(5, -1, -1))


def url64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def crc62(prefix: str, seed: str) -> str:
    body = characters(ALPHABETS["62"], 30, seed)
    return prefix + body + base62(zlib.crc32(body.encode()))


def glsa(_: str, seed: str) -> str:
    body = "glsa_" + characters(ALPHABETS["62"], 32, seed)
    return f"{body}_{zlib.crc32(body.encode()).to_bytes(4, 'little').hex()}"


def pypi(_: str, seed: str) -> str:
    place, caveat = b"pypi.org", json.dumps({"version": 1, "permissions": "user"}).encode()
    signature = hashlib.sha256(seed.encode()).digest()
    identity = characters(ALPHABETS["hex"], 36, seed).encode()
    packets = b"\2\1" + bytes((len(place),)) + place + b"\2" + bytes((len(identity),)) + identity + b"\0"
    return "pypi-" + url64(
        packets + b"\0\2" + bytes((len(caveat),)) + caveat + b"\0\0\6" + bytes((32,)) + signature
    )


def jwt(_: str, seed: str, algorithm: str = "HS256") -> str:
    header = url64(json.dumps({"alg": algorithm, "typ": "JWT"}).encode())
    claims = url64(json.dumps({"sub": "shop", "iat": 1700000000}).encode())
    return f"{header}.{claims}.{url64(hashlib.sha256(seed.encode()).digest())}"


def discord(_: str, seed: str) -> str:
    number = base64.urlsafe_b64encode(b"712345678901234567").decode()
    alphabet = ALPHABETS["62"]
    return f"{number}.{characters(alphabet, 6, seed)}.{characters(alphabet, 38, seed + 'x')}"


def pem(label: str, seed: str, end: str = "\n") -> str:
    body = characters(ALPHABETS["b64"], 640, seed)
    lines = [body[at : at + 64] for at in range(0, 640, 64)]
    dashes = "-" * 5
    return end.join([f"{dashes}BEGIN {label}{dashes}", *lines, f"{dashes}END {label}{dashes}"])


def uuid(_: str, seed: str) -> str:
    hexes = characters(ALPHABETS["hex"], 32, seed)
    return "-".join((hexes[:8], hexes[8:12], hexes[12:16], hexes[16:20], hexes[20:]))


MADE: dict[str, Callable[[str, str], str]] = {
    "crc62": crc62,
    "glsa": glsa,
    "pypi": pypi,
    "jwt": jwt,
    "jwtnone": lambda more, seed: jwt(more, seed, "none"),
    "discord": discord,
    "uuid": uuid,
    "pem": pem,
    "pemline": lambda label, seed: pem(label, seed, "\\n"),
    "b64pem": lambda label, seed: base64.b64encode(pem(label, seed).encode()).decode(),
    "b64text": lambda text, seed: base64.b64encode(text.encode()).decode(),
    "json64": lambda text, seed: base64.b64encode(text.encode()).decode(),
}


def written_out(template: str, seed: str) -> str:
    """The text of an example: every `<word>` and `<word:more>` replaced."""
    at = 0

    def made(match: re.Match[str]) -> str:
        nonlocal at
        at += 1
        word, more = match["word"], match["more"] or ""
        if word in ALPHABETS and more.isdigit():
            return characters(ALPHABETS[word], int(more), f"{seed}/{at}")
        return MADE[word](more, f"{seed}/{at}") if word in MADE else match[0]

    return _WORD.sub(made, template)
