"""The refusals as a classic BPF program for the kernel's seccomp.

Foreign system calls (int 0x80 and x32 on x86_64, 32 bit on aarch64) kill the process: seen in Lambda.
"""

import errno
import struct
from collections.abc import Sequence

from outrider.errors import EnvironmentFault
from outrider.function.refusals import CLONE_NAMESPACES, NEWEST_CALL, REFUSALS, Refusal

_LOAD, _EQUAL, _GREATER_EQUAL, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _ERRNO, _KILL_PROCESS = 0x7FFF0000, 0x00050000, 0x80000000
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
_ARCHITECTURES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
_X32 = 0x40000000

_Instruction = tuple[int, int, int, int]
"""Code, jump if true, jump if false, operand."""


def program(machine: str) -> bytes:
    """The instructions (struct sock_filter) for a machine as `uname -m` names it. Raises EnvironmentFault."""
    if machine not in _ARCHITECTURES:
        raise EnvironmentFault(f"there is no Lambda on {machine}", hint="x86_64 and aarch64 there are.")
    audit, column = _ARCHITECTURES[machine]
    steps: list[_Instruction] = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, audit),
        (_RETURN, 0, 0, _KILL_PROCESS),
        (_LOAD, 0, 0, _NUMBER),
    ]
    if machine == "x86_64":
        steps += [(_GREATER_EQUAL, 0, 1, _X32), (_RETURN, 0, 0, _KILL_PROCESS)]
    steps += [(_GREATER_EQUAL, 0, 1, NEWEST_CALL + 1), (_RETURN, 0, 0, _ERRNO | errno.ENOSYS)]
    for refusal in REFUSALS:
        steps += _steps(refusal, refusal.numbers[column])
    return pack([*steps, (_RETURN, 0, 0, _ALLOW)])


def _steps(refusal: Refusal, number: int) -> list[_Instruction]:
    """Refuse one call; others pass on to what follows with the number still loaded."""
    answer = (_RETURN, 0, 0, _ERRNO | refusal.errno)
    if not refusal.namespace_flags:
        return [(_EQUAL, 0, 1, number), answer]
    return [
        (_EQUAL, 0, 4, number),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_ANY_BIT, 0, 1, CLONE_NAMESPACES),
        answer,
        (_RETURN, 0, 0, _ALLOW),
    ]


def pack(steps: Sequence[_Instruction]) -> bytes:
    """As the kernel reads them."""
    return b"".join(struct.pack("=HBBI", *step) for step in steps)
