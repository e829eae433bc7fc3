"""The function of these tests: does what its event says."""

import ctypes
import errno
import logging
import mmap
import multiprocessing
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

LIBC = ctypes.CDLL(None, use_errno=True)
SEEN = {"count": 0, "ticks": 0}


def handler(event, context):
    return globals()[event["do"]](event, context)


def echo(event, context):
    return event


def count(event, context):
    SEEN["count"] += 1
    return SEEN["count"]


def fail(event, context):
    raise ValueError("no good")


def leave(event, context):
    os._exit(3)


def hang(event, context):
    threading.Event().wait()


def remaining(event, context):
    return context.get_remaining_time_in_millis()


def about(event, context):
    return {
        "environment": dict(os.environ),
        "path": sys.path,
        "arn": context.invoked_function_arn,
        "version": context.function_version,
        "user": [os.getuid(), os.getgid(), os.getgroups()],
        "directory": str(Path.cwd()),
        "processes": len(list(Path("/proc").glob("[0-9]*"))),
        "argv": Path("/proc/self/cmdline").read_text().split("\0")[:-1],
    }


def say(event, context):
    logging.getLogger().warning("two\nlines")
    print("plain")
    print("error", file=sys.stderr)
    return event["text"]


def write(event, context):
    try:
        Path(event["path"]).write_text(event.get("text", ""))
    except OSError as error:
        return errno.errorcode[error.errno]
    return "written"


def read(event, context):
    try:
        return Path(event["path"]).read_text(errors="replace")
    except OSError as error:
        return errno.errorcode[error.errno]


def run(event, context):
    done = subprocess.run(event["argv"], capture_output=True, text=True, check=False)
    return [done.returncode, done.stdout, done.stderr]


def call(event, context):
    """A system call in a child of its own: its errno, or the signal that ended it."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        ctypes.set_errno(0)
        result = LIBC.syscall(*event["words"])
        name = errno.errorcode.get(ctypes.get_errno(), "?") if result == -1 else "ok"
        os.write(writing, name.encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as told:
        name = told.read()
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return name if status == 0 else f"signal {-status}"


def machine_code(event, context):
    """Instructions run in a child of its own: the signal that ended it, or 0."""
    child = os.fork()
    if child == 0:
        code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        code.write(bytes.fromhex(event["code"]))
        ctypes.CFUNCTYPE(ctypes.c_long)(ctypes.addressof(ctypes.c_char.from_buffer(code)))()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def lock(event, context):
    try:
        multiprocessing.Lock()
    except OSError as error:
        return errno.errorcode[error.errno]
    return "made"


def start_ticking(event, context):
    def tick():
        while True:
            SEEN["ticks"] += 1
            time.sleep(0.001)

    threading.Thread(target=tick, daemon=True).start()


def ticks(event, context):
    return [SEEN["ticks"], time.monotonic()]


def leave_child(event, context):
    subprocess.Popen(["sleep", "1000"])


def connect(event, context):
    try:
        socket.create_connection((event["host"], event["port"]), timeout=2).close()
    except OSError as error:
        return errno.errorcode.get(error.errno, str(error))
    return "connected"


def large(event, context):
    return "x" * event["size"]
