"""The Promises that benchmarks answer for: what was said, what was measured, whether it holds."""

from collections.abc import Callable
from statistics import quantiles

from benchmarks.account import promises as account
from benchmarks.benchmark import Variant
from benchmarks.function import promises as function
from benchmarks.judged import Judged
from benchmarks.models import promises as models
from benchmarks.rematch import promises as rematch
from benchmarks.result import times
from benchmarks.run import Run
from benchmarks.scan import promises as scan

MAX_BYTES = 150 * 1024
MAX_RESIDENT_KIB = 2048
MAX_EXEC = 1.3
MAX_CONNECT_US = 15
MIN_THROUGHPUT = 0.99
MAX_START_MS = 3
MAX_PAUSE_MS = 10
MAX_GROWTH_KIB = 64
"""What pages touched for the first time may add from the first 100,000 calls to the second."""
_MOMENTS = {"rest": "at rest", "loaded": "after 100,000 calls", "again": "after 200,000"}
_SERVERS = {
    "nginx": ("nginx", "requests"),
    "a connection a request": ("nginx-close", "requests"),
    "Redis SET": ("redis", "set"),
    "Redis GET": ("redis", "get"),
    "PostgreSQL": ("postgres", "tpcb"),
    "Python": ("python", "requests"),
}


def judged(run: Run) -> tuple[Judged, ...]:
    """Return the promises that this run measured, in order."""
    return tuple(found for promise in PROMISES if (found := promise(run)))


def lost_in_silence(run: Run) -> int:
    """Frames that were emitted and neither arrived nor were counted as dropped."""
    return int(run.agent["emitted"] - run.agent["received"] - run.agent["dropped"])


def _servers(run: Run) -> Judged | None:
    found = {
        label: result
        for label, (benchmark, key) in _SERVERS.items()
        if (result := run.result(benchmark, key))
    }
    if not found:
        return None
    speeds = {label: result.speed(Variant.BLOCK).median for label, result in found.items()}
    noise = max(abs(result.speed(Variant.AGAIN).median - 1) for result in found.values())
    said = ", ".join(f"{label} {speed:.1%}" for label, speed in speeds.items())
    return Judged(
        "throughput of a server under the sidecar",
        f"at least {MIN_THROUGHPUT:.0%} of unprotected",
        f"{said}; bare against bare differs by up to {noise:.1%}",
        min(speeds.values()) >= MIN_THROUGHPUT,
        "nginx,nginx-close,redis,postgres,python",
    )


def _exec(run: Run) -> Judged | None:
    if not (result := run.result("exec", "fork")):
        return None
    block, alert = result.ratio(Variant.BLOCK).median, result.ratio(Variant.ALERT).median
    return Judged(
        "one exec, supervised and allowed",
        f"at most {MAX_EXEC} \N{MULTIPLICATION SIGN} unprotected",
        f"{times(block)} (alert {times(alert)})",
        max(block, alert) <= MAX_EXEC,
        "exec",
    )


def _start(run: Run) -> Judged | None:
    if not (result := run.result("start-up", "start-up")):
        return None
    added = max(result.added(variant).median for variant in (Variant.BLOCK, Variant.ALERT)) / 1000
    return Judged(
        "start of a container's program, supervisor and policy included",
        f"at most {MAX_START_MS} ms more",
        f"{added:.1f} ms more",
        added <= MAX_START_MS,
        "start-up",
    )


def _connect(run: Run) -> Judged | None:
    if not (result := run.result("connect", "tcp")):
        return None
    added = result.added(Variant.BLOCK).median
    return Judged(
        "one connect on loopback, supervised and blocking mode",
        f"at most {MAX_CONNECT_US} us more on 6.6+",
        f"{added:.1f} us more (ptrace {result.added(Variant.PTRACE).median:.1f} us)",
        added <= MAX_CONNECT_US,
        "connect",
    )


