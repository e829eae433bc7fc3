"""Rare roads: the newer mount calls, listening without a bind, signals by a descriptor's owner, clone3."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from supervised import Supervised, ended, policy, until

from outrider.model.event import Kind, Verdict

Compile = Callable[[str], Path]
ROADS = Path(__file__).parent / "programs" / "roads.c"


def lines(out: str) -> list[tuple[str, str]]:
    return [(name, what.strip()) for name, _, what in (line.partition(":") for line in out.splitlines())]


@pytest.mark.parametrize("mode", ["alert", "block"])
def test_rare_calls_are_told_by_name_and_stopped_by_the_default(
    supervised: Supervised, program: Compile, mode: str
) -> None:
    """In alert mode each is answered as the kernel does without us."""
    bare = lines(subprocess.run([program("roads")], capture_output=True, text=True, check=True).stdout)
    supervised.set_policy(policy(mode, syscall="block"))
    agent = supervised.listen()
    done = supervised.run(program("roads"))
    assert done.returncode == 0, done.stderr
    found = lines(done.stdout)
    assert [name for name, _ in found] == [name for name, _ in bare]
    named = [name for name, _ in found if name != "clone3"]
    assert len(named) >= 30
    for name, what in found:
        if name == "clone3":
            assert what == "Function not implemented"
        elif mode == "block":
            assert what == "Operation not permitted", name
        elif name not in {"seccomp_listener", "personality"}:
            assert (name, what) in bare
    for name in set(named):
        event = agent.wait(lambda e, n=name: e.kind is Kind.SYSCALL and e.target == n, name)
        assert event.verdict is (Verdict.BLOCK if mode == "block" else Verdict.ALERT)


def test_listening_without_a_bind_is_a_bind_to_a_port_the_kernel_picks(
    supervised: Supervised, program: Compile
) -> None:
    bare = subprocess.run([program("roads"), "listen"], capture_output=True, text=True, check=True).stdout
    assert bare.count("worked") == 3
    for mode, default in (("alert", "allow"), ("block", "allow"), ("block", "block")):
        supervised.set_policy(policy(mode, report=True, bind=default))
        agent = supervised.listen()
        done = supervised.run(program("roads"), "listen")
        if default == "block":
            assert done.stdout.count("Operation not permitted") == 2, done
            assert "listen bound" not in done.stdout, "bind itself was stopped"
        else:
            assert done.stdout == bare
        verdict = Verdict.BLOCK if default == "block" else Verdict.ALLOW
        for family in ("inet", "inet6"):
            agent.wait(
                lambda e, f=family, v=verdict: (
                    e.kind is Kind.BIND
                    and e.syscall == "listen"
                    and e.address is not None
                    and (e.address.family, e.address.port, e.verdict) == (f, 0, v)
                ),
                f"listen on {family}",
            )
        agent.close()
        supervised.agent = None


@pytest.mark.parametrize("mode", ["alert", "block"])
def test_signals_by_an_owner_and_by_pidfd_reach_anybody_but_the_supervisor(
    supervised: Supervised, program: Compile, place: Path, mode: str
) -> None:
    bare = subprocess.run([program("roads"), "self"], capture_output=True, text=True, check=True).stdout
    supervised.set_policy(policy(mode))
    done = supervised.run(program("roads"), "self")
    refused = {"PRIO_USER", "IOPRIO_WHO_USER"}
    for (name, what), (_, before) in zip(lines(done.stdout), lines(bare), strict=True):
        assert what == ("Operation not permitted" if name in refused else before), name
    until(lambda: not supervised.pids(), "the end of the first")
    agent = supervised.listen()
    fifo = place / "go"
    os.mkfifo(fifo)
    process = supervised.start("/bin/sh", "-c", f"read pid < {fifo}; {program('roads')} owner $pid")
    with ended(process):
        supervisor, _ = supervised.both()
        fifo.write_text(f"{supervisor}\n")
        out, _ = process.communicate(timeout=30)
    worked = {name for name, what in lines(out) if what == "worked"}
    assert worked == {"fcntl", "FIONREAD"}, out
    assert "owner is not it" in out
    for name in ("fcntl", "ioctl", "pidfd_send_signal", "pidfd_getfd"):
        event = agent.wait(lambda e, n=name: e.target == n and e.verdict is Verdict.BLOCK, name)
        assert "supervisor" in event.message
    until(lambda: not supervised.pids(), "the end")


@pytest.mark.parametrize("libc", ["glibc", "musl"])
def test_threads_and_processes_start_without_clone3(
    supervised: Supervised, program: Compile, tmp_path: Path, libc: str
) -> None:
    """libc takes ENOSYS for an older kernel."""
    made = program("roads") if libc == "musl" else tmp_path / "roads"
    if libc == "glibc":
        command = ["gcc", "-std=gnu11", "-D_GNU_SOURCE", "-pthread", "-o", str(made), str(ROADS)]
        subprocess.run(command, check=True)
    supervised.set_policy(policy("block"))
    done = supervised.run(made, "threads")
    assert done.stdout == "thread: 0\nspawn: 0 0\nsystem: 0\n", done.stderr


def test_python_starts_threads_and_processes(supervised: Supervised) -> None:
    code = "import threading, subprocess; t = threading.Thread(target=print, args=('thread',)); t.start(); "
    code += "t.join(); print(subprocess.run(['true']).returncode)"
    supervised.set_policy(policy("block"))
    done = supervised.run(sys.executable, "-c", code)
    assert done.stdout == "thread\n0\n", done.stderr


ROUTED = """
import socket
route = bytes([0x83, 7, 4, 127, 0, 0, 2, 0])
with (
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender,
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver,
):
    receiver.bind(("127.0.0.1", 0))
    sender.connect(receiver.getsockname())
    tos, routed = (socket.IPPROTO_IP, socket.IP_TOS, bytes(4)), (socket.IPPROTO_IP, 7, route)
    padding = (100, 0, bytes(2048))  # more than the supervisor looks through
    for control in ([tos], [routed], [tos, routed], [padding, routed]):
        try:
            print(sender.sendmsg([b"x"], control))
        except OSError as error:
            print(error.strerror)
"""


@pytest.mark.parametrize("mode", ["alert", "block"])
def test_a_route_given_with_a_message_is_judged_and_other_control_data_is_not(
    supervised: Supervised, mode: str
) -> None:
    supervised.set_policy(policy(mode, syscall="block"))
    agent = supervised.listen()
    done = supervised.run(sys.executable, "-I", "-c", ROUTED)
    routed = "1" if mode == "alert" else "Operation not permitted"
    assert done.stdout.splitlines() == ["1", routed, routed, routed], done
    agent.wait(lambda e: e.kind is Kind.SYSCALL and e.target == "source_route")
    told = [event.verdict for event in agent.of(Kind.SYSCALL)]
    assert set(told) == {Verdict.ALERT if mode == "alert" else Verdict.BLOCK}
