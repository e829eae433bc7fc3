"""Executed by descriptor: there is no path to look at."""

import os
import shutil


def attack(event):
    path = shutil.copy(shutil.which("id"), os.path.join(event["tmp"], "y"))
    descriptor = os.open(path, os.O_RDONLY)
    out = os.open(event["out"], os.O_WRONLY | os.O_CREAT, 0o600)
    child = os.fork()
    if child == 0:
        try:
            os.dup2(out, 1)
            os.execve(descriptor, ["id"], {})
        finally:
            os._exit(1)
    os.waitpid(child, 0)
