"""What a container may do: user, capabilities, root file system and containerd's seccomp profile."""

import errno
import platform
import shutil
import subprocess
from pathlib import Path

import pytest
from tasks import ImageMaker, Runner, container, needs_engine, taskdef

from outrider.errors import ExitStatus

pytestmark = [needs_engine, pytest.mark.whole]

FARGATE = 0xA80425FB
SYS_PTRACE = 1 << 19
STATUS = "grep -E '^(Cap|NoNewPrivs|Seccomp:)' /proc/self/status"


def status(lines: list[str]) -> dict[str, int]:
    """The lines of /proc/self/status as numbers."""
    pairs = (line.split(":") for line in lines)
    return {key: int(value, 16) for key, value in pairs}


@pytest.mark.parametrize(
    ("changes", "permitted", "bounding"),
    [
        ({}, FARGATE, FARGATE),
        (
            {"linuxParameters": {"capabilities": {"add": ["SYS_PTRACE"]}}},
            FARGATE | SYS_PTRACE,
            FARGATE | SYS_PTRACE,
        ),
        ({"linuxParameters": {"capabilities": {"drop": ["ALL"]}}}, 0, 0),
        (
            {"linuxParameters": {"capabilities": {"drop": ["NET_RAW"]}}},
            FARGATE & ~(1 << 13),
            FARGATE & ~(1 << 13),
        ),
        ({"user": "app"}, 0, FARGATE),
        (
            {"user": "1000", "linuxParameters": {"capabilities": {"add": ["SYS_PTRACE"]}}},
            0,
            FARGATE | SYS_PTRACE,
        ),
    ],
)
def test_capabilities_are_those_of_fargate(
    runner: Runner, app: str, changes: dict[str, object], permitted: int, bounding: int
) -> None:
    done = runner.run(taskdef(container(script=STATUS, **changes)), app)
    assert done.status == ExitStatus.OK, done.errors
    found = status(done.out["web"])
    assert (found["CapPrm"], found["CapEff"], found["CapBnd"]) == (permitted, permitted, bounding)
    assert (found["CapInh"], found["CapAmb"]) == (0, 0)
    assert (found["NoNewPrivs"], found["Seccomp"]) == (0, 2)


@pytest.mark.parametrize(
    ("user", "said"),
    [
        ("app", "uid=1000(app) gid=1001(app) groups=1001(app),2000(extra)"),
        ("1000:2000", "uid=1000(app) gid=2000(extra)"),
        ("", "uid=0(root) gid=0(root)"),
    ],
)
def test_users_are_those_of_the_image(runner: Runner, app: str, user: str, said: str) -> None:
    changes = {"user": user} if user else {}
    out = runner.run(taskdef(container(script="id", workingDirectory="/srv", **changes)), app).out["web"][0]
    assert out.startswith(said)


def test_a_read_only_root_leaves_volumes_and_tmpfs_writable(runner: Runner, app: str) -> None:
    places = "/ /tmp /etc /run /data /scratch /dev/shm"
    script = f"for p in {places}; do touch $p/x 2>/dev/null && echo $p; done; exit 0"
    definition = taskdef(
        container(
            script=script,
            readonlyRootFilesystem=True,
            mountPoints=[{"sourceVolume": "v", "containerPath": "/data"}],
            linuxParameters={"tmpfs": [{"containerPath": "/scratch", "size": 8}]},
        ),
        volumes=[{"name": "v"}],
    )
    done = runner.run(definition, app)
    assert done.status == ExitStatus.OK, done.errors
    assert done.out["web"] == ["/data", "/scratch", "/dev/shm"]


def test_an_init_process_is_the_first_if_asked_for(runner: Runner, app: str) -> None:
    if not any(map(shutil.which, ("catatonit", "tini", "tini-static"))):
        pytest.skip("no init program: catatonit or tini")
    script = "echo $$"
    definition = taskdef(container(script=script, linuxParameters={"initProcessEnabled": True}))
    assert runner.run(definition, app).out["web"] != ["1"]
    assert runner.run(taskdef(container(script=script)), app).out["web"] == ["1"]


