"""Memory of the supervisor and its twin: at rest, after 100,000 trapped calls, after as many again."""

import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from benchmarks.benchmark import SUPERVISED, Benchmark, Rules, Series
from benchmarks.calls import starts
from benchmarks.stage import Stage
from benchmarks.trial import Trial, TrialFailed
from outrider.model.pattern import quote

CALLS = 100_000
SETTLING_SECONDS = 0.5
"""For what is still to be told after the last call."""

_LINES = {"VmRSS": "resident", "VmHWM": "peak", "RssAnon": "anonymous", "RssShmem": "shared"}
_MOMENTS = {"rest": "at rest", "loaded": "after 100,000 calls", "again": "after 200,000 calls"}


def _series() -> Iterator[Series]:
    for key, moment in _MOMENTS.items():
        yield Series(f"{key}-resident", f"supervisor resident, {moment}", "KiB")
        yield Series(f"{key}-both", f"supervisor and twin together, {moment}", "KiB")
    for line, what in _LINES.items():
        if line != "VmRSS":
            yield Series(f"again-{what}", f"supervisor {what}, {_MOMENTS['again']}", "KiB")


def _rules(stage: Stage) -> Rules:
    """What programs/trapped.c does."""
    own = {"address": "127.0.0.1/32", "port": str(stage.port("memory")), "protocol": "udp"}
    return [
        *starts(stage.program("trapped")),
        {"kind": "bind", **own},
        {"kind": "connect", **own},
        {"kind": "write", "target": f"{quote(str(stage.tmpfs))}/*"},
    ]


def _once(trial: Trial) -> Sequence[float]:
    stage = trial.stage
    words = (stage.program("trapped"), CALLS, stage.tmpfs, stage.port("memory"))
    found: dict[str, float] = {}
    with speaking(trial.wrap(*words)) as (process, to, from_):
        for moment in _MOMENTS:
            if moment != "rest":
                to.write("go\n")
                to.flush()
            if from_.readline() not in ("ready\n", "done\n"):
                raise TrialFailed(f"programs/trapped.c ended early: {_last_words(process)}")
            time.sleep(SETTLING_SECONDS)
            found |= {f"{moment}-{what}": value for what, value in _look(stage).items()}
    return [found[series.key] for series in trial.benchmark.series]


@contextmanager
def speaking(command: Sequence[str]) -> Iterator[tuple[subprocess.Popen[str], IO[str], IO[str]]]:
    """A process to talk to; it ends with its standard input."""
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        if process.stdin is None or process.stdout is None:
            raise AssertionError("pipes were asked for")
        try:
            yield process, process.stdin, process.stdout
            process.stdin.close()
        except BaseException:
            process.kill()
            raise


def _last_words(process: subprocess.Popen[str]) -> str:
    """What it said last, and how it ended."""
    _, said = process.communicate()
    return f"{said.strip() or 'it said nothing'} (status {process.returncode})"


def _look(stage: Stage) -> dict[str, float]:
    """KiB, of the supervisor (the one with threads), and what both occupy, shared pages counted once."""
    processes = {pid: _status(pid) for pid in stage.supervisors()}
    if len(processes) < 2:
        raise TrialFailed(f"a supervisor and its twins were expected, there are {sorted(processes)}")
    supervisor = next(iter(processes.values()))  # the one in charge
    both = sum(_proportional(pid) for pid in processes)
    return {name: supervisor[line] for line, name in _LINES.items()} | {"both": both}


def _status(pid: int) -> dict[str, float]:
    """The numbers of /proc/PID/status."""
    lines = (line.split() for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return {words[0][:-1]: float(words[1]) for words in lines if len(words) > 1 and words[1].isdigit()}


def _proportional(pid: int) -> float:
    """Pss: a page of n processes counts 1/n in each."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except PermissionError:
        raise TrialFailed("only root may look at the supervisor's pages") from None
    return float(next(line.split()[1] for line in lines if line.startswith("Pss:")))


MEMORY = Benchmark(
    name="memory",
    series=tuple(_series()),
    once=_once,
    rules=_rules,
    variants=SUPERVISED,
    rounds=3,
    quick_rounds=1,
)
