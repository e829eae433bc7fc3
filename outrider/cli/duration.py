"""Lengths of time as people write them: `90s`, `15m`, `6h`, `7d`."""

import re
from datetime import timedelta

from outrider.errors import UsageError

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_DURATION = re.compile(r"([1-9][0-9]{0,5})([smhd])", re.ASCII)


def parse(text: str, option: str) -> timedelta:
    """Read one. Raises UsageError that names the option."""
    found = _DURATION.fullmatch(text)
    if not found:
        raise UsageError(f"{option}: {text[:40]!r} is no length of time", hint="90s, 15m, 6h, 7d")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})
