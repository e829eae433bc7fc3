"""What looks like an attack and is none: each says "done", and nobody has anything to say about it."""

import asyncio
import ctypes
import decimal
import importlib
import mmap
import os
import pickle
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import zipfile


def attack(event):
    return globals()[event["twin"]](event)


def uses_its_shell(event):
    return subprocess.run("echo done", shell=True, capture_output=True, text=True).stdout


def starts_its_interpreter(event):
    command = [sys.executable, "-c", "import json; print(json.dumps('done'))"]
    return subprocess.run(command, capture_output=True, text=True).stdout


def calls_c(event):
    libc = ctypes.CDLL("libc.so.6")
    libc.strlen.argtypes = [ctypes.c_char_p]
    return "done" if libc.strlen(b"four") == 4 and ctypes.pythonapi.Py_IsInitialized() else ""


def unpickles_its_data(event):
    return pickle.loads(pickle.dumps({"said": ["done", 1, 2.5, None, b"x"]}))["said"][0]


def unpickles_its_class(event):
    return "done" if pickle.loads(pickle.dumps(decimal.Decimal(7))) == 7 else ""


def forks(event):
    child = os.fork()
    if child == 0:
        os._exit(7)
    return "done" if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7 else ""


def forks_many_in_turn(event):
    for _ in range(20):
        forks(event)
    return "done"


def signals_its_child(event):
    child = os.fork()
    if child == 0:
        signal.pause()
    os.kill(child, signal.SIGTERM)
    return "done" if os.waitpid(child, 0)[1] == signal.SIGTERM else ""


def unpacks_into_its_place(event):
    path = os.path.join(event["tmp"], "a.zip")
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("x/y.txt", "done")
    with zipfile.ZipFile(path) as archive:
        archive.extractall(os.path.join(event["tmp"], "unpacked"))
    with open(os.path.join(event["tmp"], "unpacked", "x", "y.txt")) as file:
        return file.read()


def keeps_a_database(event):
    path = os.path.join(event["tmp"], "kept.db")
    with sqlite3.connect(path) as database:
        database.execute("create table said (word)")
        database.execute("insert into said values ('done')")
        database.commit()
        word = database.execute("select word from said").fetchone()[0]
    os.rename(path, path + ".old")
    os.unlink(path + ".old")
    return word


def awaits(event):
    async def ask():
        host, port = event["service"].split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"GET / HTTP/1.0\r\n\r\n")
        said = await reader.read()
        writer.close()
        return "done" if b"42" in said else ""

    return asyncio.run(ask())


def looks_around(event):
    for path in ("/etc/hosts", "/proc/self/status", "/proc/self/maps", "/proc/meminfo", "/proc/cpuinfo"):
        with open(path) as file:
            file.read()
    return "done"


def maps_memory(event):
    with mmap.mmap(-1, 8192) as room:
        room.write(b"done")
        return room[:4].decode()


def looks_up_itself(event):
    return "done" if socket.getaddrinfo("localhost", 80) else ""


def loads_its_extension(event):
    os.environ.pop("NATIVE_OUT", None)
    ctypes.CDLL(os.path.join(os.path.dirname(__file__), "native.so"))
    return "done"


def imports_late(event):
    return "done" if importlib.import_module("xml.dom.minidom").parseString("<a/>") else ""


def runs_many_threads(event):
    said = []
    threads = [threading.Thread(target=said.append, args=(n,)) for n in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return "done" if len(said) == 50 else ""


def evaluates(event):
    return eval("'do' + 'ne'")
