"""The first process of a sandbox: starts, signals, freezes and reaps the others as it is told.

Control messages are JSON, one a datagram of a SOCK_SEQPACKET pair; descriptors travel beside them. Each order
gets one answer; what ends is told in between. When the other end of the pair is gone this process ends, and
the kernel ends everything in the sandbox with it.
"""

import array
import json
import os
import select
import signal
import socket
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

_MESSAGE = 1 << 18
_DESCRIPTORS = 4
_PAGE = os.sysconf("SC_PAGE_SIZE")


def listen(address: str) -> socket.socket:
    """The listening socket of the interfaces, made here because here is its network namespace."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    host, _, port = address.partition(":")
    listener.bind((host, int(port)))
    listener.listen(128)
    return listener


def serve(control: socket.socket, listener: socket.socket) -> None:
    """Hand the listener over, then do as told until the control socket closes."""
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    _send(control, {"ready": True}, [listener.fileno()])
    listener.close()
    poll = select.poll()
    poll.register(control, select.POLLIN)
    poll.register(woken, select.POLLIN)
    while True:
        for descriptor, _ in poll.poll():
            if descriptor == woken:
                os.read(woken, 512)
                _reap(control)
            elif not _obey(control):
                return


def _reap(control: socket.socket) -> None:
    """Tell of every child that ended; orphans of the sandbox are ours too."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        _send(control, {"exited": pid, "status": os.waitstatus_to_exitcode(status)})


def _obey(control: socket.socket) -> bool:
    """One order; False when there will be no more."""
    data, descriptors, _, _ = socket.recv_fds(control, _MESSAGE, _DESCRIPTORS)
    if not data:
        return False
    order = json.loads(data)
    try:
        answer = _ORDERS[order["do"]](order, descriptors)
    except OSError as error:
        answer = {"failed": error.errno, "message": str(error)}
    finally:
        for descriptor in descriptors:
            os.close(descriptor)
    handed = answer.pop("descriptor", None)
    _send(control, {"done": order["do"], **answer}, [] if handed is None else [handed])
    if handed is not None:
        os.close(handed)
    return True


def _spawn(order: Mapping[str, Any], descriptors: list[int]) -> dict[str, Any]:
    """Start a program in a session of its own; the first descriptor is its stdout and stderr."""
    output, *passed = descriptors
    environment = dict(order["environment"])
    if passed:
        environment[order["passed"]] = str(passed[0])
    process = subprocess.Popen(  # noqa: S603 - what the function is made of
        order["argv"],
        env=environment,
        cwd=order["directory"],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        pass_fds=passed,
        start_new_session=True,
    )
    process.returncode = 0  # reaped by us, not by subprocess
    return {"pid": process.pid}


def _signal(order: Mapping[str, Any], descriptors: list[int]) -> dict[str, Any]:
    """A signal to a process, to its group (a negative pid) or to all but us (-1)."""
    try:
        os.kill(order["pid"], order["signal"])
    except ProcessLookupError:
        return {"found": False}
    return {"found": True}


def _memory(order: Mapping[str, Any], descriptors: list[int]) -> dict[str, Any]:
    """Resident memory of all processes but us, bytes."""
    total = 0
    for path in Path("/proc").glob("[1-9]*/statm"):
        if path.parent.name == "1":
            continue
        with suppress(OSError, IndexError):
            total += int(path.read_bytes().split()[1]) * _PAGE
    return {"memory": total}


def _socket(order: Mapping[str, Any], descriptors: list[int]) -> dict[str, Any]:
    """An unconnected TCP socket of this network namespace."""
    return {"descriptor": socket.socket(socket.AF_INET, socket.SOCK_STREAM).detach()}


_ORDERS = {"spawn": _spawn, "signal": _signal, "memory": _memory, "socket": _socket}


def _send(control: socket.socket, message: Mapping[str, Any], descriptors: list[int] | None = None) -> None:
    """One message with its descriptors."""
    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))] if descriptors else []
    control.sendmsg([json.dumps(message).encode()], rights)
