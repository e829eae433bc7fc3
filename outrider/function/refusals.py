"""What Lambda's sandbox refuses, as a table: system call → errno, and how sure anybody is.

AWS documents none of this but the absence of ptrace. `SEEN` means that somebody reported or measured it
inside a function; `LIKELY` that it follows from something seen (no capabilities, kernel 5.10) or that
container sandboxes in general do it. Nothing that is known to work in Lambda is in here.
"""

import errno
from dataclasses import dataclass
from enum import Enum


class Evidence(Enum):
    """How well a refusal is known."""

    SEEN = "seen"
    LIKELY = "likely"


@dataclass(frozen=True, slots=True)
class Refusal:
    """One system call that fails in the sandbox."""

    name: str
    numbers: tuple[int, int]
    """On x86_64 and on aarch64; -1 where there is no such call."""
    errno: int
    evidence: Evidence
    namespace_flags: bool = False
    """Only with CLONE_NEW… in the first argument."""


def _refused(evidence: Evidence, answer: int, rows: str) -> tuple[Refusal, ...]:
    """Rows `name x86_64 aarch64`."""
    found = (row.split() for row in rows.strip().splitlines())
    return tuple(Refusal(name, (int(one), int(two)), answer, evidence) for name, one, two in found)


_SEEN_PERMISSION = """
prctl 157 167
seccomp 317 277
ptrace 101 117
unshare 272 97
setns 308 268
chroot 161 51
mount 165 40
umount2 166 39
pivot_root 155 41
"""

_LIKELY_PERMISSION = """
open_tree 428 428
move_mount 429 429
fsopen 430 430
fsconfig 431 431
fsmount 432 432
fspick 433 433
io_uring_setup 425 425
io_uring_enter 426 426
io_uring_register 427 427
bpf 321 280
perf_event_open 298 241
userfaultfd 323 282
keyctl 250 219
add_key 248 217
request_key 249 218
init_module 175 105
finit_module 313 273
delete_module 176 106
kexec_load 246 104
kexec_file_load 320 294
reboot 169 142
swapon 167 224
swapoff 168 225
acct 163 89
sethostname 170 161
setdomainname 171 162
settimeofday 164 170
clock_settime 227 112
open_by_handle_at 304 265
fanotify_init 300 262
"""

NEWEST_CALL = 440
"""process_madvise: the last system call of kernel 5.10. Every later number answers ENOSYS."""

CLONE_NAMESPACES = 0x7E020080
"""Every CLONE_NEW… flag: time, mount, cgroup, uts, ipc, user, pid, net."""

REFUSALS: tuple[Refusal, ...] = (
    *_refused(Evidence.SEEN, errno.EPERM, _SEEN_PERMISSION),
    *_refused(Evidence.LIKELY, errno.EPERM, _LIKELY_PERMISSION),
    Refusal("clone", (56, 220), errno.EPERM, Evidence.SEEN, namespace_flags=True),
    Refusal("clone3", (435, 435), errno.ENOSYS, Evidence.LIKELY),
)
"""Landlock (444 and on) is missing too, as everything younger than kernel 5.10: see `NEWEST_CALL`.

clone3 keeps its flags in memory where no filter can look; ENOSYS makes every libc fall back to clone.
"""
