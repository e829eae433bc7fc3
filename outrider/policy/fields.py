"""The kinds of value a policy document holds, each with what makes it valid."""

import ipaddress
import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from outrider import limits
from outrider.model import pattern
from outrider.model.event import Verdict
from outrider.policy.compiled import ARGUMENT_PATTERNS


def _pattern(value: str) -> str:
    """Check one pattern."""
    if said := pattern.problem(value, limits.PATTERN):
        raise ValueError(f"the pattern {said}")
    return value


def _arguments(words: tuple[str, ...]) -> tuple[str, ...]:
    """Check the patterns of a command line."""
    if any(pair == ("**", "**") for pair in pairwise(words)):
        raise ValueError("`**` is any number of words already: write it once")
    return words


def _network(value: str) -> str:
    """Check an address or CIDR; give it back in its usual spelling."""
    try:
        network = ipaddress.ip_network(value)
    except ValueError as error:
        if "host bits" in str(error):
            right = ipaddress.ip_network(value, strict=False)
            raise ValueError(f"has bits set beyond its prefix; did you mean {right}?") from None
        raise ValueError(f"is no IP address or CIDR: {value!r}") from None
    if "%" in value:
        raise ValueError("an interface (%…) cannot be part of a rule")
    if isinstance(network, ipaddress.IPv6Network) and network.network_address.ipv4_mapped:
        raise ValueError("is IPv4 mapped into IPv6; peers are matched as IPv4, so write it as IPv4")
    return str(network)


def _ports(value: str) -> str:
    """Check a port or a range of ports."""
    low, dash, high = value.partition("-")
    numbers = [low, high] if dash else [low]
    if not all(number.isascii() and number.isdigit() and len(number) <= 5 for number in numbers):
        raise ValueError('is no port: write "443" or "8000-8999"')
    if not int(low) <= int(high or low) <= 65535:
        raise ValueError("is no range of ports between 0 and 65535, low end first")
    return str(int(low)) if int(low) == int(high or low) else f"{int(low)}-{int(high)}"


def _port_number(value: Any) -> Any:
    """YAML reads an unquoted port as a number."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _host(value: str) -> str:
    """Check a pattern of host names."""
    if value != value.lower():
        raise ValueError("host names are matched in lower case: write it so")
    if value.endswith("."):
        raise ValueError("goes without the last dot")
    if not _HOST.fullmatch(value):
        raise ValueError("is no host name: letters, digits, . - _, * and ?; write xn--… for others")
    return value


def _hash(value: str) -> str:
    """Check a hash."""
    if not _HASH.fullmatch(value):
        raise ValueError("is no SHA-256: 64 hexadecimal digits in lower case, as sha256sum prints them")
    return value


def _moment_text(value: Any) -> Any:
    """YAML reads an unquoted time as a time."""
    if isinstance(value, datetime) and value.utcoffset() == timedelta(0):
        return f"{value.replace(tzinfo=None).isoformat(timespec='seconds')}Z"
    return value


def _moment(value: str) -> str:
    """Check a time."""
    try:
        seconds(value)
    except (ValueError, OverflowError):
        raise ValueError("is no time: write it in UTC, as 2026-12-24T18:00:00Z") from None
    return value


def seconds(value: str) -> int:
    """A time of a document in seconds since the epoch. Raises ValueError: it is none, or before 1970."""
    found = int(datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp())
    if not 0 < found < 1 << 32:
        raise ValueError("out of range")
    return found


def moment_of(time: int) -> str:
    """Seconds since the epoch as documents say them."""
    return f"{datetime.fromtimestamp(time, UTC):%Y-%m-%dT%H:%M:%SZ}"


def _reason(value: str) -> str:
    """Check a `why`."""
    if not value.strip():
        raise ValueError("is empty: say in a sentence why this rule is right")
    return value.strip()


_HOST = re.compile(r"[a-z0-9_.*?-]{1,253}")
_HASH = re.compile(r"[0-9a-f]{64}")

Action = Annotated[Verdict, Field(strict=False)]
Pattern = Annotated[str, Field(min_length=1), AfterValidator(_pattern)]
Arguments = Annotated[
    tuple[Annotated[str, AfterValidator(_pattern)], ...],
    Field(strict=False, max_length=ARGUMENT_PATTERNS),
    AfterValidator(_arguments),
]
"""Words of a command line after the first, a pattern each; `*` alone is any word, `**` any number of them."""
Network = Annotated[str, AfterValidator(_network)]
Host = Annotated[str, AfterValidator(_host)]
"""A host name or a pattern of host names: `*` reaches over dots."""
Hash = Annotated[str, AfterValidator(_hash)]
"""SHA-256 of a file, lower-case hex."""
Moment = Annotated[str, BeforeValidator(_moment_text), AfterValidator(_moment)]
"""A time to the second, in UTC; compiled policies hold it in 32 bits, until 2106."""
Ports = Annotated[str, BeforeValidator(_port_number), AfterValidator(_ports)]
Why = Annotated[str, Field(max_length=2000), AfterValidator(_reason)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,255}$")]
"""Names of task families and containers, as ECS takes them; a container's is also the name of its blob."""
