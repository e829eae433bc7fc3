"""Files: writes by real path, reads where the policy speaks of them, and what is ours."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from function import LEARNING_AT, Function, policy

from outrider.model.event import Kind, Verdict

WRITES = {
    "open": "open(P, 'w')",
    "append": "open(P, 'a')",
    "os.open": "import os; os.open(P, os.O_WRONLY | os.O_CREAT)",
    "creat": "import ctypes\nif ctypes.CDLL(None).creat(P.encode(), 0o600) < 0: raise OSError(13, '')",
    "fopen": "import ctypes; l = ctypes.CDLL('libc.so.6'); l.fopen.restype = ctypes.c_void_p\n"
    "if not l.fopen(P.encode(), b'w'): raise OSError(13, '')",
    "syscall": "import ctypes, platform; nr = {'x86_64': 257, 'aarch64': 56}[platform.machine()]\n"
    "if ctypes.CDLL(None).syscall(nr, -100, P.encode(), 0o101, 0o600) < 0: raise OSError(13, '')",
    "unlink": "import os; os.unlink(P)",
    "rename": "import os; os.rename(P, P + '2')",
    "link": "import os; os.link(P, P + '2')",
    "symlink": "import os; os.symlink('x', P + '2')",
    "mkdir": "import os; os.mkdir(P + '2')",
    "rmdir": "import os; os.rmdir(os.path.dirname(P) + '/empty')",
    "truncate": "import os; os.truncate(P, 0)",
    "mkfifo": "import os; os.mkfifo(P + '2')",
    "mknod": "import os; os.mknod(P + '2')",
    "renameat": "import os; d = os.open(os.path.dirname(P), os.O_RDONLY)\n"
    "os.rename('file', 'file2', src_dir_fd=d, dst_dir_fd=d)",
    "tmpfile": "import os; os.open(os.path.dirname(P), os.O_TMPFILE | os.O_RDWR)",
    "shell": "import subprocess, shlex; subprocess.run('echo x > ' + shlex.quote(P), shell=True, check=True)",
}


@pytest.mark.parametrize("way", WRITES)
def test_writes_are_decided_by_real_path(function: Function, way: str) -> None:
    """A link on the way changes nothing; what is refused leaves no trace."""
    extension = function.listen()
    real = function.place / "real"
    (real / "empty").mkdir(parents=True)
    (real / "file").write_text("kept")
    (function.place / "alias").symlink_to("real")
    before = sorted(path.name for path in real.iterdir())
    code = f"P = {str(function.place / 'alias' / 'file')!r}\n{WRITES[way]}"
    done = function.run([sys.executable, "-c", code], policy("block", write="block"))
    assert done.returncode != 0
    assert (real / "file").read_text() == "kept"
    assert sorted(path.name for path in real.iterdir()) == before
    targets = {event.target for event in extension.acts(kind=Kind.WRITE, verdict=Verdict.BLOCK)}
    assert any(target.startswith(str(real)) for target in targets), targets
    assert not any("alias" in target for target in targets)
    allowed = policy(
        "block",
        {"kind": "write", "target": f"{real}/**"},
        {"kind": "write", "target": "/dev/null"},
        write="block",
    )
    function.python(code, allowed)


def test_relative_and_dotted_paths(function: Function) -> None:
    """From where the program is."""
    extension = function.listen()
    (function.place / "a").mkdir()
    code = (
        "import os\nos.chdir('a')\n"
        "for path in ('x', './x', '../a/x', '..//a/./x', os.getcwd() + '/../a/x'):\n"
        "    try: open(path, 'w')\n"
        "    except PermissionError: print('refused')"
    )
    assert function.python(code, policy("block", write="block")) == "refused\n" * 5
    assert {event.target for event in extension.acts()} == {str(function.place / "a" / "x")}


def test_links_are_followed_before_deciding(function: Function) -> None:
    """To what they name, there or not; O_NOFOLLOW means the link."""
    extension = function.listen()
    secret = function.place / "secret"
    open_place = function.place / "open"
    secret.mkdir()
    open_place.mkdir()
    (open_place / "one").symlink_to("../secret/new")
    (open_place / "two").symlink_to("one")
    code = (
        "import os\nfor path in ('open/one', 'open/two', os.path.abspath('open/two')):\n"
        "    try: open(path, 'w')\n"
        "    except PermissionError: print('refused')\n"
        "try: os.open('open/one', os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW)\n"
        "except OSError as e: print(e.errno)\n"
        "os.unlink('open/one')"
    )
    blob = policy("block", {"kind": "write", "target": f"{open_place}/**"}, write="block")
    assert function.python(code, blob) == "refused\n" * 3 + "40\n"
    assert {event.target for event in extension.acts()} == {str(secret / "new")}
    assert list(secret.iterdir()) == []


def test_reads_by_rule(function: Function) -> None:
    """Only where a rule or a default says so; a link or a relative path does not help."""
    extension = function.listen()
    secret = function.place / "secret"
    secret.write_text("hidden")
    (function.place / "alias").symlink_to("secret")
    code = (
        f"import os\nfor path in ({str(secret)!r}, 'secret', 'alias', os.path.abspath('alias')):\n"
        "    try: print(open(path).read())\n"
        "    except PermissionError: print('refused')"
    )
    assert function.python(code, policy()) == "hidden\n" * 4
    blob = policy("block", {"kind": "read", "target": str(secret), "action": "block"})
    assert function.python(code, blob) == "refused\n" * 4
    assert {event.target for event in extension.acts(kind=Kind.READ)} == {str(secret)}


def test_own_environment(function: Function) -> None:
    """/proc/self/environ, by all its names, is /proc/<pid>/environ."""
    extension = function.listen()
    (function.place / "e").symlink_to("/proc/self/environ")
    code = (
        "import os\n"
        "own = f'/proc/{os.getpid()}/environ'\n"
        "for path in ('/proc/self/environ', own, '/proc/thread-self/environ', 'e'):\n"
        "    try: open(path).read(); print('read')\n"
        "    except PermissionError: print('refused')\n"
        "print(os.environ['HOME'] != '')"
    )
    blob = policy("block", {"kind": "read", "target": "/proc/**/environ", "action": "block"})
    assert function.python(code, blob) == "refused\n" * 4 + "True\n"
    assert len(extension.acts(kind=Kind.READ)) == 4


def test_allowed_reads_are_told_only_by_rule(function: Function) -> None:
    """A model is no list of every file."""
    extension = function.listen()
    extension.set(LEARNING_AT, 1)
    (function.place / "data").write_text("x")
    code = "for _ in range(5): open('data').close()"
    function.python(code, policy("alert", report=True))
    assert extension.acts(kind=Kind.READ) == []
    function.python(code, policy("alert", {"kind": "read", "target": f"{function.place}/*"}, report=True))
    assert [event.target for event in extension.acts(kind=Kind.READ)] == [str(function.place / "data")]


def test_allowed_writes_are_told_once_a_process(function: Function) -> None:
    """While learning."""
    extension = function.listen()
    code = "for _ in range(5): open('made', 'w').close()"
    function.python(code, policy("alert", report=True))
    assert extension.acts(kind=Kind.WRITE) == []
    extension.set(LEARNING_AT, 1)
    function.python(code, policy("alert", report=True))
    (event,) = [event for event in extension.acts(kind=Kind.WRITE) if event.target.endswith("/made")]
    assert event.verdict is Verdict.ALLOW


OWN = {
    "state": "open(D + '/state', 'r+b')",
    "socket": "import socket; socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).connect(D + '/events')",
    "rename": "import os; os.rename(D + '/state', D + '/gone')",
    "policy": "open(D + '/policy.1', 'wb')",
    "layer": "open(L + '/lib/guard.so', 'wb')",
    "own memory": "open('/proc/self/mem', 'r+b')",
    "thread's memory": "open('/proc/thread-self/mem', 'r+b')",
    "parent's memory": "import os; open(f'/proc/{os.getppid()}/mem', 'rb')",
    "parent's environment": "import os; open(f'/proc/{os.getppid()}/environ', 'rb')",
    "parent's maps": "import os; os.chdir(f'/proc/{os.getppid()}'); open('maps', 'rb')",
}


@pytest.mark.parametrize("attempt", OWN)
def test_what_is_ours_needs_no_rule(function: Function, attempt: str) -> None:
    """Refused under a policy that allows everything; in alert mode told."""
    extension = function.listen()
    (function.root / "lib").mkdir(parents=True)
    code = f"D, L = {str(function.directory)!r}, {str(function.root)!r}\n{OWN[attempt]}"
    assert "PermissionError" in function.run([sys.executable, "-c", code], policy()).stderr
    function.run([sys.executable, "-c", code], policy("alert"))
    verdicts = [(event.verdict, event.rule) for event in extension.acts()]
    assert verdicts[:2] == [(Verdict.BLOCK, 0), (Verdict.ALERT, 0)]


def test_own_files_of_proc_may_be_read(function: Function) -> None:
    """Programs look at their own maps."""
    code = "import os; print(len(open('/proc/self/maps').read()) > 0, len(os.listdir('/proc/self/fd')) > 0)"
    assert function.python(code, policy()) == "True True\n"


def test_a_reads_side_effects_are_the_kernels(function: Function, compiled: Callable[..., Path]) -> None:
    """Descriptors stay as they would be: the lowest free number, close-on-exec as asked."""
    code = (
        "import os, fcntl\n"
        "a = os.open('/etc/passwd', os.O_RDONLY); os.close(a); b = os.open('x', os.O_WRONLY | os.O_CREAT)\n"
        "print(a == b, fcntl.fcntl(b, fcntl.F_GETFL) & 0o3)"
    )
    assert function.python(code, policy()) == "True 1\n"
    assert (function.place / "x").exists()
