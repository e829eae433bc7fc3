"""Becomes one container's first process where there is no engine: run as a program, with its orders as JSON.

Uses the standard library only and ends in exec, so that the process is the application itself. Steps:
network namespace, mounts (in a mount namespace of its own, so that they vanish with it), root directory,
bounding set, user, exec.
"""

import ctypes
import json
import os
import sys
from pathlib import Path
from typing import Any

_NEW_NS = 0x00020000
_MS_RDONLY, _MS_REMOUNT, _MS_BIND, _MS_REC, _MS_PRIVATE = 1, 32, 4096, 16384, 1 << 18
_PR_CAPBSET_DROP = 24
_LAST_CAPABILITY = 63
_DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
_LIBC = ctypes.CDLL(None, use_errno=True)


def main() -> None:
    """Do as ordered; on failure say why and exit as a shell would."""
    orders = json.loads(sys.argv[1])
    try:
        if orders["network"]:
            descriptor = os.open(orders["network"], os.O_RDONLY | os.O_CLOEXEC)
            _check(_LIBC.setns(descriptor, 0), "setns")
        _change_root(orders)
        _drop_capabilities(orders["capabilities"])
        os.setgroups(orders["groups"])
        os.setgid(orders["gid"])
        os.setuid(orders["uid"])
        os.chdir(orders["directory"])
        os.execvpe(orders["argv"][0], orders["argv"], orders["environment"])  # noqa: S606 - that is the point
    except FileNotFoundError as error:
        sys.exit(_complain(error, 127))
    except OSError as error:
        sys.exit(_complain(error, 126))


def _change_root(orders: dict[str, Any]) -> None:
    """Mount what the container sees and make it the root."""
    root = Path(orders["root"])
    if _LIBC.unshare(_NEW_NS) == 0:
        _mount("none", "/", _MS_REC | _MS_PRIVATE)
        _mount(str(root), str(root), _MS_BIND)
        for name in _DEVICES:
            (root / "dev" / name).touch()
            _mount(f"/dev/{name}", str(root / "dev" / name), _MS_BIND)
        _mount("/proc", str(root / "proc"), _MS_BIND | _MS_REC)
        for source, path, read_only in orders["mounts"]:
            target = f"{root}{path}"
            _mount(source, target, _MS_BIND)
            if read_only:
                _mount("none", target, _MS_BIND | _MS_REMOUNT | _MS_RDONLY)
        if orders["read_only"]:
            _mount("none", str(root), _MS_BIND | _MS_REMOUNT | _MS_RDONLY)
    elif orders["mounts"] or orders["read_only"]:
        raise OSError(ctypes.get_errno(), "mounts are not permitted here, and the container has some")
    os.chroot(root)


def _drop_capabilities(kept: list[int]) -> None:
    """Reduce the bounding set; the rest goes when root executes a program, or with the user."""
    for number in range(_LAST_CAPABILITY + 1):
        if number not in kept:
            _LIBC.prctl(_PR_CAPBSET_DROP, number, 0, 0, 0)


def _mount(source: str, target: str, flags: int) -> None:
    """mount(2). Raises OSError."""
    _check(_LIBC.mount(source.encode(), target.encode(), b"none", flags, None), f"mount {target}")


def _check(result: int, what: str) -> None:
    """Raise OSError when a call failed."""
    if result != 0:
        raise OSError(ctypes.get_errno(), f"{what}: {os.strerror(ctypes.get_errno())}")


def _complain(error: OSError, status: int) -> int:
    """Say why there is no container."""
    sys.stderr.write(f"outrider run: cannot start: {error}\n")
    return status


if __name__ == "__main__":
    main()
