"""Where the container's memory ends, the kernel takes the application's largest, not the supervisor; and if
it did, a twin would be there."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from supervised import Supervised, ended, policy, runs, until

from outrider.model.event import Verdict

LIMIT = 48 << 20
ROOT = Path("/sys/fs/cgroup")
HOG = """
import sys
kept = []
while True:
    kept.append(bytearray(1 << 20))
    open(sys.argv[1], "w").close()
"""
"""A trapped call with each MiB, so that there are some when the memory ends."""
SERVE = """
while read what; do
  case $what in
  hog) $PYTHON -I -c "$HOG" $PLACE/open/n; echo hog $? ;;
  two) $PYTHON -I -c "$HOG" $PLACE/open/n & $PYTHON -I -c "$HOG" $PLACE/open/m; echo two $?; wait ;;
  write) echo x 2>/dev/null > $PLACE/shut; echo write $? ;;
  esac
done
"""


def memory_directory() -> Path | None:
    """Where control groups of memory can be made; of version 1, of version 2, or nowhere."""
    if (ROOT / "memory" / "cgroup.procs").exists():
        return ROOT / "memory"
    control = ROOT / "cgroup.subtree_control"
    if control.exists() and "memory" in control.read_text().split():
        return ROOT
    return None


def settings(directory: Path) -> dict[str, int]:
    """No more than LIMIT, and no swap to go to."""
    if (directory / "memory.max").exists():
        return {"memory.max": LIMIT, "memory.swap.max": 0}
    return {"memory.limit_in_bytes": LIMIT, "memory.memsw.limit_in_bytes": LIMIT}


@pytest.fixture
def cgroup() -> Iterator[Path]:
    above = memory_directory()
    if above is None or not os.access(above, os.W_OK):
        pytest.skip("no control group of memory can be made here")
    made = above / f"outrider-test-{os.getpid()}"
    made.mkdir()
    try:
        for name, value in settings(made).items():
            if (made / name).exists():
                (made / name).write_text(str(value))
        yield made
    finally:
        until(lambda: not left(made), "its end")
        made.rmdir()


def left(cgroup: Path) -> bool:
    """Ends what is in there; whether there was anything."""
    inside = (cgroup / "cgroup.procs").read_text().split()
    for pid in inside:
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(pid), signal.SIGKILL)
    return bool(inside)


class Container:
    """A shell in the control group that does what it is told."""

    def __init__(self, supervised: Supervised, cgroup: Path, place: Path) -> None:
        (place / "open").mkdir()
        rule = {"kind": "write", "target": f"{place}/open/**"}
        supervised.set_policy(policy("block", rule, {"kind": "write", "target": "/dev/null"}, write="block"))
        self.agent, self.supervised = supervised.listen(), supervised
        self.agent.acks_may_be_lost = True
        enter = ["/bin/sh", "-c", f'echo $$ > {cgroup}/cgroup.procs; exec "$@"', "sh"]
        command = [*enter, *supervised.command("/bin/sh", "-c", SERVE)]
        given = {"PYTHON": sys.executable, "HOG": HOG, "PLACE": str(place)}
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self.process = supervised.process = subprocess.Popen(
            command, env=os.environ | given, text=True, **pipes
        )
        until(lambda: not runs(self.process.pid, supervised.binary) and supervised.pids(), "the application")

    def told(self, what: str) -> str:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(what + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()


def test_the_application_is_taken_and_the_supervisor_stays(
    supervised: Supervised, cgroup: Path, place: Path
) -> None:
    container = Container(supervised, cgroup, place)
    with ended(container.process):
        before = supervised.both()
        for _ in range(5):
            assert container.told("hog") == f"hog {128 + signal.SIGKILL}"
            assert container.told("write") != "write 0"
        assert supervised.both() == before
    assert not (place / "shut").exists()
    assert {e.verdict for e in container.agent.events if e.target == f"{place}/shut"} == {Verdict.BLOCK}


def test_if_the_supervisor_were_taken_its_twin_would_be_there(
    supervised: Supervised, cgroup: Path, place: Path
) -> None:
    container = Container(supervised, cgroup, place)
    with ended(container.process):
        supervisor, twin = supervised.both()
        Path(f"/proc/{supervisor}/oom_score_adj").write_text("1000")  # from outside: nobody inside can
        assert (
            container.told("two") == f"two {128 + signal.SIGKILL}"
        )  # none larger than that makes the supervisor
        until(lambda: supervised.pids()[0] == twin, "the twin in charge")
        assert container.told("write") != "write 0"
        assert container.told("hog") == f"hog {128 + signal.SIGKILL}"
        assert supervised.both()[0] == twin
        container.agent.wait(lambda e: "taken over" in e.message)
    assert not (place / "shut").exists()


def test_deaths_where_there_is_no_memory(
    supervised: Supervised, program: Callable[[str], Path], cgroup: Path, place: Path
) -> None:
    """Each twin takes over while another process eats what there is."""
    supervised.set_policy(policy("block"))
    (place / "open").mkdir()
    script = (
        f'while :; do $PYTHON -I -c "$HOG" {place}/open/n; done & exec {program("gaps")} entries 4 {place}'
    )
    enter = ["/bin/sh", "-c", f'echo $$ > {cgroup}/cgroup.procs; exec "$@"', "sh"]
    process = supervised.process = subprocess.Popen(
        [*enter, *supervised.command("/bin/sh", "-c", script)],
        env=os.environ | {"PYTHON": sys.executable, "HOG": HOG},
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )

    def asked() -> list[int]:
        assert process.stdin and process.stdout
        process.stdin.write("\n")
        process.stdin.flush()
        return [int(word) for word in process.stdout.readline().split()]

    with ended(process):
        until(lambda: runs(process.pid, program("gaps")), "the load")
        for _ in range(3):
            until(lambda: asked()[1] > 50, "calls")
            supervisor = supervised.pids()[0]
            os.kill(supervisor, signal.SIGKILL)
            time.sleep(0.2)
            assert supervisor not in supervised.pids()
            assert asked()[2] == 0
        until(lambda: asked()[1] > 50, "calls")


def test_the_supervisor_is_no_more_protected_than_the_application(supervised: Supervised) -> None:
    """To lower one's own score asks for CAP_SYS_RESOURCE, which no task has: it is spared for its size."""
    supervised.set_policy(policy("block"))
    with ended(supervised.start("/bin/sh", "-c", "read x", stdin=subprocess.PIPE)) as process:
        for pid in (*supervised.both(), process.pid):
            assert (
                Path(f"/proc/{pid}/oom_score_adj").read_text() == Path("/proc/self/oom_score_adj").read_text()
            )
