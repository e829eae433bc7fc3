# ruff: noqa: S102, S301, S311, RUF001 - it does what the guard decides on, at random
"""acts.py SEED ROUNDS: does everything the guard hooks in Python, with odd arguments, under odd names."""

import contextlib
import ctypes
import os
import pickle
import random
import socket
import sys
import threading

libc = ctypes.CDLL(None, use_errno=True)
NAMES = (
    "file",
    "a/../file",
    "link",
    "/proc/self/mem",
    "/proc/1/environ",
    "",
    "x" * 300,
    "/",
    "loop",
    "\udcff",
    "ü/€/𝄞",
)
PATHS = {
    **{"open": 3, "creat": 2, "unlink": 1, "rename": 2, "link": 2, "symlink": 2, "mkdir": 2, "rmdir": 1},
    **{"truncate": 2, "gethostbyname": 1, "execve": 3},
}
"""Functions whose first argument must be a text, and how many they take."""

CALLS = PATHS | {
    **{"openat": 4, "connect": 3, "bind": 3, "sendto": 6, "sendmsg": 3, "socket": 3, "memfd_create": 2},
    **{"madvise": 3, "munmap": 2, "kill": 2, "ptrace": 4, "process_vm_readv": 6, "syscall": 7},
}
NUMBERS = (0, 1, 2, -1, -100, 3, 0o101)  # as pointers the kernel refuses them, and the guard does not look
SYSCALLS = (0, 2, 39, 41, 42, 49, 82, 83, 87, 257, 263, 319, 425, 437, 999)


def argument(roll: random.Random) -> object:
    """A number, or memory that ends where it ends."""
    if roll.random() < 0.5:
        return ctypes.c_long(roll.choice(NUMBERS))
    if roll.random() < 0.5:
        return ctypes.create_string_buffer(os.fsencode(roll.choice(NAMES)))
    size = roll.randrange(2, 130)
    family = roll.choice((1, 2, 10, 0, 17)).to_bytes(2, "little")
    return ctypes.create_string_buffer(family + roll.randbytes(size), size + 2)


def call(roll: random.Random) -> None:
    """A function of libc's. What would end the program, wait, or read what was not given is left out."""
    name = roll.choice(list(CALLS))
    given = [argument(roll) for _ in range(CALLS[name])]
    if name == "syscall":
        given[0] = ctypes.c_long(roll.choice(SYSCALLS))
        given[1:] = [ctypes.c_long(roll.choice(NUMBERS[:5])) for _ in given[1:]]
    elif name in ("kill", "ptrace", "process_vm_readv", "madvise", "munmap"):
        given = [ctypes.c_long(roll.choice((0, -1, 99999999))) for _ in given]
        given[0] = ctypes.c_long(99999999)
    elif name in ("connect", "bind", "sendto"):
        memory = ctypes.create_string_buffer(roll.randbytes(130))
        given[0] = ctypes.c_long(roll.choice(NUMBERS[3:6]))
        given[1:3] = [memory, ctypes.c_long(roll.randrange(128))]
        if name == "sendto":
            given[3:] = [ctypes.c_long(64), memory, ctypes.c_long(roll.randrange(128))]
    elif name == "sendmsg":
        given = [ctypes.c_long(-1), ctypes.create_string_buffer(56), ctypes.c_long(64)]
    elif name == "execve":
        given[1:] = [(ctypes.c_char_p * 2)(b"x", None), (ctypes.c_char_p * 2)(b"LD_PRELOAD=", None)]
    if name in PATHS and isinstance(given[0], ctypes.c_long):
        given[0] = ctypes.create_string_buffer(b"x")
    getattr(libc, name)(*given)


def language(roll: random.Random) -> None:
    """What Python's own hook sees: code, names of files and functions of every width, modules, pickles."""
    name = roll.choice(("f", "größe", "函数", "𝔣", "n" * 200))
    file = roll.choice(
        ("/var/task/app.py", "/var/task/ä.py", "/var/task/漢字.py", "/tmp/𝄞.py", "<string>", "/" + "d/" * 400)
    )
    scope: dict[str, object] = {"open": open, "depth": roll.choice((0, 3, 300))}
    text = f"def {name}(n):\n    return {name}(n - 1) if n > 0 else open('nowhere/x', 'w')\n{name}(depth)\n"
    exec(compile(text, file, "exec"), scope)


def gadget(roll: random.Random) -> None:
    """What an unpickling asks for."""
    pickle.loads(
        b"c" + roll.choice(("os", "x" * 700, "ü")).encode() + b"\n" + roll.choice((b"system", b"y")) + b"\n."
    )


def network(roll: random.Random) -> None:
    """Names, and sockets of Python's."""
    with contextlib.suppress(UnicodeError):
        socket.getaddrinfo(roll.choice(("localhost", "127.0.0.1", "::1")), 9)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.sendto(b"x", ("127.0.0.1", 9))


def work(seed: int, rounds: int) -> None:
    """All of it, over and over."""
    roll = random.Random(seed)
    for _ in range(rounds):
        with contextlib.suppress(OSError, ImportError, AttributeError, pickle.UnpicklingError, UnicodeError):
            roll.choice((call, call, call, language, gadget, network))(roll)


def main() -> None:
    """In two threads at once."""
    seed, rounds = int(sys.argv[1]), int(sys.argv[2])
    other = threading.Thread(target=work, args=(seed + 1000, rounds))
    other.start()
    work(seed, rounds)
    other.join()
    print("sound")


main()
