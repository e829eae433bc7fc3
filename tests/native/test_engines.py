"""The second engine, ptrace: an application cannot tell, the same is decided, and what is lost is said."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from racing import course, ports, rules
from supervised import KINDS, Supervised, ended, policy, status, until

from outrider.model.event import Event, FrameType, Verdict

TRACE = ("--engine", "trace")
SECURITY = ("--on-failure", "security")
REFUSED = 70
Program = Callable[[str], Path]

ACTS = {
    "forks": "sum ",
    "threads": "fine",
    "thread-exec": "thread's ran",
    "vforks": "vforked exited 3",
    "stops": "child stopped by 20",
    "dies": "child killed by 5",
    "signals": "queued 4711 by itself: 1",
}
"""Of programs/engines.c; a word of what each prints bare."""
SCRIPTS = {
    "a status": "exit 7",
    "a signal": "kill -9 $$",
    "a handler": "trap 'echo told' TERM; kill -TERM $$; echo after",
    "pipes": "seq 1000 | tr 1 2 | sort | uniq | wc -l",
    "execs in a row": 'exec sh -c \'exec sh -c "exec sh -c \\"echo chain; exit 4\\""\'',
    "a script": "printf '#!/bin/sh\\necho \"$0 $1\"\\n' >s; chmod +x s; ./s one; ./missing; echo $?",
    "background": "(sleep 0.2; echo late) & wait; echo done",
    "files": "rm -rf d h; umask 27; mkdir d; echo >d/f; ln d/f d/g; mv d/g h; chmod 4755 h; ls -l | cut -c-9",
}


def bare(command: tuple[str | Path, ...], place: Path) -> tuple[int, str]:
    done = subprocess.run(command, cwd=place, capture_output=True, text=True, timeout=30, check=False)
    return done.returncode, done.stdout


def start_of(supervised: Supervised) -> Event:
    assert supervised.agent
    return supervised.agent.wait(lambda e: e.type is FrameType.START, "the start")


@pytest.mark.parametrize("mode", ["alert", "block"])
@pytest.mark.parametrize("act", ACTS)
def test_a_program_cannot_tell(
    act: str, mode: str, supervised: Supervised, program: Program, place: Path
) -> None:
    expected = bare((program("engines"), act), place)
    assert ACTS[act] in expected[1]
    supervised.set_policy(policy(mode))
    done = supervised.run(program("engines"), act, options=TRACE, cwd=place)
    assert (done.returncode, done.stdout, done.stderr) == (*expected, "")
    until(lambda: not supervised.pids(), "the supervisor's end")


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_cannot_tell(name: str, supervised: Supervised, place: Path) -> None:
    command = ("/bin/sh", "-c", SCRIPTS[name])
    expected = bare(command, place)
    supervised.set_policy(policy("block"))
    done = supervised.run(*command, options=TRACE, cwd=place)
    assert (done.returncode, done.stdout) == expected


def test_it_is_stopped_and_continued_from_outside(supervised: Supervised) -> None:
    supervised.set_policy(policy("block"))
    supervised.listen()
    with ended(
        supervised.start("/bin/sh", "-c", "read go; exit 6", options=TRACE, stdin=subprocess.PIPE)
    ) as app:
        start_of(supervised)
        until(lambda: Path(f"/proc/{app.pid}/exe").readlink().name == "dash", "the shell")
        os.kill(app.pid, signal.SIGSTOP)
        assert os.WSTOPSIG(os.waitpid(app.pid, os.WUNTRACED)[1]) == signal.SIGSTOP
        time.sleep(0.2)
        assert status(app.pid)["State"].startswith(("T", "t"))
        os.kill(app.pid, signal.SIGCONT)
        assert os.WIFCONTINUED(os.waitpid(app.pid, os.WCONTINUED)[1])
        app.communicate("go\n", timeout=20)
        assert app.returncode == 6


def test_with_its_supervisor_everybody_ends(supervised: Supervised) -> None:
    """PTRACE_O_EXITKILL: closed, not open."""
    supervised.set_policy(policy("block"))
    supervised.listen()
    with ended(supervised.start("/bin/sh", "-c", "sleep 60 & wait", options=TRACE)) as app:
        start_of(supervised)
        children = Path(f"/proc/{app.pid}/task/{app.pid}/children")
        sleeper = until(
            lambda: [p for p in children.read_text().split() if "sleep" in status(p).get("Name", "")],
            "a child",
        )
        [supervisor] = supervised.pids()
        os.kill(supervisor, signal.SIGKILL)
        assert app.wait(20) == -signal.SIGKILL
        until(lambda: status(sleeper[0]).get("State", "Z")[0] in "ZX", "the child's end")


ACT = """
import os, socket
def act(what, *arguments):
    try: what(*arguments)
    except OSError as error: print(what.__name__, error.errno)
    else: print(what.__name__, 0)
