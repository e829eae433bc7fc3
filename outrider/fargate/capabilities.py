"""Linux capabilities of a container on Fargate: a fixed set, anything may be dropped, one may be added."""

from collections.abc import Iterable

DEFAULT = (
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "NET_RAW",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
)
"""What a container gets without asking, read inside tasks (https://github.com/aws/containers-roadmap/issues/409)."""

ADDABLE = ("SYS_PTRACE",)
"""What may be added, platform version 1.4 and later (API reference, KernelCapabilities)."""

BITS = {
    "CHOWN": 0,
    "DAC_OVERRIDE": 1,
    "FOWNER": 3,
    "FSETID": 4,
    "KILL": 5,
    "SETGID": 6,
    "SETUID": 7,
    "SETPCAP": 8,
    "NET_BIND_SERVICE": 10,
    "NET_RAW": 13,
    "SYS_CHROOT": 18,
    "SYS_PTRACE": 19,
    "MKNOD": 27,
    "AUDIT_WRITE": 29,
    "SETFCAP": 31,
}
"""Bit of each in the kernel's masks (include/uapi/linux/capability.h)."""


def bounding_set(added: Iterable[str], dropped: Iterable[str]) -> tuple[str, ...]:
    """The bounding set of a container that asks for these, sorted, without `CAP_`.

    A drop wins over the default and over an add, `ALL` drops everything that was not added by name.
    """
    wanted = {_plain(name) for name in added} & set(ADDABLE)
    gone = {_plain(name) for name in dropped}
    kept = wanted if "ALL" in gone else set(DEFAULT) | wanted
    return tuple(sorted(kept - gone))


def mask(names: Iterable[str]) -> int:
    """The names as the bit mask that /proc/PID/status shows."""
    return sum(1 << BITS[_plain(name)] for name in names)


def _plain(name: str) -> str:
    """`CAP_SYS_PTRACE` and `sys_ptrace` both mean `SYS_PTRACE`."""
    return name.upper().removeprefix("CAP_")
