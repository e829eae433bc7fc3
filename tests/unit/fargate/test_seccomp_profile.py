import json
from typing import Any

import pytest

from outrider.fargate.capabilities import DEFAULT
from outrider.fargate.seccomp_profile import Containerd, allowed, profile

WITHOUT = DEFAULT
WITH = (*DEFAULT, "SYS_PTRACE")
V1_6, V1_7, V2 = Containerd
ALWAYS = {V1_6: (True, True), V1_7: (True, True), V2: (True, True)}
NEVER = {V1_6: (False, False), V1_7: (False, False), V2: (False, False)}
WITH_PTRACE_ONLY = {V1_6: (False, True), V1_7: (False, True), V2: (False, True)}

_NEVER = """
unshare setns mount umount2 bpf perf_event_open keyctl add_key request_key userfaultfd open_by_handle_at
init_module finit_module delete_module pivot_root reboot swapon syslog fsopen move_mount settimeofday
clock_settime iopl ioperm acct quotactl sethostname vhangup mbind clone clone3 socket personality
"""

_ROWS = (
    ("seccomp prctl execveat memfd_create openat2 pidfd_open close_range rseq chroot", ALWAYS),
    ("landlock_create_ruleset landlock_add_rule landlock_restrict_self", ALWAYS),
    ("ptrace process_vm_readv process_vm_writev", {**ALWAYS, V1_6: (False, True)}),
    ("pidfd_getfd kcmp process_madvise", WITH_PTRACE_ONLY),
    ("io_uring_setup io_uring_enter io_uring_register", {**ALWAYS, V2: (False, False)}),
    ("mseal statmount", {**NEVER, V2: (True, True)}),
    (_NEVER, NEVER),
)
TABLE = {call: columns for calls, columns in _ROWS for call in calls.split()}
"""Call → version → allowed whatever the arguments (without SYS_PTRACE, with it)."""


@pytest.mark.parametrize("call", TABLE)
@pytest.mark.parametrize("version", list(Containerd))
def test_each_column_allows_what_containerd_allows(version: Containerd, call: str) -> None:
    without, with_ptrace = TABLE[call][version]
    assert (call in allowed(version, WITHOUT)) is without
    assert (call in allowed(version, WITH)) is with_ptrace


def rules(name: str, version: Containerd, machine: str = "x86_64") -> list[dict[str, Any]]:
    """The rules of the profile that name a call."""
    return [rule for rule in profile(version, WITHOUT, machine)["syscalls"] if name in rule["names"]]


def answers(rule_list: list[dict[str, Any]], value: int) -> bool:
    """Whether one of the rules allows a call with this first argument."""
    holds = {
        "SCMP_CMP_NE": lambda want, got: got != want,
        "SCMP_CMP_EQ": lambda want, got: got == want,
        "SCMP_CMP_LT": lambda want, got: got < want,
        "SCMP_CMP_GT": lambda want, got: got > want,
        "SCMP_CMP_MASKED_EQ": lambda want, got: got & want == 0,
    }
    return any(
        all(holds[argument["op"]](argument["value"], value) for argument in rule.get("args", []))
        for rule in rule_list
        if rule["action"] == "SCMP_ACT_ALLOW"
    )


@pytest.mark.parametrize(
    ("version", "vsock", "alg"), [(V1_6, True, True), (V1_7, False, True), (V2, False, False)]
)
def test_socket_families(version: Containerd, vsock: bool, alg: bool) -> None:
    found = rules("socket", version)
    assert answers(found, 40) is vsock
    assert answers(found, 38) is alg
    for family in (1, 2, 10, 16, 17, 39, 44):
        assert answers(found, family)


@pytest.mark.parametrize("version", list(Containerd))
def test_clone_makes_no_namespaces_and_clone3_does_not_exist(version: Containerd) -> None:
    found = rules("clone", version)
    assert answers(found, 0x11)
    assert answers(found, 0x003D0F00)  # what pthread_create asks for
    for flag in (0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000):
        assert not answers(found, flag | 0x11)
    assert rules("clone3", version) == [{"names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38}]


def test_personality_may_be_asked_and_set_to_linux_only() -> None:
    found = rules("personality", V1_7)
    assert [answers(found, value) for value in (0, 8, 0x20000, 0x20008, 0xFFFFFFFF, 0x40000)] == [
        True
    ] * 5 + [False]


def test_unknown_calls_are_refused_and_foreign_abis_are_not() -> None:
    document = profile(V1_7, WITHOUT)
    assert document["defaultAction"] == "SCMP_ACT_ERRNO"
    assert "defaultErrnoRet" not in document  # EPERM
    assert document["architectures"] == ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"]
    assert json.loads(json.dumps(document)) == document


def test_what_only_one_architecture_has_is_allowed_there_only() -> None:
    assert "arch_prctl" in allowed(V2, WITHOUT, "x86_64")
    assert "arch_prctl" not in allowed(V2, WITHOUT, "aarch64")
    assert "set_tls" in allowed(V2, WITHOUT, "aarch64")
    assert profile(V2, WITHOUT, "aarch64")["architectures"] == ["SCMP_ARCH_ARM", "SCMP_ARCH_AARCH64"]


def test_dropping_sys_chroot_takes_chroot_away() -> None:
    assert "chroot" not in allowed(V1_7, [name for name in DEFAULT if name != "SYS_CHROOT"])


def test_no_call_is_listed_twice() -> None:
    for version in Containerd:
        names = [
            name
            for rule in profile(version, WITH)["syscalls"]
            if not rule.get("args")
            for name in rule["names"]
        ]
        assert len(names) == len(set(names))
