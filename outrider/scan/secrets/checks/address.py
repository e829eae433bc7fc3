"""Passwords in addresses: whose address it is, and whether it stands for one."""

import re

from outrider.scan.secrets.checks.chance import WEAK, entropy, password
from outrider.scan.secrets.pattern import Verdict

_SCHEME = 40
"""Bytes before `://` in which the scheme stands."""

_DATABASES = re.compile(
    rb"(?i)(?<![a-z0-9])(?:postgres(?:ql)?|mysql2?|mariadb|mongodb|rediss?|amqps?|mssql|sqlserver|oracle|cockroach(?:db)?|"
    rb"clickhouse|cassandra|couchdb|neo4j|bolt|nats|ldaps?)(?:\+[a-z0-9_]{1,16})?\Z"
)
_WEB = re.compile(
    rb"(?i)(?<![a-z0-9])(?:https?|ftps?|sftp|smtps?|imaps?|git(?:\+https?)?|ssh|svn|wss?|socks5h?)\Z"
)

_SAID = frozenset(
    {b"pass", b"pw", b"pwd", b"x", b"xxx", b"token", b"password", b"secret", b"passwd", b"oauth2"}
)
"""What examples have for a password."""

_NOWHERE = re.compile(
    rb"(?i)^(?:host(?:name)?|server|domain|site|example|foo|bar|test|your|my|db_?host|ip|addr(?:ess)?|proxy|url)"
    rb"(?:[.:_\-]|$)|example"
)
"""Hosts of examples."""

_PAIRS = 512
"""Bytes before (or after) a password or signature in which the rest of its string stands."""

_PLACE = re.compile(
    rb"(?i)(?:server|data source|host|addr|uid|user id|user|username|database|initial catalog)[ ]?"
    rb"=[^;\r\n\"']{1,128};"
)
_SIGNED = re.compile(rb"[?&]sv=20[0-9]{2}-[0-9]{2}-[0-9]{2}(?:&|$)|[?&]se=20[0-9]{2}-")
_SIGNATURE_BITS = 3.8

_WEAK_BITS = 2.2
"""Entropy, bits a byte, below which a password is a word: `postgres`, `guest`."""


def database_address(match: re.Match[bytes]) -> Verdict | None:
    """A password in the address of a database, a broker or a directory."""
    return _judged(match) if _has_scheme(match, _DATABASES) else None


def web_address(match: re.Match[bytes]) -> Verdict | None:
    """A user and a password in the address of a site or a repository (RFC 3986, 3.2.1)."""
    return _judged(match) if _has_scheme(match, _WEB) else None


def connection_string(match: re.Match[bytes]) -> Verdict | None:
    """A password among `name=value;` pairs, one of which says where or who."""
    start = match.start()
    line = max(match.string.rfind(b"\n", max(0, start - _PAIRS), start) + 1, start - _PAIRS, 0)
    return password(match) if _PLACE.search(match.string, line, start) else None


def sas(match: re.Match[bytes]) -> Verdict | None:
    """An Azure signature stands among the parameters it signs, the service's version being one of them."""
    near = match.string[max(0, match.start() - _PAIRS) : match.end() + _PAIRS]
    return Verdict() if _SIGNED.search(near) and entropy(match["secret"]) > _SIGNATURE_BITS else None


def _has_scheme(match: re.Match[bytes], schemes: re.Pattern[bytes]) -> bool:
    """Whether one of the schemes stands before the match."""
    return schemes.search(match.string, max(0, match.start() - _SCHEME), match.start()) is not None


def _judged(match: re.Match[bytes]) -> Verdict | None:
    """Examples are none; common passwords and those of this machine are told with low confidence."""
    text, host = match["secret"], match["host"].lower()
    if (
        text.startswith((b"$", b"{", b"<", b"%", b"[", b":", b"*"))
        or text.lower() in _SAID
        or _NOWHERE.search(host)
    ):
        return None
    weak = (
        text.lower() in WEAK
        or host.startswith((b"localhost", b"127.", b"0.0.0.0"))
        or entropy(text) < _WEAK_BITS
    )
    return Verdict(confidence="low") if weak else Verdict()
