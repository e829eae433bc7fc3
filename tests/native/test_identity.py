"""The application is what it would be without a supervisor, and the supervisor is nobody to it."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from supervised import LIVES, Supervised, ended, policy, runs, status, until

Compile = Callable[[str], Path]
SYS_PTRACE = 1 << 19


@pytest.fixture(params=["alert", "block"])
def under(request: pytest.FixtureRequest, supervised: Supervised) -> Supervised:
    supervised.set_policy(policy(request.param))
    supervised.listen()
    return supervised


def told(output: str) -> dict[str, str]:
    """Lines "name value" of whoami.c; several of a name get a number."""
    found: dict[str, str] = {}
    for line in output.splitlines():
        name, _, value = line.replace(":\t", " ", 1).partition(" ")
        place = next(n for n in (name, *(f"{name} {i}" for i in range(2000))) if n not in found)
        found[place] = value.strip()
    return found


def without_ptrace(told_of: dict[str, str]) -> dict[str, str]:
    return {
        name: f"{int(value, 16) & ~SYS_PTRACE:016x}" if name.startswith("Cap") else value
        for name, value in told_of.items()
        if name != "pid"
    }


@pytest.mark.parametrize("dispositions", ["default", "ignored and blocked"])
def test_everything_a_program_can_ask_is_as_without(
    dispositions: str, under: Supervised, program: Compile, place: Path
) -> None:
    command = [str(program("whoami")), "two words", "", "ünïcode"]

    def prepare() -> None:
        os.umask(0o037)
        if dispositions != "default":
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
            signal.signal(signal.SIGCHLD, signal.SIG_IGN)
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1, signal.SIGTERM])

    with (place / "kept").open("w") as kept, (place / "also").open("w") as also:
        settings = {
            "cwd": place,
            "env": {"A": "1", "PATH": "/bin", "EMPTY": ""},
            "pass_fds": [kept.fileno(), also.fileno()],
            "preexec_fn": prepare,
            "start_new_session": False,
        }
        bare = subprocess.run(
            command, capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL, **settings
        )
        done = under.run(*command, **settings)
    assert done.stderr == ""
    assert without_ptrace(told(done.stdout)) == without_ptrace(told(bare.stdout))
    mine = told(done.stdout)
    assert mine["pid"] == str(under.process and under.process.pid)
    assert mine["children"] == "No child process"
    assert all(int(value, 16) & SYS_PTRACE == 0 for name, value in mine.items() if name.startswith("Cap")), (
        "the capability to look into its supervisor is gone from every set"
    )


@pytest.mark.parametrize("number", [0, 1, 7, 126, 127, 255])
def test_exit_statuses(number: int, under: Supervised, program: Compile) -> None:
    assert under.run(program("whoami"), "exit", str(number)).returncode == number


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR2])
def test_deaths_by_signal(number: int, under: Supervised, program: Compile) -> None:
    assert under.run(program("whoami"), "signal", str(int(number))).returncode == -number


WAITS = """
import os, sys
for options in (0, os.WNOHANG):
    try:
        print(os.waitpid(-1, options))
    except ChildProcessError:
        print("no child")
pid = os.posix_spawn("/bin/true", ["true"], {})
print(os.wait() == (pid, 0))
try:
    os.wait()
except ChildProcessError:
    print("no child")
"""


def test_wait_knows_of_no_strangers(under: Supervised) -> None:
    done = under.run(sys.executable, "-I", "-c", WAITS)
    assert done.stdout.splitlines() == ["no child", "no child", "True", "no child"]
    done = under.run("/bin/sh", "-c", "(exit 3) & wait; echo done $?; wait; echo done $?")
    assert done.stdout == "done 0\ndone 0\n"


def test_first_of_a_pid_namespace(under: Supervised, program: Compile) -> None:
    """As in a container: PID 1, told apart from nothing, and with its death everything ends."""
    inside = under.command(program("whoami"))
    done = subprocess.run(
        ["unshare", "-p", "-f", "--mount-proc", *inside],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert (done.returncode, done.stderr) == (0, "")
    mine = told(done.stdout)
    assert mine["pid"] == "1"
    assert mine["children"] == "No child process"
    done = subprocess.run(
        ["unshare", "-p", "-f", "--mount-proc", *under.command("/bin/sh", "-c", "sleep 0 & wait; exit 9")],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert (done.returncode, done.stdout, done.stderr) == (9, "", "")


@contextlib.contextmanager
def at_work(under: Supervised) -> Iterator[tuple[int, int, int]]:
    """Application, supervisor, twin."""
    with ended(under.start("/bin/sleep", "60")) as application:
        until(lambda: not runs(application.pid, under.binary), "the exec")
        yield application.pid, *under.both()


def test_the_supervisor_keeps_to_itself(under: Supervised) -> None:
    with at_work(under) as (application, *both):
        for pid in both:
            told_of = status(pid)
            assert os.getsid(pid) == pid
            assert int(told_of["SigIgn"], 16) >> (signal.SIGTERM - 1) & 1
            assert Path(f"/proc/{pid}/cwd").readlink() == Path("/") or pid == both[1]
            kept = [str(fd.readlink()) for fd in Path(f"/proc/{pid}/fd").iterdir()]
            pipes = {name for name in kept if name.startswith("pipe:")}  # one is its own, see twin.c
            ours = {str(fd.readlink()) for fd in Path("/proc/self/fd").iterdir() if fd.is_symlink()}
            assert not pipes & ours, "somebody would wait for its end"
        assert Path(f"/proc/{both[0]}/fd").stat().st_uid == 0
        assert status(application)["Seccomp"] == "2"
        assert status(both[0])["Seccomp"] == status(both[1])["Seccomp"] == "0"


def test_nobody_waits_for_an_end_because_of_the_supervisor(under: Supervised) -> None:
    process = under.start("/bin/sh", "-c", "exec >&- 2>&-; exec sleep 60")
    with ended(process):
        assert process.stdout and process.stdout.read() == ""
        assert process.stderr and process.stderr.read() == ""
        assert process.poll() is None


def test_it_ends_with_its_application(under: Supervised) -> None:
    under.run("/bin/true")
    until(lambda: not under.pids(), "the end of supervisor and twin")
    with ended(under.start("/bin/sleep", "60")) as process:
        under.both()
        process.kill()
        process.wait()
        until(lambda: not under.pids(), "the end of supervisor and twin after a kill")


def test_it_stays_while_a_descendant_lives(under: Supervised, place: Path) -> None:
    """A daemon's first process ends; what it started is supervised on."""
    under.run("/bin/sh", "-c", f"(sleep 0.5; echo late > {place}/late) >/dev/null 2>&1 </dev/null &")
    assert len(under.pids()) == LIVES
    until((place / "late").exists, "the write of the one that stayed")
    until(lambda: not under.pids(), "the end")


