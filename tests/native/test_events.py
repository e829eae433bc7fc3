"""None is lost unsaid: received + counted as dropped = emitted. And the supervisor stays small and quiet."""

import subprocess
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from supervised import Agent, Supervised, ended, policy, status, until

from outrider.model.event import Event, FrameType, Kind, Verdict

BURST, SMALL_BURST = 100_000, 20_000
RESIDENT = 2048
"""KiB: a promise of the README."""


def resident(pid: int) -> int:
    """KiB of memory a process takes, code included."""
    return int(status(pid)["VmRSS"].split()[0])


def burst(
    supervised: Supervised, program: Callable[[str], Path], size: int, *, slow: float | None
) -> tuple[Agent, list[int]]:
    """Three bursts, one after another; the agent and the supervisor's memory before, between and after."""
    supervised.set_policy(policy("block", report=True))
    agent = supervised.listen(slow=slow or 0) if slow is not None else None
    tool = program("burst")
    again = f"read go; {tool} 10000; echo done; "
    script = f"read go; {tool} {size}; echo done; {again}{again}read go"
    with ended(supervised.start("/bin/sh", "-c", script, stdin=subprocess.PIPE)) as process:
        assert process.stdin and process.stdout
        supervisor, _ = supervised.both()
        memory = [resident(supervisor)]
        for _ in range(3):
            process.stdin.write("go\n")
            process.stdin.flush()
            assert process.stdout.readline() == "done\n"
            memory.append(resident(supervisor))
        agent = agent or supervised.listen()
        agent.slow = 0
        until(lambda: agent.hellos, "the connection")
        process.stdin.close()
        process.wait(30)
        until(lambda: not supervised.pids(), "the end")
    return agent, memory


@pytest.mark.parametrize(
    ("size", "slow"),
    [(BURST, 0), (SMALL_BURST, 0.02), (SMALL_BURST, None)],
    ids=["quick agent", "slow agent", "no agent"],
)
def test_a_burst_is_accounted_for(
    size: int, slow: float | None, supervised: Supervised, program: Callable[[str], Path]
) -> None:
    agent, memory = burst(supervised, program, size, slow=slow)
    last = agent.events[-1]
    assert len(agent.events) + last.dropped == last.seq  # the agent checked it at every frame
    assert last.seq >= size  # repeats within a window are one frame: how many depends on the machine's pace
    if slow is None:
        assert last.dropped > 0, "a ring is bounded"
    assert max(memory) <= RESIDENT
    growth = [after - before for before, after in pairwise(memory[1:])]
    assert min(growth) <= 64, (
        "no growth with load"
    )  # a worker that steps in for the first time touches its stack


def test_repeats_are_counted_not_sent(supervised: Supervised, program: Callable[[str], Path]) -> None:
    supervised.set_policy(policy("alert", report=True))
    agent = supervised.listen()
    supervised.run(program("burst"), "0")
    binds = agent.of(Kind.BIND)
    assert len(binds) == 1
    until(lambda: 1 + sum(e.count for e in repeats(agent, binds[0])) == 1000, "all were counted")


def repeats(agent: Agent, event: Event) -> list[Event]:
    return [e for e in agent.of_type(FrameType.REPEAT) if e.ref_seq == event.seq]


def test_it_sleeps_when_there_is_nothing_to_do(supervised: Supervised) -> None:
    """Counted in wake-ups, not in time: a few a second at most, with and without an agent."""
    supervised.set_policy(policy("block"))
    with ended(supervised.start("/bin/sh", "-c", "read go; read go", stdin=subprocess.PIPE)):
        supervisor, twin = supervised.both()
        agent = supervised.listen()
        agent.wait(lambda e: e.type is FrameType.START)
        until(lambda: wake_ups(supervisor, seconds=1.0) <= 4, "quiet with an agent")
        agent.close()
        until(lambda: wake_ups(supervisor, seconds=1.0) <= 4, "quiet without one")
        assert wake_ups(twin, seconds=0.2) == 0


def wake_ups(pid: int, *, seconds: float) -> int:
    """Voluntary context switches of all its threads in a while."""
    import time  # noqa: PLC0415

    def count() -> int:
        return sum(
            int(status(f"{pid}/task/{t.name}").get("voluntary_ctxt_switches", 0))
            for t in Path(f"/proc/{pid}/task").iterdir()
        )

    before = count()
    time.sleep(seconds)
    return count() - before


def test_an_event_tells_who_did_what(supervised: Supervised, place: Path) -> None:
    supervised.set_policy(policy("block", {"kind": "write", "action": "block", "target": f"{place}/**"}))
    agent = supervised.listen()
    script = f'/bin/sh -c "cd {place}; echo x > sub; :" outer'
    supervised.run("/bin/sh", "-c", script + "; :", env={"PATH": "/bin"})
    told = agent.wait(lambda e: e.kind is Kind.WRITE)
    assert (told.verdict, told.target, told.rule, told.errno) == (Verdict.BLOCK, f"{place}/sub", 1, 1)
    assert (told.uid, told.gid, told.syscall) == (0, 0, "openat")
    assert told.program == str(Path("/bin/sh").resolve())
    assert told.cmdline[:2] == ("/bin/sh", "-c")
    assert told.ancestors[0].pid == told.ppid == supervised.process.pid  # type: ignore[union-attr]
    start = agent.of(Kind.EXEC)[-1]
    assert start.argv[:2] == ("/bin/sh", "-c")
    assert start.target == str(Path("/bin/sh").resolve())
