"""The guard's own memory, and memory it does not see."""

from typing import Any

from attacks.attack import Act, Area, Attack, Outcome
from attacks.harness.proofs import id_in_file
from attacks.harness.rules import MAY_MAP_ANYTHING, SHELL


def _memory(name: str, title: str, file: str, act: Act | None, **more: Any) -> Attack:
    said = {"technique": "T1562.001", "proof": id_in_file, "files": ("python/libc_file.py",)} | more
    return Attack(id=name, title=title, area=Area.MEMORY, file=f"python/{file}", act=act, **said)


ATTACKS = (
    _memory(
        "self-mem",
        "/proc/self/mem writes libc's execve() back as it was",
        "self_mem.py",
        Act("write", "/mem$", r"self_mem\.py:\d+ attack"),
    ),
    _memory(
        "mprotect-patched",
        "mprotect() on the patched page, then memmove()",
        "mprotect_patched.py",
        Act("syscall", "mprotect_guard", r"mprotect_patched\.py:\d+ attack"),
    ),
    _memory(
        "map-over",
        "mmap(MAP_FIXED) of libc's file over the patched page",
        "map_over.py",
        Act("syscall", "mprotect_guard", r"map_over\.py:\d+ attack"),
    ),
    _memory(
        "remap-over",
        "mremap() of another page over the patched one",
        "remap_over.py",
        Act("syscall", "mprotect_guard", r"remap_over\.py:\d+ attack"),
        allowed=MAY_MAP_ANYTHING,
    ),
    _memory(
        "guards-data",
        "the guard's own data are written over: the shell starts, and is guarded anew",
        "guards_data.py",
        Act("exec", "/id$"),
        survives=False,
    ),
    _memory(
        "dlclose",
        "the guard is unloaded",
        "dlclose_guard.py",
        Act("exec", SHELL, r"dlclose_guard\.py:\d+ attack"),
    ),
    _memory(
        "shellcode",
        "code of one's own, with its own system calls",
        "shellcode.py",
        Act("load", r"\[anonymous\]", r"shellcode\.py:\d+ attack"),
        technique="T1055",
        files=("python/ctypes_execve.py",),
    ),
    _memory(
        "shellcode-allowed",
        "the same, in a function that may make code (a JIT)",
        "shellcode.py",
        None,
        technique="T1055",
        allowed=MAY_MAP_ANYTHING,
        files=("python/ctypes_execve.py",),
        outcome=Outcome.NOT_STOPPED,
        why="one's own system call instruction asks nobody here; Lambda grants no filter in the kernel",
    ),
    _memory(
        "loaders-mprotect",
        "the loader's own mprotect(), found by its bytes",
        "loaders_mprotect.py",
        None,
        outcome=Outcome.NOT_STOPPED,
        why="system call instructions that are in memory already can be called, by native code or ctypes",
    ),
)