def _connect_one_cpu(run: Run) -> Judged | None:
    if not (result := run.result("connect-one-cpu", "tcp")):
        return None
    ours, theirs = result.added(Variant.BLOCK).median, result.added(Variant.PTRACE).median
    return Judged(
        "the same, on one CPU",
        "less than ptrace",
        f"{ours:.1f} us more (ptrace {theirs:.1f} us)",
        ours < theirs,
        "connect-one-cpu",
    )


def _memory(run: Run) -> Judged | None:
    found = {key: run.result("memory", f"{key}-resident") for key in _MOMENTS}
    if not all(found.values()):
        return None
    most = {
        key: max(result.spread(variant).median for variant in result.values)
        for key, result in found.items()
        if result
    }
    said = (f"{most[key]:,.0f} KiB {when}" for key, when in _MOMENTS.items())
    return Judged(
        "memory of the supervisor",
        "at most 2 MiB resident, no growth under load",
        ", ".join(said),
        max(most.values()) <= MAX_RESIDENT_KIB and most["again"] - most["loaded"] <= MAX_GROWTH_KIB,
        "memory",
    )


def _pause(run: Run) -> Judged | None:
    """Nine in ten deaths, as they are: what the machine adds is in it, and told beside it."""
    death, undisturbed = run.result("deaths", "death"), run.result("deaths", "undisturbed")
    if not death or not undisturbed:
        return None
    nine_in_ten, otherwise = (
        quantiles(result.values[Variant.BLOCK], n=10)[-1] / 1000 for result in (death, undisturbed)
    )
    return Judged(
        "the supervisor is killed: how long a caller waits, nine times in ten",
        f"at most {MAX_PAUSE_MS} ms",
        f"{nine_in_ten:.1f} ms, median {death.spread(Variant.BLOCK).median / 1000:.1f} ms "
        f"(without a death, the longest of as many calls: {otherwise:.1f} ms)",
        nine_in_ten <= MAX_PAUSE_MS,
        "deaths",
    )


def _speed(words: str, benchmark: str, least: float) -> Callable[[Run], Judged | None]:
    """A promise about speed against bare, as OSBench would tell it."""

    def promise(run: Run) -> Judged | None:
        if not (result := run.result(benchmark, benchmark.partition("-")[0])):
            return None
        block, alert, rival = (result.speed(v).median for v in (Variant.BLOCK, Variant.ALERT, Variant.PTRACE))
        return Judged(
            words,
            f"at least {least:.0%} of unprotected",
            f"{block:.0%} (alert {alert:.0%}, ptrace {rival:.0%})",
            min(block, alert) >= least,
            benchmark,
        )

    return promise


def _size(run: Run) -> Judged | None:
    if not run.sizes:
        return None
    said = ", ".join(f"{arch} {size / 1024:.0f} KiB" for arch, size in run.sizes.items())
    kept = max(run.sizes.values()) <= MAX_BYTES
    return Judged("size of the supervisor", "at most 150 KiB", said, kept, "")


def _events(run: Run) -> Judged | None:
    agent = run.agent
    if not run.result("memory", "again-resident"):
        return None
    return Judged(
        "events lost",
        "none silently: received + counted as dropped = emitted",
        f"{agent['received']:,} + {agent['dropped']:,} of {agent['emitted']:,}",
        lost_in_silence(run) == 0,
        "memory",
    )


PROMISES: tuple[Callable[[Run], Judged | None], ...] = (
    _servers,
    _exec,
    _start,
    _connect,
    _connect_one_cpu,
    _memory,
    _pause,
    _speed("launching programs (OSBench)", "launch", 0.85),
    _speed("creating files on tmpfs (OSBench), every write decided", "create-tmpfs", 0.45),
    _speed("creating files on a disk (OSBench), every write decided", "create-disk", 0.60),
    _size,
    _events,
    *models.PROMISES,
    *function.PROMISES,
    *scan.PROMISES,
    *rematch.PROMISES,
    *account.PROMISES,
)