DEFAULT = (
    "chown dac_override fowner fsetid kill setgid setuid setpcap net_bind_service net_raw sys_chroot mknod "
    "audit_write setfcap"
)
CONTAINER = [
    "setpriv",
    "--bounding-set",
    ",".join(["-all", *(f"+{c}" for c in [*DEFAULT.split(), "sys_ptrace"])]),
]
"""A container's capabilities on Fargate, as `outrider patch` has them."""
USERS = {"root": [], "user": ["--reuid", "1000", "--regid", "1000", "--clear-groups"]}


@pytest.mark.parametrize("user", ["root", "user"])
def test_an_application_cannot_hurt_its_supervisor(
    user: str, under: Supervised, program: Compile, place: Path
) -> None:
    """root, and a user who is the supervisor's own."""
    fifo = place / "go"
    os.mkfifo(fifo, 0o644)
    attack = program("whoami")
    script = f"read s t < {fifo}; {attack} attack $s; {attack} attack $t"
    command = [*CONTAINER, *USERS[user], *under.command("/bin/sh", "-c", script)]
    process = under.process = subprocess.Popen(
        command, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    with ended(process):
        shell = Path("/bin/sh").resolve()  # what a launch needs may be taken for a twin
        until(lambda: Path(f"/proc/{process.pid}/exe").resolve() == shell, "the application")
        both = under.both()
        fifo.write_text(f"{both[0]} {both[1]}\n")
        out, _ = process.communicate(timeout=30)
        worked = [line for line in out.splitlines() if line.endswith("worked")]
        assert not worked
        assert out.count("Operation not permitted") > 30
    until(lambda: not under.pids(), "the end")


def test_kill_everybody_spares_the_supervisor(under: Supervised) -> None:
    """In a PID namespace of its own, where `everybody` is the container."""
    script = "trap '' TERM; kill -TERM -1; sleep 0.1; /bin/echo still here"
    command = ["unshare", "-p", "-f", "--mount-proc", *under.command("/bin/sh", "-c", script)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    assert done.stdout == "still here\n"


def test_a_signal_to_the_group_reaches_the_application_alone(under: Supervised) -> None:
    script = "trap 'echo caught' INT; trap 'exit 5' USR1; echo ready; while :; do sleep 0.05; done"
    process = under.start("/bin/sh", "-c", script, start_new_session=True)
    with ended(process):
        assert process.stdout and process.stdout.readline() == "ready\n"
        both = under.both()
        os.killpg(process.pid, signal.SIGINT)
        assert process.stdout.readline() == "caught\n"
        assert under.pids()[:2] == list(both)
        process.send_signal(signal.SIGUSR1)
        assert process.wait(30) == 5


def test_a_socket_is_bound_from_a_directory_by_who_gave_up_being_root_for_a_while(
    under: Supervised, place: Path
) -> None:
    """Postfix does. Until it takes its rights back, it may not look into its own /proc, nor may we as it."""
    place.chmod(0o755)
    spool = place / "spool"
    spool.mkdir()
    os.chown(spool, 12345, 12345)
    spool.chmod(0o700)
    code = "import os, socket; os.setegid(12345); os.seteuid(12345); "
    code += "socket.socket(socket.AF_UNIX).bind('spool/one')"
    done = under.run(sys.executable, "-c", code, cwd=place)
    assert done.returncode == 0, done.stderr
    assert (spool / "one").stat().st_uid == 12345
