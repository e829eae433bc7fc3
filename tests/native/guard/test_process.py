"""Other processes: signals, ptrace, and too many of them; calls by number."""

import os
import platform
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from function import EXTENSION_AT, FORKS_AT, WORKER_AT, Function, policy

from outrider.model.event import Kind, Verdict


@pytest.fixture
def bystander() -> Iterator[subprocess.Popen[bytes]]:
    """Stands for the extension."""
    process = subprocess.Popen(["/bin/cat"], stdin=subprocess.PIPE, process_group=0)
    yield process
    process.kill()
    process.communicate()


KILLS = {
    "kill": "os.kill(P, signal.SIGKILL)",
    "group": "os.killpg(P, signal.SIGKILL)",
    "everybody": "os.kill(-1, signal.SIGWINCH)",
    "pidfd": "signal.pidfd_send_signal(os.pidfd_open(P), signal.SIGKILL)",
    "limits": "import resource; resource.prlimit(P, resource.RLIMIT_CPU, (0, 0))",
    "shell": "subprocess.run(['/bin/sh', '-c', f'kill -9 {P}'], check=True)",
    "tgkill": "import ctypes\nif ctypes.CDLL(None).tgkill(P, P, 9) < 0: raise PermissionError",
}


@pytest.mark.parametrize("at", [EXTENSION_AT, WORKER_AT])
@pytest.mark.parametrize("way", KILLS)
def test_the_extension_cannot_be_killed(
    function: Function, bystander: subprocess.Popen[bytes], way: str, at: int
) -> None:
    """Nor starved; asking whether it lives is fine."""
    extension = function.listen()
    extension.set(EXTENSION_AT, 1 << 22)
    extension.set(at, bystander.pid)
    code = f"import os, signal, subprocess\nP = {bystander.pid}\nos.kill(P, 0)\n{KILLS[way]}"
    done = function.run([sys.executable, "-c", code], policy())
    assert done.returncode == 1, done
    assert bystander.poll() is None
    assert {event.target for event in extension.acts()} == {"kill_guard"}


def test_others_can_be_signalled(function: Function, bystander: subprocess.Popen[bytes]) -> None:
    """It is none of our business."""
    function.listen()
    function.python(f"import os; os.kill({bystander.pid}, 15)", policy())
    assert bystander.wait(timeout=20) == -signal.SIGTERM


def test_fork_bomb(function: Function) -> None:
    """Counted over all processes; beyond the limit the policy decides."""
    extension = function.listen()
    blob = policy("block", {"kind": "syscall", "name": "fork_rate", "action": "block"})
    code = (
        "import os\n"
        "try: pid = os.fork()\n"
        "except BlockingIOError: print('refused')\n"
        "else: pid or os._exit(0); os.waitpid(pid, 0); print('made')"
    )
    assert function.python(code, blob) == "made\n"
    for _ in range(10):  # a second may end just now
        extension.set(FORKS_AT, 1000)
        extension.set(FORKS_AT + 4, int(time.clock_gettime(time.CLOCK_MONOTONIC)))
        if function.python(code, blob) == "refused\n":
            break
    assert extension.acts()[-1].target == "fork_rate"


NUMBERS = {
    "x86_64": {
        "memfd_create": 319,
        "ptrace": 101,
        "process_vm_readv": 310,
        "process_vm_writev": 311,
        "io_uring_setup": 425,
        "bpf": 321,
        "perf_event_open": 298,
        "userfaultfd": 323,
    },
    "aarch64": {
        "memfd_create": 279,
        "ptrace": 117,
        "process_vm_readv": 270,
        "process_vm_writev": 271,
        "io_uring_setup": 425,
        "bpf": 280,
        "perf_event_open": 241,
        "userfaultfd": 282,
    },
}[platform.machine()]


@pytest.mark.parametrize("name", NUMBERS)
def test_calls_by_number(function: Function, compiled: Callable[..., Path], name: str) -> None:
    """By their name in the policy; what nothing in libc leads to is syscall_raw."""
    extension = function.listen()
    known = {"memfd_create", "ptrace", "process_vm_readv", "process_vm_writev", "io_uring_setup"}
    done = function.run([compiled("act"), str(NUMBERS[name])], policy(syscall="block"))
    assert done.stdout.startswith("-1 "), done
    assert int(done.stdout.split()[1]) in {1, 13}
    (event,) = extension.acts(kind=Kind.SYSCALL, verdict=Verdict.BLOCK)
    assert event.target == (name if name in known else "syscall_raw")


CALLS = {
    "memfd_create": "os.memfd_create('x')",
    "process_vm_readv": "if l.process_vm_readv(P, None, 0, None, 0, 0) < 0: raise PermissionError",
    "process_vm_writev": "if l.process_vm_writev(P, None, 0, None, 0, 0) < 0: raise PermissionError",
    "ptrace": "if l.ptrace(0, 0, None, None) < 0: raise PermissionError",
}


@pytest.mark.parametrize("name", CALLS)
def test_calls_by_symbol(function: Function, name: str) -> None:
    """The same through libc's own handle."""
    extension = function.listen()
    code = f"import os, ctypes\nl = ctypes.CDLL('libc.so.6'); P = os.getpid()\n{CALLS[name]}"
    blob = policy("block", {"kind": "syscall", "name": name, "action": "block"})
    assert "PermissionError" in function.run([sys.executable, "-c", code], blob).stderr
    (event,) = extension.acts()
    assert (event.target, event.rule) == (name, 1)


def test_fork_and_vfork_by_number(function: Function, compiled: Callable[..., Path]) -> None:
    """Two processes never return through one frame."""
    if platform.machine() == "x86_64":
        for number in (57, 58):
            done = function.run([compiled("act"), str(number)], policy())
            assert done.stdout == "0 0\n" * 2, done
    clone = {"x86_64": 56, "aarch64": 220}[platform.machine()]
    done = function.run([compiled("act"), str(clone), str(17 | 0x4100)], policy())
    assert done.stdout == "0 0\n" * 2, done


def test_pids_of_forks_are_their_own(function: Function) -> None:
    """What an event says of a child is the child's."""
    extension = function.listen()
    code = (
        "import os\npid = os.fork()\n"
        "if pid == 0:\n"
        "    try: os.execv('/bin/true', ['true'])\n"
        "    except PermissionError: os._exit(0)\n"
        "os.waitpid(pid, 0); print(pid, os.getpid())"
    )
    child, parent = map(int, function.python(code, policy(exec="block")).split())
    (event,) = extension.acts()
    assert (event.pid, event.ppid) == (child, parent)
    assert event.uid == os.geteuid()
