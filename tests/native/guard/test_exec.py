"""Programs: however one is started, it is decided, and what may start starts with the guard in it."""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from function import Function, policy

from outrider.model.event import FrameType, Kind, Verdict

SHELL = os.path.realpath("/bin/sh")
TRUE = os.path.realpath("/bin/true")

WAYS = {
    "os.system": "import os; os.system('/bin/true')",
    "os.popen": "import os; os.popen('/bin/true').read()",
    "subprocess": "import subprocess; subprocess.run(['/bin/sh', '-c', ':'])",
    "posix_spawn": "import os; os.waitpid(os.posix_spawn('/bin/sh', ['sh', '-c', ':'], {}), 0)",
    "posix_spawnp": "import os; os.waitpid(os.posix_spawnp('sh', ['sh', '-c', ':'], {}), 0)",
    "os.execv": "import os; os.execv('/bin/sh', ['sh', '-c', ':'])",
    "os.execvpe": "import os; os.execvpe('sh', ['sh', '-c', ':'], {})",
    "fexecve": "import os; os.execve(os.open('/bin/sh', os.O_RDONLY), ['sh', '-c', ':'], {})",
    "fork_exec": (
        "import os, _posixsubprocess as p, inspect, sys\n"
        "r, w = os.pipe()\n"
        "import subprocess\n"
        "subprocess.Popen(['/bin/sh', '-c', ':'], preexec_fn=lambda: None).wait()"
    ),
    "ctypes.system": "import ctypes; ctypes.CDLL(None).system(b':')",
    "ctypes.libc.system": "import ctypes; ctypes.CDLL('libc.so.6').system(b':')",
    "ctypes.libc.execv": (
        "import ctypes; a = (ctypes.c_char_p * 4)(b'sh', b'-c', b':', None)\n"
        "ctypes.CDLL('libc.so.6').execv(b'/bin/sh', a)"
    ),
    "ctypes.syscall": (
        "import ctypes, platform; a = (ctypes.c_char_p * 4)(b'sh', b'-c', b':', None)\n"
        "number = {'x86_64': 59, 'aarch64': 221}[platform.machine()]\n"
        "ctypes.CDLL('libc.so.6').syscall(number, b'/bin/sh', a, None)"
    ),
    "ctypes.execveat": (
        "import ctypes, platform; a = (ctypes.c_char_p * 4)(b'sh', b'-c', b':', None)\n"
        "number = {'x86_64': 322, 'aarch64': 281}[platform.machine()]\n"
        "ctypes.CDLL('libc.so.6').syscall(number, -100, b'/bin/sh', a, None, 0)"
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_no_way_around_exec(function: Function, way: str) -> None:
    """Symbol, dlsym on libc's own handle, callers inside libc, syscall(): all meet the hook."""
    extension = function.listen()
    function.run([sys.executable, "-c", WAYS[way]], policy(exec="block"))
    refused = extension.acts(kind=Kind.EXEC, verdict=Verdict.BLOCK, target=SHELL)
    assert refused, extension.events
    assert refused[0].errno == 13
    started = [event for event in extension.events if event.type is FrameType.START]
    assert len(started) == 1, "nothing else ran"


@pytest.mark.parametrize("way", WAYS)
def test_children_carry_the_guard(function: Function, way: str) -> None:
    """Also when their environment is empty."""
    extension = function.listen()
    function.run([sys.executable, "-c", WAYS[way]], policy())
    started = [event.program for event in extension.events if event.type is FrameType.START]
    assert SHELL in started


def test_event_says_who_and_what(function: Function) -> None:
    """Program, arguments, ids and the rule."""
    extension = function.listen()
    blob = policy(
        "block", {"kind": "exec", "target": "/nowhere"}, {"kind": "exec", "target": SHELL, "action": "block"}
    )
    process = function.start(
        [sys.executable, "-c", "import os; os.execv('/bin/sh', ['sh', '-c', 'echo a b'])"], blob
    )
    process.communicate()
    (event,) = extension.acts(kind=Kind.EXEC)
    assert event.rule == 2
    assert event.argv == ("sh", "-c", "echo a b")
    assert event.pid == process.pid
    assert event.ppid == os.getpid()
    assert (event.uid, event.gid) == (os.geteuid(), os.getegid())
    assert event.program == os.path.realpath(sys.executable)
    assert event.cmdline[:2] == (sys.executable, "-c")
    assert event.syscall == "execve"


def test_alert_lets_it_run(function: Function) -> None:
    """And tells."""
    extension = function.listen()
    done = function.run(["/bin/sh", "-c", "/bin/echo out"], policy("alert", exec="block"))
    assert done.stdout == "out\n"
    assert [event.verdict for event in extension.acts(kind=Kind.EXEC)] == [Verdict.ALERT]


def test_interpreter_of_a_script_is_decided(function: Function) -> None:
    """The script alone being allowed is not enough."""
    script = function.place / "script"
    script.write_text("#!/bin/sh\necho ran\n")
    script.chmod(0o755)
    code = f"import subprocess; print(subprocess.run([{str(script)!r}]).returncode)"
    only_script = policy("block", {"kind": "exec", "target": str(script)}, exec="block")
    assert function.run([sys.executable, "-c", code], only_script).returncode == 1
    both = policy(
        "block", {"kind": "exec", "target": str(script)}, {"kind": "exec", "target": SHELL}, exec="block"
    )
    assert function.python(code, both) == "ran\n0\n"


def test_loader_run_as_a_program(function: Function) -> None:
    """`ld.so program` is that program, too."""
    extension = function.listen()
    loader = "/lib64/ld-linux-x86-64.so.2" if Path("/lib64").exists() else "/lib/ld-linux-aarch64.so.1"
    blob = policy("block", {"kind": "exec", "target": TRUE, "action": "block"})
    code = f"import os; os.execv({loader!r}, ['x', '--library-path', '/lib', '/bin/true'])"
    assert function.run([sys.executable, "-c", code], blob).returncode == 1
    assert extension.acts(kind=Kind.EXEC, verdict=Verdict.BLOCK, target=TRUE)


def test_links_do_not_hide_a_program(function: Function) -> None:
    """The real path counts."""
    extension = function.listen()
    (function.place / "harmless").symlink_to("/bin/sh")
    blob = policy("block", {"kind": "exec", "target": SHELL, "action": "block"})
    done = function.run([sys.executable, "-c", "import os; os.execv('harmless', ['x'])"], blob)
    assert "PermissionError" in done.stderr
    assert extension.acts(kind=Kind.EXEC, target=SHELL)


def test_memory_run_as_a_program(function: Function) -> None:
    """A memfd is decided by the name the kernel gives it."""
    extension = function.listen()
    code = (
        "import os; m = os.memfd_create('tool', 0); os.write(m, open('/bin/true', 'rb').read())\n"
        "os.execve(m, ['tool'], {})"
    )
    blob = policy("block", {"kind": "exec", "target": "/memfd:**", "action": "block"})
    assert "PermissionError" in function.run([sys.executable, "-c", code], blob).stderr
    assert extension.acts(kind=Kind.EXEC, target="/memfd:tool (deleted)")


def test_hash_decides(function: Function) -> None:
    """A rule by SHA-256 lets in that file only, and a changed one is noticed."""
    tool = function.place / "tool"
    shutil.copy(TRUE, tool)
    digest = hashlib.sha256(tool.read_bytes()).hexdigest()
    extension = function.listen()
    rules = {"kind": "exec", "target": str(tool), "sha256": digest}
    code = (
        f"import subprocess; print(subprocess.run([{str(tool)!r}]).returncode)\n"
        f"open({str(tool)!r}, 'ab').write(b'x')\n"
        f"print(subprocess.run([{str(tool)!r}]).returncode)"
    )
    done = function.run([sys.executable, "-c", code], policy("block", rules, exec="block"))
    assert done.stdout == "0\n"
    assert "PermissionError" in done.stderr
    (refused,) = extension.acts(kind=Kind.EXEC)
    assert refused.sha256 == hashlib.sha256(tool.read_bytes()).hexdigest()


def test_a_static_program_is_named_as_such(function: Function, compiled: Callable[..., Path]) -> None:
    """It runs without the guard: its event says so."""
    static = compiled("nothing", "x86_64-linux-musl", "-static")
    extension = function.listen()
    blob = policy("alert", {"kind": "exec", "target": str(static), "action": "alert"})
    function.python(f"import subprocess; subprocess.run([{str(static)!r}])", blob)
    (event,) = extension.acts(kind=Kind.EXEC)
    assert event.message == "static: runs without the guard"


ENVIRONMENTS = {
    "empty": "{}",
    "without us": "{'LD_PRELOAD': '/nowhere.so', 'A': 'b'}",
    "list": "{'LD_PRELOAD': '/nowhere.so:' + guard}",
    "false policy": "{'OUTRIDER_GUARD': '/tmp/none', 'OUTRIDER_POLICY_KEY': 'AAAA', 'LD_PRELOAD': guard}",
    "many": "{f'V{i}': str(i) for i in range(700)}",
    "long": "{'LD_PRELOAD': '/x' * 1000}",
}


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_environment_of_a_child(function: Function, name: str) -> None:
    """Ours is put back, what is the program's own stays."""
    function.listen()
    code = (
        "import os, subprocess, json\n"
        f"guard = {str(function.guard)!r}; env = {ENVIRONMENTS[name]}\n"
        "out = subprocess.run(['/usr/bin/env', '-0'], env=env, stdout=subprocess.PIPE).stdout.decode()\n"
        "got = dict(e.split('=', 1) for e in out.split(chr(0)) if e)\n"
        "assert guard in got['LD_PRELOAD'].split(':'), got\n"
        "assert got['OUTRIDER_GUARD'] == os.environ['OUTRIDER_GUARD'], got\n"
        "assert 'OUTRIDER_POLICY_KEY' not in got\n"
        "own = {k: v for k, v in env.items() if not k.startswith(('LD_', 'OUTRIDER_'))}\n"
        "assert own.items() <= got.items()\n"
        "assert set(got) <= set(own) | {k for k in got if k.startswith(('LD_', 'OUTRIDER_'))}\n"
        "rest = [p for p in env.get('LD_PRELOAD', '').split(':') if p and p != guard]\n"
        "assert [p for p in got['LD_PRELOAD'].split(':') if p != guard] == rest, got\n"
        "print('good')"
    )
    assert function.python(code, policy()) == "good\n"


def test_without_an_extension_a_line_is_logged(function: Function) -> None:
    """By the first process only."""
    code = "import os\ntry: os.execv('/bin/sh', ['sh'])\nexcept PermissionError: pass"
    done = function.run([sys.executable, "-c", code], policy(exec="block"))
    assert '"kind":"exec","verdict":"block"' in done.stderr
    assert f'"target":"{SHELL}"' in done.stderr
    child = "import subprocess\nsubprocess.run(['/bin/sh', '-c', ':'])"
    assert (
        '"outrider.event/1"' not in function.run([sys.executable, "-c", child], policy(exec="block")).stderr
    )


def test_without_a_policy_we_stand_aside(function: Function) -> None:
    """Nothing is decided, and the program runs as ever."""
    extension = function.listen()
    done = function.run(
        ["/bin/sh", "-c", "echo on"], policy(exec="block"), env={"OUTRIDER_GUARD": "/no/such/file"}
    )
    assert done.stdout == "on\n"
    (event,) = [event for event in extension.events if event.type is FrameType.POLICY]
    assert (event.verdict, event.message) == (Verdict.BLOCK, "the file does not exist")


def test_busy_text_is_the_kernels_to_refuse(function: Function) -> None:
    """Errors of exec come through."""
    tool = function.place / "tool"
    shutil.copy(TRUE, tool)
    with tool.open("ab"):
        code = f"import subprocess\ntry: subprocess.run([{str(tool)!r}])\nexcept OSError as e: print(e.errno)"
        assert function.python(code, policy()) == "26\n"


def test_vfork_child_leaves_nothing_behind(function: Function, compiled: Callable[..., Path]) -> None:
    """Thousands of vfork and exec: no descriptor, no memory grows."""
    done = function.run([compiled("vforks"), "400"], policy())
    assert done.returncode == 0, done.stdout
    plain = {k: v for k, v in function.environment(policy()).items() if not k.startswith(("LD_", "OUTRIDER"))}
    bare = subprocess.run([compiled("vforks"), "400"], env=plain, capture_output=True, text=True, check=True)
    assert done.stdout == bare.stdout
