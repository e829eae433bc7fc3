"""System calls that Python's `os` lacks. Every failure is an OSError that says what was tried."""

import ctypes
import fcntl
import os
import platform
import socket
import struct

NEW_NS, NEW_UTS, NEW_IPC = 0x00020000, 0x04000000, 0x08000000
NEW_USER, NEW_PID, NEW_NET = 0x10000000, 0x20000000, 0x40000000
RDONLY, NOSUID, NODEV, NOEXEC, REMOUNT, BIND, REC, PRIVATE = 1, 2, 4, 8, 32, 4096, 16384, 1 << 18

_RELATIME, _NOATIME, _NODIRATIME = 1 << 21, 1024, 2048
_ST_RELATIME = 4096
_DETACH = 2
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
_MOUNT_SETATTR = 442
_AT_RECURSIVE = 0x8000
_ATTRIBUTE_RDONLY = 1
_PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS = 4, 22, 24, 38
_FILTER_MODE = 2
_SIOCSIFFLAGS, _IFF_UP_RUNNING = 0x8914, 0x41
_CAPABILITIES = 41
_CAPABILITY_VERSION = 0x20080522

_LIBC = ctypes.CDLL(None, use_errno=True)


class _Program(ctypes.Structure):
    """struct sock_fprog."""

    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def unshare(flags: int) -> None:
    """unshare(2)."""
    _check(_LIBC.unshare(flags), "new namespaces")


def mount(source: str, target: str, kind: str, flags: int, data: str = "") -> None:
    """mount(2)."""
    words = (source.encode(), target.encode(), kind.encode())
    _check(_LIBC.mount(*words, ctypes.c_ulong(flags), data.encode()), f"mount {kind or source} at {target}")


def bind(source: str, target: str) -> None:
    """Show a file or directory, and everything mounted below it, at a second place: read-only."""
    mount(source, target, "", BIND | REC)
    read_only(target)


def read_only(target: str) -> None:
    """Make a mount read-only: with all below it where the kernel can (5.12), else itself."""
    attributes = struct.pack("=QQQQ", _ATTRIBUTE_RDONLY, 0, 0, 0)
    path = target.encode()
    if _LIBC.syscall(_MOUNT_SETATTR, -100, path, _AT_RECURSIVE, attributes, len(attributes)) == 0:
        return
    flags = os.statvfs(target).f_flag
    kept = flags & (NOSUID | NODEV | NOEXEC | _NOATIME | _NODIRATIME)
    kept |= _RELATIME if flags & _ST_RELATIME else 0
    mount("none", target, "", BIND | REMOUNT | RDONLY | kept)


def change_root(root: str) -> None:
    """Make a mount the root, for good: the old one is gone."""
    os.chdir(root)
    number = _PIVOT_ROOT[platform.machine()]
    _check(_LIBC.syscall(number, b".", b"."), "pivot_root")
    _check(_LIBC.umount2(b".", _DETACH), "umount of the old root")
    os.chdir("/")


def hostname(name: str) -> None:
    """sethostname(2)."""
    _check(_LIBC.sethostname(name.encode(), len(name)), "sethostname")


def loopback_up() -> None:
    """Bring `lo` of a new network namespace up."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, _SIOCSIFFLAGS, struct.pack("=16sh14x", b"lo", _IFF_UP_RUNNING))


def drop_bounding_set() -> None:
    """No program may ever bring a capability in; takes CAP_SETPCAP."""
    for number in range(_CAPABILITIES):
        _LIBC.prctl(_PR_CAPBSET_DROP, number, 0, 0, 0)


def drop_capabilities() -> None:
    """Give up every capability of this process."""
    header = struct.pack("=Ii", _CAPABILITY_VERSION, 0)
    _check(_LIBC.capset(header, bytes(24)), "capset")


def confine(program: bytes) -> None:
    """No new privileges, out of reach of others of the same user, and the seccomp filter. Irrevocable."""
    _check(_LIBC.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0), "PR_SET_DUMPABLE")
    _check(_LIBC.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "PR_SET_NO_NEW_PRIVS")
    code = ctypes.create_string_buffer(program, len(program))
    whole = _Program(len(program) // 8, ctypes.cast(code, ctypes.c_void_p))
    _check(_LIBC.prctl(_PR_SET_SECCOMP, _FILTER_MODE, ctypes.byref(whole), 0, 0), "PR_SET_SECCOMP")


def _check(result: int, what: str) -> None:
    """Raise OSError when a call failed."""
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
