"""The third engine: the guard in the application's own processes, and a relay beside them."""

import os
import platform
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from supervised import Agent, Supervised, ended, policy, until

from outrider.model.event import Event, FrameType, Verdict

PRELOAD = ("--engine", "preload")
SECURITY = ("--on-failure", "security")
REFUSED = 70
NULL = {"kind": "write", "target": "/dev/null"}
PYTHON = Path("/usr/bin/python3").resolve()
Program = Callable[[str], Path]
WHAT_IT_IS = "only what goes through libc is decided, and in the program's own process"


def start_of(agent: Agent) -> Event:
    return agent.wait(lambda e: e.type is FrameType.START, "the start")


def acts(agent: Agent) -> list[Event]:
    return [event for event in agent.events if event.type is FrameType.EVENT]


def gone(supervised: Supervised) -> None:
    until(lambda: not supervised.pids(), "the relay's end")


@pytest.mark.parametrize(
    ("script", "status"),
    [
        ("exit 7", 7),
        ("kill -9 $$", -9),
        ("trap 'exit 3' TERM; kill -TERM $$; exit 1", 3),
        ("seq 1000 | tr 1 2 | sort | uniq | wc -l; exit 0", 0),
        ("exec sh -c 'exec sh -c \"exit 4\"'", 4),
    ],
)
def test_the_status_is_its_own(script: str, status: int, preloaded: Supervised, place: Path) -> None:
    bare = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True, check=False)
    preloaded.set_policy(policy("block"))
    done = preloaded.run("/bin/sh", "-c", script, options=PRELOAD, cwd=place)
    assert (done.returncode, done.stdout, done.stderr) == (status, bare.stdout, "")
    gone(preloaded)


def test_it_is_the_process_that_was_launched(preloaded: Supervised, place: Path) -> None:
    """Pid, arguments, environment (and ours), no filter, nobody who traces, no child to wait for."""
    preloaded.set_policy(policy("block"))
    code = (
        "import os, sys\n"
        "said = dict(line.split(':\\t') for line in open('/proc/self/status').read().splitlines())\n"
        "print(os.getpid(), sys.argv[1:], os.environ['KEPT'], 'OUTRIDER_OLD' in os.environ)\n"
        "print(os.environ['LD_PRELOAD'].split(':'), said['Seccomp'], said['TracerPid'], said['NoNewPrivs'])\n"
        "try: os.wait()\n"
        "except ChildProcessError: print('none')\n"
    )
    environment = {"KEPT": "as it was", "OUTRIDER_OLD": "1", "LD_PRELOAD": "libm.so.6"}
    done = preloaded.run(PYTHON, "-c", code, "a b", options=PRELOAD, env=environment)
    assert preloaded.process
    bare = dict(line.split(":\t") for line in Path("/proc/self/status").read_text().splitlines())
    assert done.stdout.splitlines() == [
        f"{preloaded.process.pid} ['a b'] as it was False",
        f"['{preloaded.volume}/lib/guard.so', 'libm.so.6'] {bare['Seccomp']} 0 1",
        "none",
    ]


ACT = """
import os, socket, subprocess
def act(what, *arguments):
    try: what(*arguments)
    except OSError as error: print(error.errno)
    else: print(0)
"""
DECIDED = """
act(os.mkdir, "no/d")
act(os.mkdir, "yes/d")
act(os.unlink, "no/file")
act(os.open, "no/made", os.O_WRONLY | os.O_CREAT)
act(os.posix_spawn, "/bin/true", ["true"], os.environ)
os.wait()
act(os.posix_spawn, "/bin/false", ["false"], os.environ)
act(socket.socket().connect, ("127.0.0.1", 9))
act(socket.socket(type=socket.SOCK_DGRAM).bind, ("127.0.0.1", 7009))
act(os.memfd_create, "x")
"""


