"""containerd's default seccomp profile, made anew from its facts: what confines a container on Fargate.

Which version Fargate runs is not known, so each can be asked for. Calls it does not name answer EPERM, clone3
ENOSYS. The result is the JSON of the OCI runtime specification, which runc, podman and docker read.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from outrider.fargate import seccomp_calls as calls

ENOSYS = 38
_ALLOW = "SCMP_ACT_ALLOW"
_ERRNO = "SCMP_ACT_ERRNO"
_AF_ALG, _AF_VSOCK = 38, 40

NEW_NAMESPACES = 0x7E020000
"""CLONE_NEWNS, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET and NEWCGROUP together."""

PERSONALITIES = (0x0, 0x8, 0x20000, 0x20008, 0xFFFFFFFF)
"""PER_LINUX, PER_LINUX32, both with UNAME26, and the question what it is."""


class Containerd(StrEnum):
    """The lines of containerd whose default profiles differ; `2` is 2.4 and later."""

    V1_6 = "1.6"
    V1_7 = "1.7"
    V2 = "2"


ARCHITECTURES = {
    "x86_64": ("SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"),
    "aarch64": ("SCMP_ARCH_ARM", "SCMP_ARCH_AARCH64"),
}
"""Machine → ABIs the filter covers; i386 calls on x86_64 are allowed as the native ones are."""


def profile(version: Containerd, capabilities: Iterable[str], machine: str = "x86_64") -> dict[str, Any]:
    """The profile for a container with this bounding set on this machine (`x86_64` or `aarch64`)."""
    return {
        "defaultAction": _ERRNO,
        "architectures": list(ARCHITECTURES[machine]),
        "syscalls": [
            _allow(sorted(allowed(version, capabilities, machine))),
            *_sockets(version),
            *(_allow(["personality"], _argument(value, "SCMP_CMP_EQ")) for value in PERSONALITIES),
            _allow(["clone"], _argument(NEW_NAMESPACES, "SCMP_CMP_MASKED_EQ")),
            {"names": ["clone3"], "action": _ERRNO, "errnoRet": ENOSYS},
        ],
    }


def allowed(version: Containerd, capabilities: Iterable[str], machine: str = "x86_64") -> frozenset[str]:
    """The calls that are allowed whatever their arguments."""
    given = set(capabilities)
    names = calls.EVERYWHERE | (calls.X86 if machine == "x86_64" else calls.ARM)
    names |= calls.SINCE_2 if version is Containerd.V2 else calls.IO_URING
    if version is not Containerd.V1_6 or "SYS_PTRACE" in given:
        names |= calls.TRACING
    if "SYS_PTRACE" in given:
        names |= calls.WITH_SYS_PTRACE
    if "SYS_CHROOT" in given:
        names |= calls.WITH_SYS_CHROOT
    return names


def _sockets(version: Containerd) -> list[dict[str, Any]]:
    """`socket` by address family. Conditions of one rule are all required, hence a rule for each range."""
    if version is Containerd.V1_6:
        return [_allow(["socket"])]
    if version is Containerd.V1_7:
        return [_allow(["socket"], _argument(_AF_VSOCK, "SCMP_CMP_NE"))]
    return [
        _allow(["socket"], _argument(_AF_ALG, "SCMP_CMP_LT")),
        _allow(["socket"], _argument(_AF_ALG + 1, "SCMP_CMP_EQ")),
        _allow(["socket"], _argument(_AF_VSOCK, "SCMP_CMP_GT")),
    ]


def _allow(names: list[str], *arguments: dict[str, Any]) -> dict[str, Any]:
    """One rule that allows."""
    rule: dict[str, Any] = {"names": names, "action": _ALLOW}
    return rule | {"args": list(arguments)} if arguments else rule


def _argument(value: int, operation: str) -> dict[str, Any]:
    """A condition on the first argument; MASKED_EQ: the bits of `value` are all clear."""
    return {"index": 0, "value": value, "valueTwo": 0, "op": operation}