CALLS = r"""
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>
/* Each line: a name, and 0 or the errno of a call that does no harm when it is allowed. */
#define TRY(name, ...) \
  do { long r = syscall(__VA_ARGS__); printf("%s %d\n", name, r < 0 ? errno : 0); } while (0)
int main(void) {
  TRY("seccomp", SYS_seccomp, 2L, 0L, 0L);
  TRY("execveat", SYS_execveat, -1L, "", 0L, 0L, 0L);
  TRY("memfd_create", SYS_memfd_create, "x", 0L);
  TRY("openat2", SYS_openat2, -1L, 0L, 0L, 0L);
  TRY("pidfd_open", SYS_pidfd_open, -1L, 0L);
  TRY("ptrace", SYS_ptrace, 16L, -1L, 0L, 0L);
  TRY("process_vm_readv", SYS_process_vm_readv, -1L, 0L, 0L, 0L, 0L, 0L);
  TRY("process_vm_writev", SYS_process_vm_writev, -1L, 0L, 0L, 0L, 0L, 0L);
  TRY("pidfd_getfd", SYS_pidfd_getfd, -1L, 0L, 0L);
  TRY("kcmp", SYS_kcmp, -1L, -1L, 0L, 0L, 0L);
  TRY("process_madvise", SYS_process_madvise, -1L, 0L, 0L, 0L, 0L);
  TRY("io_uring_setup", SYS_io_uring_setup, 0L, 0L);
  TRY("landlock", SYS_landlock_create_ruleset, 0L, 0L, 1L);
  TRY("clone3", SYS_clone3, 0L, 0L);
  TRY("unshare", SYS_unshare, 0L);
  TRY("setns", SYS_setns, -1L, 0L);
  TRY("bpf", SYS_bpf, -1L, 0L, 0L);
  TRY("perf_event_open", SYS_perf_event_open, 0L, 0L, 0L, 0L, 0L);
  TRY("keyctl", SYS_keyctl, 0L, -3L, 0L);
  TRY("userfaultfd", SYS_userfaultfd, -1L);
  TRY("open_by_handle_at", SYS_open_by_handle_at, -1L, 0L, 0L);
  TRY("clone_newuser", SYS_clone, 0x10000000L | 0x200L, 0L, 0L, 0L, 0L);
  TRY("personality", SYS_personality, 0xffffffffL);
  TRY("personality_odd", SYS_personality, 0x40000L);
  TRY("chroot", SYS_chroot, "/nowhere");
  TRY("socket_inet", SYS_socket, 2L, 1L, 0L);
  TRY("socket_vsock", SYS_socket, 40L, 1L, 0L);
  TRY("socket_alg", SYS_socket, 38L, 5L, 0L);
#ifdef __x86_64__
  long pid;
  __asm__ volatile("int $0x80" : "=a"(pid) : "a"(20L) : "memory");
  printf("i386_getpid %d\n", pid > 0 ? 0 : EPERM);
#endif
  return 0;
}
"""

OPEN = "seccomp execveat memfd_create openat2 pidfd_open landlock personality chroot socket_inet"
SHUT = "unshare setns bpf perf_event_open keyctl userfaultfd open_by_handle_at clone_newuser personality_odd"
TRACING = {"ptrace", "process_vm_readv", "process_vm_writev"}
PTRACE_ONLY = {"pidfd_getfd", "kcmp", "process_madvise"}


@pytest.fixture(scope="module")
def calls(images: ImageMaker, tmp_path_factory: pytest.TempPathFactory) -> str:
    """An image with a static program that tries system calls and prints what they answer."""
    if shutil.which("gcc") is None:
        pytest.skip("gcc is missing: no program to try system calls with")
    where = tmp_path_factory.mktemp("calls")
    (where / "calls.c").write_text(CALLS)
    line = ["gcc", "-static", "-O1", "-o", str(where / "calls"), str(where / "calls.c")]
    subprocess.run(line, check=True, capture_output=True)
    return images.make("calls", {"bin/calls": Path(where / "calls").read_bytes()})


@pytest.mark.parametrize("version", ["1.6", "1.7", "2"])
def test_the_seccomp_profile_is_containerds(runner: Runner, calls: str, version: str) -> None:
    traced = {"linuxParameters": {"capabilities": {"add": ["SYS_PTRACE"]}}}
    definition = taskdef(
        container("without", "calls", dependsOn=[{"containerName": "with", "condition": "COMPLETE"}]),
        container("with", "calls", essential=False, **traced),
    )
    done = runner.run(definition, f"--image=app={calls}", "--containerd", version)
    assert done.status == ExitStatus.OK, done.errors
    for name in ("without", "with"):
        answers = {call: int(answer) for call, answer in map(str.split, done.out[name])}
        refused = {call for call, answer in answers.items() if answer == errno.EPERM}
        expected = set(SHUT.split())
        expected |= {"io_uring_setup"} if version == "2" else set()
        expected |= TRACING if (version, name) == ("1.6", "without") else set()
        expected |= PTRACE_ONLY if name == "without" else set()
        expected |= {"1.6": set(), "1.7": {"socket_vsock"}, "2": {"socket_vsock", "socket_alg"}}[version]
        assert refused == expected
        assert set(OPEN.split()).isdisjoint(refused)
        assert answers["clone3"] == errno.ENOSYS
        if platform.machine() == "x86_64":
            assert answers["i386_getpid"] == 0


def test_health_checks_run_beside_the_entry_point_with_the_same_rights(runner: Runner, app: str) -> None:
    check = {"command": ["CMD-SHELL", f"{STATUS} > /tmp/check"], "interval": 5}
    script = f"while [ ! -s /tmp/check ]; do sleep 0.1; done; sleep 0.3; cat /tmp/check; {STATUS}"
    done = runner.run(taskdef(container(script=script, healthCheck=check)), app, "--hurry", "20")
    lines = done.out["web"]
    assert status(lines[: len(lines) // 2]) == status(lines[len(lines) // 2 :])