@pytest.mark.parametrize("mode", ["alert", "block"])
def test_what_is_decided_and_told(mode: str, preloaded: Supervised, place: Path) -> None:
    listed = [
        {"kind": "exec", "target": str(PYTHON)},
        {"kind": "exec", "target": str(Path("/bin/true").resolve())},
        {"kind": "write", "target": f"{place}/yes/**"},
    ]
    for name in ("yes", "no"):
        (place / name).mkdir()
    (place / "no" / "file").write_text("as it was")
    preloaded.set_policy(
        policy(mode, *listed, exec="block", connect="block", bind="block", write="block", syscall="block")
    )
    agent = preloaded.listen()
    done = preloaded.run(PYTHON, "-c", ACT + DECIDED, options=PRELOAD, cwd=place)
    start = start_of(agent)
    assert (start.engine, start.mode) == ("preload", mode)
    assert start.message == f"preloaded: as asked for: {WHAT_IT_IS}"
    assert agent.hellos[0].engine == "preload"
    gone(preloaded)
    assert preloaded.process
    told = {(e.kind, e.target or (e.address and e.address.port), e.syscall) for e in acts(agent)}
    assert told == {
        ("write", f"{place}/no/d", "mkdir"),
        ("write", f"{place}/no/file", "unlink"),
        ("write", f"{place}/no/made", "open"),
        ("exec", str(Path("/bin/false").resolve()), "execve"),
        ("connect", 9, "connect"),
        ("bind", 7009, "bind"),
        ("syscall", "memfd_create", "memfd_create"),
    }
    assert {e.verdict for e in acts(agent)} == {Verdict(mode)}
    refused = 13 if mode == "block" else 0
    unlinked = [e for e in acts(agent) if e.syscall == "unlink"]
    assert [(e.pid, e.program, e.errno) for e in unlinked] == [(preloaded.process.pid, str(PYTHON), refused)]
    assert unlinked[0].ancestors[0].program == str(Path(sys.executable).resolve())
    assert done.stdout.split()[0] == str(refused)
    assert (place / "no" / "file").exists() == (mode == "block")


def test_the_same_twice_is_counted(preloaded: Supervised, place: Path) -> None:
    preloaded.set_policy(policy("block", write="block"))
    agent = preloaded.listen()
    code = "import os\nfor i in range(500):\n try: os.mkdir('/no')\n except OSError: pass\n"
    preloaded.run(PYTHON, "-c", code, options=PRELOAD)
    gone(preloaded)
    repeats = sum(event.count or 0 for event in agent.of_type(FrameType.REPEAT))
    assert len(acts(agent)) == 1
    assert repeats + agent.events[-1].dropped == 499, "what found the socket full kept a number"


@pytest.mark.parametrize("emptied", [False, True])
def test_a_new_policy_counts_at_once(emptied: bool, preloaded: Supervised, place: Path) -> None:
    """For what runs already, and for what starts then, whatever environment it is given."""
    preloaded.set_policy(policy("block"))
    agent = preloaded.listen()
    code = (
        "import os, subprocess\n"
        "for line in iter(input, 'end'):\n"
        " try: os.mkdir('here-' + line); os.rmdir('here-' + line); print('made', flush=True)\n"
        " except OSError: print('refused', flush=True)\n"
        f" child = subprocess.run(['/bin/mkdir', 'child-' + line], env={'{}' if emptied else 'None'},"
        " stderr=subprocess.DEVNULL)\n"
        " print(child.returncode, flush=True)\n"
    )
    with ended(preloaded.start(PYTHON, "-c", code, options=PRELOAD, cwd=place, stdin=subprocess.PIPE)) as app:
        assert app.stdin and app.stdout

        def ask(word: str) -> list[str]:
            app.stdin.write(f"{word}\n")
            app.stdin.flush()
            return [app.stdout.readline().strip() for _ in range(2)]

        assert ask("first") == ["made", "0"]
        preloaded.set_policy(policy("block", NULL, write="block", counter=2))
        agent.wait(lambda e: e.type is FrameType.POLICY and e.policy_counter == 2, "the policy")
        assert ask("second") == ["refused", "1"]
        preloaded.set_policy(policy("block", counter=1))
        refused = agent.wait(
            lambda e: e.type is FrameType.POLICY and e.verdict is Verdict.BLOCK, "an older one"
        )
        assert "counter is lower" in refused.message
        assert ask("third") == ["refused", "1"], "also for a process that starts with the older file there"
        preloaded.set_policy(policy("block", counter=3))
        agent.wait(lambda e: e.type is FrameType.POLICY and e.policy_counter == 3, "the policy")
        assert ask("fourth") == ["made", "0"]
        app.communicate("end\n", timeout=20)
        assert app.returncode == 0


def test_without_a_relay_it_goes_on(preloaded: Supervised, place: Path) -> None:
    preloaded.set_policy(policy("block", NULL, write="block"))
    agent = preloaded.listen()
    script = "read go; mkdir here; /bin/mkdir child; echo $?; env -i /bin/mkdir bare; echo $?; exit 5"
    with ended(
        preloaded.start("/bin/sh", "-c", script, options=PRELOAD, cwd=place, stdin=subprocess.PIPE)
    ) as app:
        start_of(agent)
        [relay] = preloaded.pids()
        os.kill(relay, signal.SIGKILL)
        until(lambda: not preloaded.pids(), "the relay's death")
        out, error = app.communicate("go\n", timeout=20)
    assert (app.returncode, out) == (5, "1\n1\n")
    assert error.count("Permission denied") == 3
    assert not list(place.iterdir())


