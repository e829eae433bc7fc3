"""An ordinary function: asks its one service, keeps a copy in /tmp, answers. And it has a hole."""

import importlib
import json
import os
import socket
import tempfile
import threading
import urllib.request
from concurrent.futures import ThreadPoolExecutor

KEPT = {}


def handler(event, context):
    if "attack" in event:
        # The hole: how an attacker's code came to run here does not matter any more.
        event["request_id"] = context.aws_request_id
        return importlib.import_module(event["attack"]).attack(event)
    return greet(event)


def greet(event):
    """What the function is for; each step looks like a step of some attack."""
    with urllib.request.urlopen("http://%s/" % event["service"], timeout=5) as answer:
        number = int(answer.read())
    with tempfile.NamedTemporaryFile("w+", dir=event["tmp"]) as copy:
        json.dump({"number": number}, copy)
        copy.flush()
        os.replace(shutil_copy(copy.name), os.path.join(event["tmp"], "kept.json"))
    with ThreadPoolExecutor(2) as pool:
        numbers = list(pool.map(lambda n: n * number, (1, 2)))
    one, other = socket.socketpair()
    one.sendall(b"x")
    other.recv(1)
    one.close()
    other.close()
    reader = threading.Thread(target=read_itself)
    reader.start()
    reader.join()
    import decimal

    return {
        "greeting": "hello %s" % event.get("name", "you"),
        "numbers": numbers,
        "pi": str(decimal.Decimal(3)),
    }


def shutil_copy(path):
    import shutil

    return shutil.copy(path, path + ".copy")


def read_itself():
    with open(__file__) as source, open("/proc/self/status") as status:
        KEPT["size"] = len(source.read()) + len(status.read())
