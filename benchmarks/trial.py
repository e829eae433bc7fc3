"""One measurement of one variant, in a fresh process."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.benchmark import SUPERVISED, Benchmark, Variant
from benchmarks.stage import PATIENCE_SECONDS, SUPERVISOR, Stage
from outrider.errors import OutriderError

TIMEOUT_SECONDS = 300.0
QUICK_DIVISOR = 10

_LISTS = {Variant.DATADOG: "datadog", Variant.SYSDIG: "sysdig"}
"""As programs/ptraced_lists.c names them."""
_TRACED = "trace=%file,%network,execve,execveat"
_STRACE = ("strace", "-f", "--seccomp-bpf", "-qq", "-e", _TRACED, "-o", "/dev/null", "--")

Words = str | int | Path


class TrialFailed(OutriderError):
    """What was to be measured did not work, so there is no number."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What a benchmark's `once` gets."""

    stage: Stage
    benchmark: Benchmark
    variant: Variant

    def wrap(self, *command: Words) -> list[str]:
        """Return the command as this variant runs it. A supervised one that cannot be supervised fails."""
        words = [str(word) for word in command]
        traced = self.variant is Variant.TRACED
        if traced or self.variant in SUPERVISED:
            name = self.stage.container(self.benchmark, Variant.BLOCK if traced else self.variant)
            options = ["--container", name, "--dir", str(self.stage.volume), "--on-failure", "security"]
            options += ["--engine", "trace"] * traced
            return [str(self.stage.supervisor), *options, "--", *words]
        if self.variant is Variant.PTRACE:
            return [str(self.stage.program("ptraced")), "--", *words]
        if list_ := _LISTS.get(self.variant):
            return [str(self.stage.program("ptraced_lists")), list_, "--", *words]
        if self.variant is Variant.STRACE:
            return [*_STRACE, *words]
        return words

    def count(self, normal: int) -> int:
        """How often to do something, where `normal` is for a run that is to be quoted."""
        return max(normal // QUICK_DIVISOR, 1) if self.stage.quick else normal

    def measured(self, command: Sequence[str]) -> tuple[float, ...]:
        """Run a measuring program as it stands; microseconds, one for each series of the benchmark."""
        said = dict(line.split() for line in run(command).splitlines())
        return tuple(float(said[series.key]) / 1000 for series in self.benchmark.series)


def run(command: Sequence[str], timeout: float = TIMEOUT_SECONDS, *, quiet: bool = True) -> str:
    """Run to the end; what it printed. Raises TrialFailed unless it succeeded, and in silence if `quiet`."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)
    except subprocess.TimeoutExpired:
        raise TrialFailed(f"{_called(command)} did not end in {timeout:.0f} s") from None
    if done.returncode or (quiet and done.stderr):
        said = done.stderr.strip() or done.stdout.strip()
        raise TrialFailed(f"{_called(command)} exited {done.returncode}: {said}")
    return done.stdout


@contextmanager
def serving(command: Sequence[str], ports: Sequence[int], cwd: Path) -> Iterator[None]:
    """A server, from when all its ports answer; ended afterwards. Raises TrialFailed with its last words."""
    log = cwd / "server.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
    try:
        for port in ports:
            _await(server, port, _called(command), log)
        yield
        if server.poll() is not None:
            raise TrialFailed(f"{_called(command)} ended under load: {_last_words(log)}")
    finally:
        server.terminate()
        with suppress(subprocess.TimeoutExpired):
            server.wait(PATIENCE_SECONDS)
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def _await(server: subprocess.Popen[bytes], port: int, name: str, log: Path) -> None:
    """Wait until a port is answered on."""
    end = time.monotonic() + PATIENCE_SECONDS
    while server.poll() is None and time.monotonic() < end:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.02)
    raise TrialFailed(f"{name} does not answer on port {port}: {_last_words(log)}")


def _last_words(log: Path) -> str:
    """The end of a log, on one line."""
    return " / ".join(log.read_text(errors="replace").splitlines()[-5:]) or "it said nothing"


def _called(command: Sequence[str]) -> str:
    """The command as errors name it: without where things happen to lie."""
    supervised = Path(command[0]).name == SUPERVISOR
    words = command[command.index("--") + 1 :] if supervised else command
    return f"{Path(words[0]).name}{' under the supervisor' if supervised else ''}"