def test_without_the_guard_it_is_said(supervised: Supervised) -> None:
    supervised.set_policy(policy("block"))
    agent = supervised.listen()
    done = supervised.run("/bin/echo", "runs", options=PRELOAD)
    assert (done.returncode, done.stdout) == (0, "runs\n")
    assert "WITHOUT protection: no guard to preload: DIR/lib/guard.so is not there" in done.stderr
    assert (start_of(agent).engine, start_of(agent).message[:11]) == ("none", "no guard to")
    refused = supervised.run("/bin/echo", "runs", options=(*PRELOAD, *SECURITY))
    assert (refused.returncode, refused.stdout) == (REFUSED, "")


def test_a_static_program_is_said_and_what_it_runs_is_decided(
    preloaded: Supervised, program: Program, place: Path
) -> None:
    static = program("confined")
    preloaded.set_policy(policy("block", write="block"))
    agent = preloaded.listen()
    done = preloaded.run(static, "1.7", "/bin/mkdir", "no", options=PRELOAD, cwd=place)
    assert (done.returncode, list(place.iterdir())) == (1, [])
    assert f"preload: not loaded: {static} is static" in done.stderr
    assert start_of(agent).message == f"preloaded: as asked for; preload: not loaded: {static} is static"
    agent.wait(lambda e: e.target == f"{place}/no", "what its program was refused")
    refused = preloaded.run(static, "1.7", "/bin/true", options=(*PRELOAD, *SECURITY))
    assert refused.returncode == REFUSED


def test_another_libc_is_started_without(preloaded: Supervised, place: Path) -> None:
    """It would refuse to start with an object of glibc's."""
    source = place / "musl.c"
    source.write_text("int main(void) { return 0; }")
    zig = [sys.executable, "-m", "ziglang", "cc", "-target", f"{platform.machine()}-linux-musl", "-dynamic"]
    subprocess.run([*zig, "-o", place / "musl", source], check=True)
    preloaded.set_policy(policy("block"))
    agent = preloaded.listen()
    (place / "script").write_text(f"#!{place}/musl\n")
    (place / "script").chmod(0o755)
    done = preloaded.run(place / "script", options=PRELOAD)
    assert f"WITHOUT protection: preload: not loaded: {place}/musl is of another libc" in done.stderr
    assert start_of(agent).engine == "none"


def test_where_neither_of_the_others_is_to_be_had(
    preloaded: Supervised, program: Program, place: Path
) -> None:
    preloaded.set_policy(policy("block", write="block"))
    agent = preloaded.listen()
    without = [program("before5"), program("confined"), "1.6"]
    command = preloaded.command("/bin/mkdir", "no")
    done = subprocess.run(
        [*without, *command], capture_output=True, text=True, timeout=30, check=False, cwd=place
    )
    assert (done.returncode, list(place.iterdir())) == (1, [])
    why = "no seccomp listener is to be had, and ptrace is refused as well"
    assert (start_of(agent).engine, start_of(agent).message) == (
        "preload",
        f"preloaded: {why}: {WHAT_IT_IS}",
    )
    agent.wait(lambda e: e.target == f"{place}/no", "the refusal")
    refused = [*without, *preloaded.command("/bin/mkdir", "no", options=SECURITY)]
    assert subprocess.run(refused, capture_output=True, check=False).returncode == REFUSED
    asked = [*without, *preloaded.command("/bin/true", options=(*SECURITY, *PRELOAD))]
    assert subprocess.run(asked, capture_output=True, check=False).returncode == 0
    found = subprocess.check_output([*without, preloaded.binary, "--probe"], text=True)
    assert '"engine": "preload", "engine_after": "preload"' in found


def test_the_first_program_is_decided_too(preloaded: Supervised, place: Path) -> None:
    preloaded.set_policy(policy("block", exec="block"))
    agent = preloaded.listen()
    done = preloaded.run("/bin/echo", "runs", options=PRELOAD)
    assert (done.returncode, done.stdout) == (126, "")
    assert "stopped by the policy: /bin/echo" in done.stderr
    told = agent.wait(lambda e: e.kind == "exec", "what was stopped")
    assert (told.target, told.program) == (str(Path("/bin/echo").resolve()), str(preloaded.binary.resolve()))