"""
DECIDED = """
act(os.mkdir, "no/d")
act(os.unlink, "no/file")
act(os.rename, "no/file", "yes/file")
act(os.truncate, "no/file", 0)
act(os.chmod, "no/file", 0o4755)
act(os.open, "no/file", os.O_WRONLY)
act(os.open, "no/made", os.O_WRONLY | os.O_CREAT)
act(os.open, "yes/made", os.O_WRONLY | os.O_CREAT)
act(os.mkdir, "yes/d")
act(os.posix_spawn, "/bin/true", ["true"], os.environ)
os.wait()
act(os.posix_spawn, "/bin/false", ["false"], os.environ)
tcp, udp, other = socket.socket(), socket.socket(type=socket.SOCK_DGRAM), socket.socket(socket.AF_UNIX)
act(tcp.connect, ("127.0.0.1", 9))
act(tcp.connect, ("127.0.0.1", 7))
act(udp.sendto, b"x", ("127.0.0.1", 9))
act(udp.sendmsg, [b"x"], [], 0, ("127.0.0.1", 9))
act(udp.sendto, b"x", ("127.0.0.1", 7))
act(other.connect, "no/socket")
act(other.bind, "no/bound")
act(udp.bind, ("127.0.0.1", 7009))
act(socket.socket().listen)
act(os.memfd_create, "x")
act(os.setxattr, "yes/made", "user.x", b"x")
"""


@pytest.mark.parametrize("mode", ["alert", "block"])
def test_the_same_is_decided(mode: str, supervised: Supervised, place: Path) -> None:
    """By both engines: what the program gets, and what the agent is told."""
    python = Path("/usr/bin/python3").resolve()
    listed = [
        {"kind": "exec", "target": str(python)},
        {"kind": "exec", "target": str(Path("/bin/true").resolve())},
        {"kind": "write", "target": f"{place}/**/yes/**"},
        {"kind": "connect", "address": "127.0.0.1/32", "port": "7"},
    ]
    blob = policy(mode, *listed, exec="block", connect="block", bind="block", write="block", syscall="block")
    found = []
    for options in ((), TRACE):
        here = place / str(len(found))
        for name in ("yes", "no"):
            (here / name).mkdir(parents=True)
        (here / "no" / "file").write_text("as it was")
        supervised.set_policy(blob)
        agent = supervised.listen()
        done = supervised.run(python, "-c", ACT + DECIDED, options=options, cwd=here)
        assert done.stderr == ""
        start_of(supervised)
        until(lambda: not supervised.pids(), "the supervisor's end")
        told = [
            (
                e.kind,
                e.verdict,
                e.target.replace(str(here), ""),
                e.syscall,
                e.errno,
                e.address and e.address.port,
            )
            for e in agent.events
            if e.type is FrameType.EVENT
        ]
        found.append((done.stdout, told))
        agent.close()
    notified, traced = found
    assert traced == notified
    verdict = Verdict.BLOCK if mode == "block" else Verdict.ALERT
    assert {kind for kind, what, *_ in traced[1] if what is verdict} == set(KINDS)


def killed_in(call: str, supervised: Supervised, program: Program, place: Path) -> str:
    """What was told of the race that was lost."""
    course(place, program)
    allowed, other = ports()
    supervised.set_policy(rules(place, program("races"), allowed, "tcp"))
    agent = supervised.listen()
    done = supervised.run(
        program("races"), call, "300", str(allowed), str(other), options=TRACE, cwd=place, timeout=60
    )
    assert done.returncode == 4, "it was killed"
    return agent.wait(lambda e: e.message.startswith("killed"), "what was killed").message


def test_an_open_that_was_exchanged_is_killed(supervised: Supervised, program: Program, place: Path) -> None:
    told = killed_in("openat", supervised, program, place)
    assert told == "killed: the path was changed after it was judged"


@pytest.mark.parametrize("call", ["execve", "connect", "mkdir"])
def test_no_race_is_won(call: str, supervised: Supervised, program: Program, place: Path) -> None:
    course(place, program)
    allowed, other = ports()
    supervised.set_policy(rules(place, program("races"), allowed, "tcp"))
    supervised.listen()
    done = supervised.run(
        program("races"), call, "20", str(allowed), str(other), options=TRACE, cwd=place, timeout=60
    )
    assert done.returncode == 0
    assert " 0 wins " in done.stdout
    assert not [line for line in done.stdout.splitlines() if " 0 wins " not in line]


def test_another_supervisor_has_the_listener(supervised: Supervised, program: Program) -> None:
    """It is said; what that one traps is not seen by us, whatever it answers."""
    supervised.set_policy(policy("block", syscall="block", write="block"))
    agent = supervised.listen()
    code = ACT + 'act(os.memfd_create, "x")\nact(os.mkdir, "/nowhere")'
    for listened, got in (("getpgid", 1), ("memfd_create", 0)):
        command = supervised.command("/usr/bin/python3", "-c", code)
        done = subprocess.run(
            [program("taken"), listened, *command], capture_output=True, text=True, timeout=30, check=False
        )
        assert (done.stdout, done.stderr) == (f"memfd_create {got}\nmkdir 1\n", "")
        start = start_of(supervised)
        assert start.engine == "ptrace"
        assert start.message.startswith("traced: another supervisor has the seccomp listener")
        agent.events.clear()
        agent.hellos.clear()
        agent.acknowledged = 0
    refused = subprocess.run(
        [program("taken"), "getpgid", *supervised.command("/bin/true", options=SECURITY)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert refused.returncode == REFUSED
    assert "user notification is taken" in refused.stderr


def test_a_kernel_before_5(supervised: Supervised, program: Program, place: Path) -> None:
    """As far as one can be had without one: no call that came since, no listener."""
    supervised.set_policy(
        policy("block", {"kind": "write", "target": f"{place}/**"}, write="block", connect="block")
    )
    agent = supervised.listen()
    command = supervised.command(
        "/bin/sh", "-c", f"echo x >{place}/f && mkdir {place}/d; mkdir /nowhere; echo y >/no; exit 3"
    )
    done = subprocess.run(
        [program("before5"), *command], capture_output=True, text=True, timeout=30, check=False
    )
    assert (done.returncode, done.stdout) == (3, "")
    start = start_of(supervised)
    assert (start.engine, start.message.partition(":")[0]) == ("ptrace", "traced")
    assert "this kernel has no seccomp user notification" in start.message
    assert (place / "f").read_text() == "x\n"
    agent.wait(lambda e: e.target == "/no", "the refusal")
    assert sorted(e.target for e in agent.of("write") if e.verdict is Verdict.BLOCK) == ["/no", "/nowhere"]
    for options, status_ in ((SECURITY, REFUSED), ((*SECURITY, *TRACE), 0)):
        again = [program("before5"), *supervised.command("/bin/true", options=options)]
        assert subprocess.run(again, capture_output=True, timeout=30, check=False).returncode == status_


@pytest.mark.parametrize(("protocol", "got"), [("tcp", "0 1"), ("udp", "1 0")])
def test_a_kernel_before_5_knows_the_protocol(
    protocol: str, got: str, supervised: Supervised, program: Program
) -> None:
    """Without a duplicate of the socket: a rule that names one would match nothing."""
    rule = {"kind": "connect", "address": "127.0.0.1/32", "protocol": protocol}
    supervised.set_policy(policy("block", rule, connect="block"))
    code = ACT + (
        "l, u = socket.create_server(('127.0.0.1', 0)), socket.socket(type=socket.SOCK_DGRAM)\n"
        "act(socket.socket().connect, l.getsockname())\n"
        "act(u.sendto, b'x', l.getsockname())\n"
    )
    command = [program("before5"), *supervised.command("/usr/bin/python3", "-c", code)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.stdout.split()[1::2] == got.split(), done.stderr


def test_without_either_it_starts_and_says_so(supervised: Supervised, program: Program) -> None:
    supervised.set_policy(policy("block"))
    supervised.listen()
    nested = [program("before5"), program("confined"), "1.6", *supervised.command("/bin/echo", "runs")]
    done = subprocess.run(nested, capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stdout) == (0, "runs\n")
    assert "WITHOUT protection: no seccomp listener is to be had, and ptrace is refused as" in done.stderr
    assert start_of(supervised).engine == "none"


def test_what_could_decide_in_our_place_is_refused(
    supervised: Supervised, program: Program, place: Path
) -> None:
    """A listener of the application's own; its own filter that asks for a tracer finds none."""
    supervised.set_policy(policy("block"))
    _, untraced = bare((program("engines"), "own-trace"), place)
    for act, expected in (("listener", "listener: Resource busy\n"), ("own-trace", untraced)):
        assert supervised.run(program("engines"), act, options=TRACE, cwd=place).stdout == expected


def test_an_unknown_engine_is_none(supervised: Supervised) -> None:
    done = supervised.run("/bin/true", options=("--engine", "landlock"))
    assert (done.returncode, "--engine is auto, trace or preload" in done.stderr) == (2, True)
