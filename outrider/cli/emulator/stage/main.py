"""Makes a sandbox: namespaces, file system, user, filter; then becomes its first process.

Started as a program of its own, with the descriptor of the control socket as the argument; the orders are the
first message. Two processes: this one stays outside, waits and clears the session directory away, whoever
dies first; its child is PID 1 of the sandbox, and with it everything in there ends.
"""

import base64
import json
import os
import resource
import shutil
import signal
import socket
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from outrider.cli.emulator.stage import init, kernel, root

_ORDERS = 1 << 18


def main() -> None:
    """The whole life of a sandbox."""
    control = socket.socket(fileno=int(sys.argv[1]))
    orders = json.loads(control.recv(_ORDERS))
    _signals(signal.SIG_IGN)
    os.umask(0o022)
    try:
        _namespaces(orders)
    except OSError as error:
        _fail(control, error)
    child = os.fork()
    if child == 0:
        _inside(control, orders)
    control.close()
    os.waitpid(child, 0)
    shutil.rmtree(orders["session"], ignore_errors=True)


def _namespaces(orders: Mapping[str, Any]) -> None:
    """The namespaces that only children enter, and for an ordinary user the one that lets it do the rest."""
    user = orders["user"]
    kernel.unshare(kernel.NEW_PID | (kernel.NEW_USER if user else 0))
    if user:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{orders['uid']} {user['uid']} 1")
        Path("/proc/self/gid_map").write_text(f"{orders['gid']} {user['gid']} 1")


def _inside(control: socket.socket, orders: Mapping[str, Any]) -> None:
    """PID 1 of the sandbox: never returns."""
    _signals(signal.SIG_DFL)
    try:
        alone = orders["network"] == "none"
        flags = kernel.NEW_NS | kernel.NEW_IPC | kernel.NEW_UTS
        kernel.unshare(flags | (kernel.NEW_NET if alone else 0))
        kernel.hostname(orders["hostname"])
        if alone:
            kernel.loopback_up()
        listener = init.listen(orders["address"])
        root.build(orders)
        _become_user(orders)
        for limit, value in ((resource.RLIMIT_NOFILE, "descriptors"), (resource.RLIMIT_NPROC, "processes")):
            resource.setrlimit(limit, (orders[value], orders[value]))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        kernel.confine(base64.b64decode(orders["filter"]))
    except OSError as error:
        _fail(control, error)
    with suppress(BrokenPipeError, ConnectionResetError):
        init.serve(control, listener)
    os._exit(0)


def _signals(action: signal.Handlers) -> None:
    """What a terminal or a service manager may send: not for us. The first process of a sandbox never gets
    them, but what it starts inherits what it ignores."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, action)


def _become_user(orders: Mapping[str, Any]) -> None:
    """Lambda's user, without any capability."""
    kernel.drop_bounding_set()
    if not orders["user"]:
        os.setgroups([])
        os.setresgid(orders["gid"], orders["gid"], orders["gid"])
        os.setresuid(orders["uid"], orders["uid"], orders["uid"])
    kernel.drop_capabilities()


def _fail(control: socket.socket, error: OSError) -> None:
    """Say why there is no sandbox, and end."""
    with suppress(OSError):
        control.send(json.dumps({"failed": error.strerror or str(error)}).encode())
    os._exit(1)