def test_arguments_are_decided(preloaded: Supervised, place: Path) -> None:
    """Also those of a script's interpreter, which the kernel rewrites."""
    shell = str(Path("/bin/sh").resolve())
    script = place / "script"
    script.write_text("#!/bin/sh -e\nexit 3\n")
    script.chmod(0o755)
    rules = [
        {"kind": "exec", "target": str(PYTHON)},
        {"kind": "exec", "target": str(script)},
        {"kind": "exec", "target": shell, "arguments": ["-c", "exit *"]},
        {"kind": "exec", "target": shell, "arguments": ["-e", str(script), "good"]},
    ]
    preloaded.set_policy(policy("block", *rules, exec="block"))
    agent = preloaded.listen()
    code = ACT + (
        "def run(*words):\n"
        " try: print(subprocess.run(words).returncode)\n"
        " except OSError as error: print(error.errno)\n"
        "run('/bin/sh', '-c', 'exit 4')\n"
        "run('/bin/sh', '-c', 'echo 4')\n"
        f"run('{script}', 'good')\n"
        f"run('{script}', 'evil')\n"
    )
    done = preloaded.run(PYTHON, "-c", code, options=PRELOAD)
    assert done.stdout.split() == ["4", "13", "3", "13"], done.stderr
    gone(preloaded)
    assert [e.target for e in agent.of("exec")] == [shell, shell]


def test_what_is_left_behind_is_still_told(preloaded: Supervised, place: Path) -> None:
    """The relay goes when the last of the application's processes has gone."""
    preloaded.set_policy(policy("block", NULL, write="block"))
    agent = preloaded.listen()
    gate = place / "gate"
    os.mkfifo(gate)
    script = f"(read go <{gate}; mkdir {place}/no) </dev/null >/dev/null 2>&1 & exit 0"
    assert preloaded.run("/bin/sh", "-c", script, options=PRELOAD).returncode == 0
    assert not [e for e in acts(agent) if e.target == f"{place}/no"]
    gate.write_text("go\n")
    agent.wait(lambda e: e.target == f"{place}/no", "what it did later")
    gone(preloaded)


NAMED = """
import ctypes, signal
libc = ctypes.CDLL(None, use_errno=True)
def call(name, *arguments):
    print(name, ctypes.get_errno() if getattr(libc, name)(*arguments) < 0 else 0)
call("unshare", 0x10000000)
call("mount", b"none", b"/mnt", b"tmpfs", 0, None)
call("syscall", BPF, 0, 0, 0)
call("prctl", 35, 6, 0, 0, 0)
call("prctl", 15, b"renamed", 0, 0, 0)
call("setxattr", b"here", b"user.x", b"x", 1, 0)
call("fchmodat", -100, b"here", 0o4755, 0)
call("chmod", b"here", 0o755)
call("kill", RELAY, signal.SIGKILL)
call("setpriority", 0, RELAY, 19)
sock = libc.socket(2, 1, 0)
call("listen", sock, 1)
"""


def test_what_only_a_container_asks_for(preloaded: Supervised, place: Path) -> None:
    """Calls by name, modes, a listen without a bind, what is aimed at the relay."""
    (place / "here").write_text("")
    preloaded.set_policy(policy("block", bind="block", write="block", syscall="block"))
    agent = preloaded.listen()
    relay = "int(__import__('os').environ['OUTRIDER_RELAY'].partition(':')[0])"
    code = NAMED.replace("RELAY", relay).replace("BPF", "321" if platform.machine() == "x86_64" else "280")
    done = preloaded.run(PYTHON, "-c", code, options=PRELOAD, cwd=place)
    assert done.stdout.split("\n")[:-1] == [
        *("unshare 1", "mount 1", "syscall 1", "prctl 1", "prctl 0", "setxattr 1", "fchmodat 13", "chmod 0"),
        *("kill 1", "setpriority 1", "listen 13"),
    ], done.stderr
    gone(preloaded)
    assert [e.target or e.syscall for e in acts(agent)] == [
        *("unshare", "mount", "bpf", "prctl_set_mm", "setxattr", f"{place}/here", "kill_guard", "listen"),
    ]


def test_without_a_policy_it_watches(preloaded: Supervised, place: Path) -> None:
    """The built-in one, which tells what is allowed; a policy that comes later counts."""
    agent = preloaded.listen()
    script = "mkdir seen; read go; mkdir no; exit 0"
    with ended(
        preloaded.start("/bin/sh", "-c", script, options=PRELOAD, cwd=place, stdin=subprocess.PIPE)
    ) as app:
        assert start_of(agent).mode == "alert"
        told = agent.wait(lambda e: e.target == f"{place}/seen", "what was allowed")
        assert told.verdict is Verdict.ALLOW
        preloaded.set_policy(policy("block", write="block"))
        agent.wait(lambda e: e.type is FrameType.POLICY, "the policy")
        app.communicate("go\n", timeout=20)
    assert sorted(path.name for path in place.iterdir()) == ["seen"]
