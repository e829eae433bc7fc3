"""Around the language: past whatever hooks it has."""

from typing import Any

from attacks.attack import Act, Area, Attack
from attacks.harness.proofs import answers_id, id_in_file
from attacks.harness.rules import SHELL


def _native(name: str, title: str, file: str, act: Act, **more: Any) -> Attack:
    said = {"technique": "T1106", "proof": id_in_file} | more
    return Attack(id=name, title=title, area=Area.NATIVE, file=file, act=act, **said)


ATTACKS = (
    _native(
        "fork-exec",
        "_posixsubprocess.fork_exec, which tells no audit hook",
        "python/fork_exec.py",
        Act("exec", "/id$", r"fork_exec\.py:\d+ attack"),
    ),
    _native(
        "gc-search",
        "the hook is looked for in the garbage collector and gutted",
        "python/gc_search.py",
        Act("exec", SHELL, r"gc_search\.py:\d+ attack"),
        technique="T1562.001",
    ),
    _native(
        "subinterpreter",
        "a second interpreter without the first one's hooks",
        "python/subinterpreter.py",
        Act("exec", SHELL),
        technique="T1562.001",
    ),
    _native(
        "ctypes-system",
        'CDLL("libc.so.6").system',
        "python/ctypes_system.py",
        Act("exec", SHELL, r"ctypes_system\.py:\d+ attack"),
    ),
    _native(
        "ctypes-execve",
        'CDLL("libc.so.6").execve in a fork',
        "python/ctypes_execve.py",
        Act("exec", "/id$", r"ctypes_execve\.py:\d+ "),
    ),
    _native(
        "ctypes-syscall",
        "execve by libc's syscall()",
        "python/ctypes_syscall.py",
        Act("exec", "/id$", r"ctypes_(syscall|execve)\.py:\d+ "),
        files=("python/ctypes_execve.py",),
    ),
    _native(
        "ctypes-handle",
        "posix_spawn by dlsym on libc's own handle",
        "python/ctypes_handle.py",
        Act("exec", SHELL, r"ctypes_handle\.py:\d+ attack"),
    ),
    _native(
        "dlmopen",
        "a second libc in a namespace of its own",
        "python/dlmopen.py",
        Act("syscall", "mprotect_guard", r"dlmopen\.py:\d+ attack"),
        files=("python/ctypes_execve.py",),
    ),
    _native(
        "copied-libc",
        "a copy of libc in /tmp",
        "python/copied_libc.py",
        Act("load", r"/libfoo\.so$", r"copied_libc\.py:\d+ attack"),
        files=("python/ctypes_execve.py",),
    ),
    _native(
        "mapped-libc",
        "libc's file mapped a second time, executable",
        "python/mapped_libc.py",
        Act("syscall", "mprotect_guard", r"mapped_libc\.py:\d+ attack"),
        files=("python/ctypes_execve.py", "python/libc_file.py"),
    ),
    _native(
        "node-worker",
        "a worker thread, in which nothing was required beforehand",
        "node/worker.js",
        Act("exec", SHELL),
        proof=answers_id,
    ),
    _native(
        "node-binding",
        "process.binding('spawn_sync')",
        "node/binding.js",
        Act("exec", "/id$"),
        proof=answers_id,
    ),
)
