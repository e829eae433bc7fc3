"""What the supervisor tells by name is in some detector's eyes, or there is a reason why not."""

import re

from detections.named_calls import NATIVE, NEVER_TOLD, NOT_OF_INTEREST, named_calls, sources, unseen
from outrider.runtime.detectors.registry import DETECTORS

SURE = {
    "memfd_create", "ptrace", "unshare", "clone_namespaces", "pidfd_getfd", "process_madvise", "kill_all",
    "socket_raw", "socket_other", "mknod_device", "seccomp_listener", "terminal_input", "userfaultfd",
    "source_route", "foreign_abi", "prctl_set_mm", "setxattr", "adjtimex", "fcntl", "ioctl",
    "pidfd_send_signal", "syslog", "reboot",
}  # fmt: skip
"""Names that the reading of the sources must find, one at least of each way in which they are said."""


def test_every_call_that_is_named_is_looked_at_or_explained() -> None:
    names = named_calls(sources())
    assert names >= SURE
    assert unseen(names, DETECTORS) == sorted(NOT_OF_INTEREST)


def test_what_is_explained_can_be_told() -> None:
    assert set(NOT_OF_INTEREST) <= named_calls(sources())
    assert not set(NOT_OF_INTEREST) & set(NEVER_TOLD)
    assert all(len(why) > 20 for why in NOT_OF_INTEREST.values())


def test_calls_that_only_change_who_one_is_are_not_among_them() -> None:
    assert not named_calls(sources()) & {"umask", "setuid", "execve", "openat", "connect", "clone3"}


def test_a_new_row_of_the_traps_would_be_seen() -> None:
    rows = (NATIVE / "traps.c").read_text()
    row = '    {__NR_lsm_set_self_attr, TRAP, 0, "lsm_set_self_attr", handle_named},\n'
    more = rows.replace("    {__NR_prctl,", row + "    {__NR_prctl,")
    assert more != rows
    assert "lsm_set_self_attr" in unseen(named_calls(sources() | {"traps.c": more}), DETECTORS)


def test_a_name_said_in_a_handler_would_be_seen() -> None:
    entry = (NATIVE / "entry.c").read_text()
    more = re.sub('"mknod_device"', 'device ? "mknod_device" : "mknod_other"', entry)
    assert unseen(named_calls(sources() | {"entry.c": more}), DETECTORS) == ["kill_all", "mknod_other"]


def test_a_detector_less_would_be_seen() -> None:
    fewer = [one for one in DETECTORS if one.id != "device-node"]
    assert unseen(named_calls(sources()), fewer) == ["kill_all", "mknod_device"]
