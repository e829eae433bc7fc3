"""Task sizes that Fargate offers: which memory goes with which CPU.

Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html
"""

import re

_GIB = 1024

MEMORY = {
    256: (512, 1 * _GIB, 2 * _GIB),
    512: tuple(range(1 * _GIB, 4 * _GIB + 1, _GIB)),
    1024: tuple(range(2 * _GIB, 8 * _GIB + 1, _GIB)),
    2048: tuple(range(4 * _GIB, 16 * _GIB + 1, _GIB)),
    4096: tuple(range(8 * _GIB, 30 * _GIB + 1, _GIB)),
    8192: tuple(range(16 * _GIB, 60 * _GIB + 1, 4 * _GIB)),
    16384: tuple(range(32 * _GIB, 120 * _GIB + 1, 8 * _GIB)),
}
"""CPU units → memory sizes in MiB."""

_AMOUNT = re.compile(r"\s*([0-9]{1,9}(?:\.[0-9]{1,6})?)\s*([A-Za-z]*)\s*")


def cpu_units(text: str) -> int | None:
    """Task `cpu` as CPU units: `1024`, `1 vCPU`, `.5 vCPU`; None when it is no amount."""
    return _amount(text, {"": 1, "vcpu": 1024})


def memory_mib(text: str) -> int | None:
    """Task `memory` as MiB: `2048`, `2GB`, `0.5 GB`; None when it is no amount."""
    return _amount(text, {"": 1, "mb": 1, "mib": 1, "gb": _GIB, "gib": _GIB})


def _amount(text: str, units: dict[str, int]) -> int | None:
    """A number with a unit, as a whole number of the smallest unit."""
    found = _AMOUNT.fullmatch(f"0{text.strip()}" if text.strip().startswith(".") else text)
    if not found or found[2].lower() not in units:
        return None
    value = float(found[1]) * units[found[2].lower()]
    return int(value) if value.is_integer() else None
