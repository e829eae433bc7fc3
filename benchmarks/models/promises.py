"""What was promised of learning, of the agent and of its record, and what came of it."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from benchmarks.benchmark import Variant
from benchmarks.judged import Judged

if TYPE_CHECKING:
    from benchmarks.run import Run

MAX_SHARE, MAX_MIB = 50.0, 64.0
"""Percent of one processor at 10,000 events a second, and MiB."""
MAX_BYTES = 60.0
RING_MIB = 16.0
MAX_MODEL_KIB = 64.0
MAX_ENTRIES = 200


def _medians(run: "Run", name: str, *keys: str) -> list[float]:
    """Medians of some series; empty when one was not measured."""
    found = [run.result(name, key) for key in keys]
    return [one.spread(Variant.OURS).median for one in found if one] if all(found) else []


def _agent(run: "Run") -> Judged | None:
    if not (found := _medians(run, "agent", "cpu-1", "cpu-100", "cpu-10000", "peak")):
        return None
    idle, busy, most, held = found
    return Judged(
        "the agent at 10,000 events a second",
        f"at most {MAX_SHARE:.0f}% of one processor, {MAX_MIB:.0f} MiB",
        f"{most:.0f}%, {held:.0f} MiB (100 a second {busy:.1f}%, one a second {idle:.1f}%)",
        most <= MAX_SHARE and held <= MAX_MIB,
        "agent",
    )


def _record(run: "Run") -> Judged | None:
    if not (found := _medians(run, "agent", "stored-100", "alone", "hour")):
        return None
    stored, alone, hour = found
    return Judged(
        "what one event costs in the flight record; an hour of a busy application",
        f"at most {MAX_BYTES:.0f} bytes; within {RING_MIB:.0f} MiB",
        f"{stored:.0f} bytes ({alone:.0f} in a frame of its own); {hour:.1f} MiB",
        max(stored, alone) <= MAX_BYTES and hour <= RING_MIB,
        "agent",
    )


def _merge(run: "Run") -> Judged | None:
    if not (found := _medians(run, "model-merge", "merge", "memory", "entries", "size")):
        return None
    took, held, entries, size = found
    return Judged(
        "the model of 1,000 tasks",
        f"at most {MAX_ENTRIES} entries and {MAX_MODEL_KIB:.0f} KiB",
        f"{entries:.0f} entries, {size:.0f} KiB; merged in {took:.1f} s of a processor, {held:.0f} MiB",
        entries <= MAX_ENTRIES and size <= MAX_MODEL_KIB,
        "model-merge",
    )


def _replay(run: "Run") -> Judged | None:
    if not (found := _medians(run, "replay", "read", "replay", "memory", "size")):
        return None
    read, decided, held, size = found
    return Judged(
        "a million recorded events under another policy",
        "at most 2 minutes of a processor and 512 MiB",
        f"{read + decided:.0f} s ({read:.0f} of them reading {size:.0f} MiB), {held:.0f} MiB",
        read + decided <= 120 and held <= 512,
        "replay",
    )


PROMISES: "tuple[Callable[[Run], Judged | None], ...]" = (_agent, _record, _merge, _replay)
"""The agent's cost, the record's, the models', the replay's."""
