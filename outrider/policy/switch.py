"""The fleet's switch to alert-only, as `native/alert_only.h` has it: while it is on, nothing is stopped."""

import struct
from collections.abc import Callable
from dataclasses import dataclass

from outrider.errors import InvalidInput
from outrider.policy.blob import SIGNATURE_BYTES

MAGIC = b"OUTRSWI1"
FILE = "alert-only.switch"
"""Its name beside the policies, where supervisors look."""
MOST_TEXT = 512
"""Bytes of who and why."""
LARGEST = 48 + MOST_TEXT + SIGNATURE_BYTES
"""Bytes of the whole."""

_HEADER = struct.Struct("<8sIIQQIIQ")
_ON = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """What it says."""

    on: bool
    counter: int
    """Never goes down: an old switch must not come back."""
    until: int = 0
    """Seconds since the epoch: then it is off by itself. 0: no such end."""
    text: str = ""
    """Who threw it and why, for every task's record."""


def encode(switch: Switch, signer: Callable[[bytes], bytes] | None = None) -> bytes:
    """Write a switch, signed where there is a signer. Raises InvalidInput: a field does not fit."""
    text = switch.text.encode()
    numbers = (switch.counter, switch.until)
    if len(text) > MOST_TEXT or "\0" in switch.text or not all(0 <= n < 1 << 64 for n in numbers):
        raise InvalidInput(
            f"who and why take {MOST_TEXT} bytes at most, counter and until 64 bits",
            hint="say it shorter.",
        )
    total = _HEADER.size + len(text) + (SIGNATURE_BYTES if signer else 0)
    head = (MAGIC, total, _ON if switch.on else 0, *numbers, len(text), int(signer is not None), 0)
    body = _HEADER.pack(*head) + text
    return body + signer(body) if signer else body


def decode(data: bytes) -> tuple[Switch, bytes]:
    """Read a switch and its signature, which is empty or not yet verified. Raises InvalidInput."""
    if not _HEADER.size <= len(data) <= LARGEST:
        raise InvalidInput(f"a switch of {len(data)} bytes")
    magic, total, flags, counter, until, text_size, signed, reserved = _HEADER.unpack_from(data)
    body = _HEADER.size + text_size
    checks = {
        "its magic is not OUTRSWI1": magic == MAGIC,
        "its size is not what it says": total == len(data) == body + signed * SIGNATURE_BYTES,
        "its flags are unknown": flags <= _ON and signed <= 1 and not reserved,
        "its text is too long": text_size <= MOST_TEXT,
    }
    for reason, passed in checks.items():
        if not passed:
            raise InvalidInput(f"not an alert-only switch: {reason}")
    try:
        text = data[_HEADER.size : body].decode()
    except UnicodeDecodeError:
        raise InvalidInput("not an alert-only switch: its text is not UTF-8") from None
    return Switch(on=flags == _ON, counter=counter, until=until, text=text), data[body:]
