"""The extension is taken hold of with ptrace."""

import ctypes


def attack(event):
    libc = ctypes.CDLL(None, use_errno=True)
    got = libc.ptrace(0x4206, event["extension"], None, None)  # PTRACE_SEIZE
    return "seized" if got == 0 else "errno %d" % ctypes.get_errno()
