"""A program that never touches a disk."""

import os
import shutil
import subprocess


def attack(event):
    descriptor = os.memfd_create("x", 0)
    with open(shutil.which("id"), "rb") as program:
        os.write(descriptor, program.read())
    path = "/proc/self/fd/%d" % descriptor
    return subprocess.run([path], pass_fds=[descriptor], capture_output=True).stdout.decode()
