"""The real agent, told 1, 100 and 10,000 events a second: processor, memory, bytes."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from benchmarks.benchmark import Benchmark, Series, Variant
from benchmarks.recorder.stream import START_NS, Stream
from benchmarks.stage import PATIENCE_SECONDS
from benchmarks.trial import Trial, TrialFailed
from outrider.runtime.flight.segment import Header, SegmentWriter

RATES = {1: 20.0, 100: 20.0, 10_000: 20.0}
"""Events a second → seconds they are told for."""
BUSY_RATE, HOUR = 100, 3600
"""A busy application: so many events a second that are not repeats of others, for so many seconds."""
ROOT = Path(__file__).parents[2]
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run cost the agent."""

    share: float
    """Percent of one processor."""
    resident: float
    """MiB at the end."""
    peak: float
    """MiB."""
    per_event: float
    """Bytes on disk."""
    behind: float
    """Seconds from the last event to its acknowledgement."""


@contextmanager
def _agent(place: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A real agent that lives in `place`, from when it answers."""
    settings = {
        "OUTRIDER_CONTAINERS": "web",
        "OUTRIDER_DIR": str(place / "task"),
        "OUTRIDER_STATE_DIR": str(place / "state"),
    }
    with (place / "agent.log").open("wb") as log:
        agent = subprocess.Popen(
            [sys.executable, "-m", "sidecar", "agent"],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), **settings},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        _await(place / "task" / "run" / "agent.sock", agent)
        yield agent
    finally:
        agent.send_signal(signal.SIGTERM)
        agent.wait(PATIENCE_SECONDS)


def _await(path: Path, agent: subprocess.Popen[bytes]) -> None:
    """Wait until the agent takes connections."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end and agent.poll() is None:
        with socket.socket(socket.AF_UNIX) as peer:
            if peer.connect_ex(str(path)) == 0:
                return
        time.sleep(0.05)
    raise TrialFailed("the agent does not take connections")


def measure(rate: int, seconds: float) -> Cost:
    """Run an agent and a supervisor beside it."""
    place = Path(tempfile.mkdtemp(prefix="or-agent-"))
    try:
        with _agent(place) as agent:
            words = [place / "task" / "run" / "agent.sock", "web", rate, seconds]
            told = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.recorder.load", *map(str, words)],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            with told:
                return _watch(agent.pid, told, place, seconds)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _watch(pid: int, told: subprocess.Popen[str], place: Path, seconds: float) -> Cost:
    """Start the stream, and read the agent's account in /proc before and after."""
    if told.stdin is None or told.stdout is None:
        raise AssertionError("pipes were asked for")
    told.stdout.readline()
    time.sleep(1)
    before = _stored(place)
    used = _used(pid)
    told.stdin.write("go\n")
    told.stdin.flush()
    answer = told.stdout.readline().split()
    if len(answer) != 2:
        raise TrialFailed("the stream came to no end")
    used = _used(pid) - used
    count, behind = int(answer[0]), float(answer[1])
    status = _status(pid)
    told.stdin.write("end\n")
    told.stdin.flush()
    return Cost(
        share=100 * used / seconds,  # of the time it was told for: falling behind makes nothing cheaper
        resident=status["VmRSS"] / 1024,
        peak=status["VmHWM"] / 1024,
        per_event=(_stored(place) - before) / count,
        behind=behind,
    )


def _used(pid: int) -> float:
    """Seconds of a processor, of all threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _status(pid: int) -> dict[str, float]:
    """The numbers of /proc/PID/status."""
    lines = (line.split() for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return {words[0][:-1]: float(words[1]) for words in lines if len(words) > 1 and words[1].isdigit()}


def _stored(place: Path) -> int:
    """Bytes of the record, of what is still there."""
    return sum(path.stat().st_size for path in (place / "state" / "record" / "web").glob("*.flight"))


def _hour(count: int) -> tuple[float, float]:
    """MiB of that many events of a busy application, each acknowledged alone; and bytes an event."""
    writer, size = SegmentWriter(Header("web", 1, START_NS)), 0
    for event in islice(Stream(BUSY_RATE).events(), count):
        size += len(writer.frames([event]))
        if size // (1 << 20) > writer.header.number:
            writer = SegmentWriter(Header("web", writer.header.number + 1, event.time_ns, writer.chain))
            size += len(writer.head)
    return size / count * BUSY_RATE * HOUR / (1 << 20), size / count


def _once(trial: Trial) -> Sequence[float]:
    found: list[float] = []
    costs = {
        rate: measure(rate, max(seconds / (10 if trial.stage.quick else 1), 2))
        for rate, seconds in RATES.items()
    }
    for rate, cost in costs.items():
        found += [cost.share, cost.resident, *([cost.per_event] if rate > 1 else [])]
    busiest = costs[max(RATES)]
    return [*found, busiest.peak, busiest.behind, *_hour(trial.count(BUSY_RATE * HOUR))]


AGENT = Benchmark(
    name="agent",
    series=(
        *(
            series
            for rate in RATES
            for series in (
                Series(f"cpu-{rate}", f"agent at {rate:,} events a second, of one processor", "%"),
                Series(f"resident-{rate}", f"memory at {rate:,} events a second", "MiB"),
                Series(f"stored-{rate}", f"stored of one event at {rate:,} a second", "bytes"),
            )
            if rate > 1 or not series.key.startswith("stored")  # of twenty events all is new
        ),
        Series("peak", "peak memory at the highest rate", "MiB"),
        Series("behind", "from the last event to its acknowledgement", "s"),
        Series("hour", f"one hour of {BUSY_RATE} events a second, each in a frame of its own", "MiB"),
        Series("alone", "stored of one event in a frame of its own", "bytes"),
    ),
    once=_once,
    variants=(Variant.OURS,),
    rounds=3,
    quick_rounds=1,
)
