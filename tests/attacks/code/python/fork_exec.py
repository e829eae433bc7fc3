"""The function under subprocess, which tells no audit hook."""

import _posixsubprocess
import os
import shutil
import sys


def attack(event):
    out = os.open(event["out"], os.O_WRONLY | os.O_CREAT, 0o600)
    errors_read, errors_write = os.pipe()
    program = shutil.which("id").encode()
    fixed = [[b"id"], (program,), True, (errors_write,), None, None, -1, -1, -1, out, -1, -1]
    fixed += [errors_read, errors_write, False, False, -1, None, None, None, -1, None]
    if sys.version_info < (3, 14):
        fixed.append(False)  # whether vfork is fine
    child = _posixsubprocess.fork_exec(*fixed)
    os.waitpid(child, 0)
