# ruff: noqa: S605, S606, PLC0415, PLC2401, UP036 - it does what a function of a customer's might
"""A package of the customer's: each function comes to one act of the process."""

import asyncio
import ctypes
import http.client
import os
import socket
import subprocess
import sys
import tempfile
import threading
import urllib.request

PORT = 9  # nobody listens


def refused(what):
    try:
        return what()
    except OSError:
        return None


def connects():
    with socket.socket() as sock:
        refused(lambda: sock.connect(("127.0.0.1", PORT)))  # MARK lambda


def by_http_client():
    refused(lambda: http.client.HTTPConnection("127.0.0.1", PORT).request("GET", "/"))  # MARK lambda


def by_urllib():
    refused(lambda: urllib.request.urlopen(f"http://127.0.0.1:{PORT}/"))  # MARK lambda


def in_a_thread():
    thread = threading.Thread(target=connects)
    thread.start()
    thread.join()


async def _open():
    await asyncio.open_connection("127.0.0.1", PORT)  # MARK _open


def by_asyncio():
    refused(lambda: asyncio.run(_open()))


def runs():
    subprocess.run(["/bin/true"], check=True)  # MARK runs


def runs_by_system():
    os.system("true")  # MARK runs_by_system


def runs_by_fork():
    pid = os.fork()
    if not pid:
        os.execv("/bin/true", ["true"])  # MARK runs_by_fork
    os.waitpid(pid, 0)


def runs_by_fork_exec():
    import _posixsubprocess

    read, write = os.pipe()
    arguments = [[b"true"], [b"/bin/true"], True, (write,), None, None, *[-1] * 6, read, write, True, False]
    if sys.version_info >= (3, 11):
        arguments.append(-1)
    if sys.version_info >= (3, 9):
        arguments += [None, None, None, -1]
    arguments.append(None)
    if (3, 11) <= sys.version_info < (3, 14):
        arguments.append(False)
    os.waitpid(_posixsubprocess.fork_exec(*arguments), 0)  # MARK runs_by_fork_exec


def runs_by_ctypes():
    ctypes.CDLL(None).system(b"true")  # MARK runs_by_ctypes


def writes():
    with tempfile.NamedTemporaryFile("w", prefix="shop-") as file:  # MARK writes
        file.write("x")


def looks_up():
    socket.getaddrinfo("localhost", PORT)  # MARK looks_up


def é():
    os.system("true")  # MARK é
