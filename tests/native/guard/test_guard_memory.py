"""Memory that is executed, and memory of ours."""

import platform
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from function import LEARNING_AT, Function, policy

from outrider.model.event import Kind, Verdict

SHARED = ("-shared", "-fPIC")
TARGET = f"{platform.machine()}-linux-gnu.2.26"


def test_hooks_cannot_be_undone_through_libc(function: Function, compiled: Callable[..., Path]) -> None:
    """Every call that changes pages is refused on ours."""
    extension = function.listen()
    done = function.run([compiled("tamper")], policy())
    lines = done.stdout.splitlines()
    assert lines[-2:] == ["dlclose done", "entry kept"], done
    assert {line.rsplit(" ", 2)[-2] + " " + line.rsplit(" ", 2)[-1] for line in lines[:-2]} == {
        "Permission denied"
    }
    assert {event.target for event in extension.acts()} == {"mprotect_guard", "unload"}


def test_alert_mode_only_tells(function: Function) -> None:
    """It stops nothing."""
    extension = function.listen()
    code = (
        "import ctypes\nl = ctypes.CDLL('libc.so.6')\n"
        "a = ctypes.cast(l.execve, ctypes.c_void_p).value & ~4095\n"
        "print(l.mprotect(ctypes.c_void_p(a), 4096, 5))"
    )
    assert function.python(code, policy("alert")) == "0\n"
    assert [event.verdict for event in extension.acts()] == [Verdict.ALERT]


def test_libraries_are_decided_by_file(function: Function, compiled: Callable[..., Path]) -> None:
    """However the loader finds them: here through LD_LIBRARY_PATH, where no caller ever says a path."""
    extension = function.listen()
    library = function.place / "libevil.so"
    shutil.copy(compiled("library", TARGET, *SHARED), library)
    code = "import ctypes\ntry: ctypes.CDLL('libevil.so')\nexcept OSError as e: print('refused')"
    function.settings["LD_LIBRARY_PATH"] = str(function.place)
    assert function.python(code, policy()) == "loaded\n"
    blob = policy("block", {"kind": "load", "target": f"{function.place}/*", "action": "block"})
    assert function.python(code, blob) == "refused\n"
    assert [event.target for event in extension.acts(kind=Kind.LOAD)] == [str(library)]


def test_a_library_by_link(function: Function, compiled: Callable[..., Path]) -> None:
    """The file it leads to counts."""
    library = function.place / "lib.bin"
    shutil.copy(compiled("library", TARGET, *SHARED), library)
    (function.place / "fine.so").symlink_to("lib.bin")
    code = "import ctypes\ntry: ctypes.CDLL('./fine.so')\nexcept OSError as e: print('refused')"
    blob = policy("block", {"kind": "load", "target": "/**/lib.bin", "action": "block"})
    assert function.python(code, blob) == "refused\n"


def test_loaded_by_the_environment(function: Function, compiled: Callable[..., Path]) -> None:
    """A child's LD_PRELOAD is decided before it runs; what its loader finds itself, before its main()."""
    extension = function.listen()
    library = function.place / "evil.so"
    shutil.copy(compiled("library", TARGET, *SHARED), library)
    code = (
        f"import subprocess; e = {{'LD_PRELOAD': {str(library)!r}}}\n"
        "try: subprocess.run(['/bin/echo', 'ran'], env=e)\n"
        "except PermissionError: print('refused')"
    )
    assert function.python(code, policy()) == "loaded\nran\n"
    blob = policy("block", {"kind": "load", "target": f"{function.place}/*", "action": "block"})
    assert function.python(code, blob) == "refused\n"
    libc = policy(
        "block", {"kind": "load", "target": "/**/libc.so.6", "program": "/**/echo", "action": "block"}
    )
    child = "import subprocess; print(subprocess.run(['/bin/echo', 'ran']).returncode)"
    assert function.python(child, libc) == "126\n"
    assert {event.syscall for event in extension.acts(kind=Kind.LOAD)} == {"execve", "start"}


def test_another_preloaded_object_keeps_its_place(function: Function, compiled: Callable[..., Path]) -> None:
    """It wraps what it wraps, and libc's function is decided behind it."""
    extension = function.listen()
    other = compiled("chained", TARGET, *SHARED)
    code = "import os\ntry: os.unlink('nothing')\nexcept PermissionError: print('refused')"
    out = function.python(code, policy(write="block"), env={"LD_PRELOAD": f"{function.guard}:{other}"})
    assert out == "wrapped\nrefused\n"
    assert [event.syscall for event in extension.acts()] == ["unlink"]


def test_learning_tells_what_is_loaded(function: Function) -> None:
    """The scanner wants to know which libraries are in use."""
    extension = function.listen()
    extension.set(LEARNING_AT, 1)
    function.python("import ctypes", policy("alert", report=True))
    loaded = [event.target for event in extension.acts(kind=Kind.LOAD)]
    assert any("_ctypes" in target for target in loaded)
    assert any(target.endswith("/libc.so.6") for target in loaded)


def test_executable_memory_without_a_file(function: Function) -> None:
    """By mmap, by mprotect, by syscall()."""
    extension = function.listen()
    number = {"x86_64": (9, 10), "aarch64": (222, 226)}[platform.machine()]
    code = (
        "import ctypes, mmap\nl = ctypes.CDLL(None)\nl.mmap.restype = l.syscall.restype = ctypes.c_long\n"
        "l.mmap.argtypes = [ctypes.c_long] * 6\nl.mprotect.argtypes = [ctypes.c_long] * 3\n"
        "l.syscall.argtypes = [ctypes.c_long] * 7\n"
        "p = l.mmap(0, 4096, 3, 0x22, -1, 0)\n"
        "print(l.mmap(0, 4096, 7, 0x22, -1, 0), l.mprotect(p, 4096, 5),"
        f" l.syscall({number[0]}, 0, 4096, 7, 0x22, -1, 0),"
        f" l.syscall({number[1]}, p, 4096, 5, 0, 0, 0))"
    )
    blob = policy("block", {"kind": "load", "target": "[anonymous]", "action": "block"})
    assert function.python(code, blob) == "-1 -1 -1 -1\n"
    assert {event.target for event in extension.acts(kind=Kind.LOAD)} == {"[anonymous]"}


def test_own_policy_is_read_only(function: Function) -> None:
    """Who could write it would be the policy."""
    done = function.run(
        [sys.executable, "-c", "print(open('/proc/self/maps').read())"],
        policy(),
        env={"PYTHONMALLOC": "malloc"},
    )
    maps = [line.split() for line in done.stdout.splitlines() if "guard.so" in line]
    assert not [fields for fields in maps if "w" in fields[1] and "x" in fields[1]]
