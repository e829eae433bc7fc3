"""Every environment there is to be read: process 1, the parent, everybody."""

import os


def attack(event):
    pids = [1, os.getppid(), *map(int, filter(str.isdigit, os.listdir("/proc")))]
    found = [read("/proc/%d/environ" % pid) for pid in pids if pid != os.getpid()]
    return [one for one in found if "PARENTS_SECRET" in one]


def read(path):
    try:
        with open(path, "rb") as file:
            return file.read().decode(errors="replace")
    except OSError:
        return ""
