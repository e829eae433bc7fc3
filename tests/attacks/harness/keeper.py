# ruff: noqa: PTH123, PTH208, S606, SIM105
"""Starts a runtime and stands above it, as Lambda's own process does: its parent, with secrets in its
environment, and the one who ends everything that is left.

    python -I -S keeper.py RESOLV_CONF STATE_FILE NAME=VALUE… -- COMMAND…

RESOLV_CONF and STATE_FILE may be "": then nothing is changed. NAME=VALUE are the runtime's environment,
all of it. Ends when standard input does, and with it every descendant.
"""

import ctypes
import mmap
import os
import signal
import sys
import threading

PR_SET_CHILD_SUBREAPER, CLONE_NEWNS, MS_BIND, MS_REC, MS_PRIVATE = 36, 0x20000, 4096, 16384, 1 << 18
RUNTIME_PID_AT = 28  # native/state.h
LIBC = ctypes.CDLL(None, use_errno=True)


def main():
    resolv_conf, state, *rest = sys.argv[1:]
    at = rest.index("--")
    LIBC.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    if resolv_conf:
        other_resolver(resolv_conf)
    environment = dict(one.split("=", 1) for one in rest[:at])
    runtime = os.fork()
    if runtime == 0:
        start(state, environment, rest[at + 1 :])
    print(runtime, flush=True)
    threading.Thread(target=reap, daemon=True).start()
    while os.read(0, 4096):
        pass
    end_all()
    os._exit(0)


def other_resolver(path):
    """Give us and ours another /etc/resolv.conf. Takes root."""
    steps = (
        LIBC.unshare(CLONE_NEWNS),
        LIBC.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None),
        LIBC.mount(path.encode(), os.path.realpath("/etc/resolv.conf").encode(), None, MS_BIND, None),
    )
    if any(steps):
        sys.exit("a mount namespace takes root")


def start(state, environment, command):
    """Become the runtime."""
    os.setsid()
    if state:
        with open(state, "r+b") as file, mmap.mmap(file.fileno(), 0) as page:
            page[RUNTIME_PID_AT : RUNTIME_PID_AT + 4] = os.getpid().to_bytes(4, "little")
    null = os.open("/dev/null", os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(2, 1)
    os.execve(command[0], command, environment)


def reap():
    """Orphans come to us; so does the runtime when it has ended."""
    try:
        while True:
            os.wait()
    except ChildProcessError:
        return


def end_all():
    """Again and again, until nobody is left: what dies may have had children."""
    while ours := descendants():
        for pid in ours:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        try:
            os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            pass


def descendants():
    """Pids whose chain of parents leads to us, the dead left out."""
    parents = {}
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{entry}/stat") as file:
                state, parent = file.read().rpartition(")")[2].split()[:2]
        except OSError:
            continue
        if state not in "ZX":
            parents[int(entry)] = int(parent)
    found = set()
    before = -1
    while before != len(found):
        before = len(found)
        found |= {pid for pid, parent in parents.items() if parent == os.getpid() or parent in found}
    return found


if __name__ == "__main__":
    main()
