"""One allowed call under the guard, and the size of the layer."""

import os
import platform
import struct
import subprocess
from collections.abc import Sequence
from pathlib import Path

from benchmarks import policies
from benchmarks.benchmark import Benchmark, Series, Variant
from benchmarks.function import local
from benchmarks.stage import NATIVE, Stage
from benchmarks.trial import TIMEOUT_SECONDS, Trial, TrialFailed
from outrider.model.event import FUNCTION
from outrider.model.pattern import quote

COUNT = 20_000
ROUNDS = 41
"""Many short ones: a round that something else on the machine disturbed is one of many."""
_STATE = struct.Struct("<QI")
_STATE_MAGIC, _STATE_VERSION, _STATE_BYTES = 0x3154535252545554, 1, 4096
"""native/state.h."""


def _environment(stage: Stage) -> dict[str, str]:
    """A guard's: a policy of a few rules, the page it shares with an extension."""
    place = stage.work / "guarded"
    if not place.exists():
        (place / "state").mkdir(parents=True, mode=0o700)
        page = _STATE.pack(_STATE_MAGIC, _STATE_VERSION).ljust(_STATE_BYTES, b"\0")
        (place / "state" / "state").write_bytes(page)
        own = {"address": "127.0.0.1/32", "port": str(stage.port("guarded")), "protocol": "udp"}
        rules = [
            {"kind": "exec", "target": "/usr/bin/convert"},
            {"kind": "connect", "name": "*.amazonaws.com", "port": "443", "protocol": "tcp"},
            {"kind": "bind", **own},
            {"kind": "connect", **own},
            {"kind": "write", "target": f"{quote(str(stage.tmpfs))}/*"},
        ]
        (place / "block.policy").write_bytes(policies.block(FUNCTION, rules))
    return {
        "LD_PRELOAD": str(NATIVE / platform.machine() / "guard.so"),
        "OUTRIDER_GUARD": str(place / "block.policy"),
        "OUTRIDER_DIR": str(place / "state"),
        "OUTRIDER_ROOT": str(place),
    }


def _calls(trial: Trial) -> Sequence[float]:
    stage = trial.stage
    words = (trial.count(COUNT), stage.file("guarded"), stage.port("guarded"))
    command = [str(stage.dynamic_program("guarded")), *map(str, words)]
    environment = os.environ | (_environment(stage) if trial.variant is Variant.BLOCK else {})
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False
    )
    if done.returncode or done.stderr:
        raise TrialFailed(f"programs/guarded.c exited {done.returncode}: {done.stderr.strip()}")
    said = dict(line.split() for line in done.stdout.splitlines())
    return tuple(float(said[series.key]) for series in trial.benchmark.series)


def _size(trial: Trial) -> Sequence[float]:
    made: Path = local.layer(trial.stage)
    return tuple((made / f"outrider-layer-{key}.zip").stat().st_size / 1024 for key in ("x86_64", "aarch64"))


CALLS = (
    Benchmark(
        name="function-calls",
        series=(
            Series("write", "open for writing, in a function", "ns"),
            Series("read", "open for reading, in a function", "ns"),
            Series("connect", "connect, UDP, in a function", "ns"),
            Series("sendto", "sendto with an address, in a function", "ns"),
            Series("mprotect", "mprotect, in a function", "ns"),
        ),
        once=_calls,
        variants=(Variant.BARE, Variant.BLOCK, Variant.AGAIN),
        rounds=ROUNDS,
    ),
    Benchmark(
        name="function-size",
        series=(
            Series("x86_64", "the layer's zip, x86_64", "KiB"),
            Series("aarch64", "the layer's zip, aarch64", "KiB"),
        ),
        once=_size,
        variants=(Variant.BLOCK,),
        rounds=1,
        quick_rounds=1,
    ),
)
