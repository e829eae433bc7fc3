"""Tricks known to do what they should not, each with the reason: the suite prints OPEN and counts them."""

_OWNER = "F_SETSIG names SIGKILL and whoever owns a descriptor need not be the caller: not looked at yet"

KNOWN_OPEN: dict[str, str] = {
    "exec-new-mount-calls": "open_tree and move_mount are not trapped yet",
    "guard-directory-notify": _OWNER,
    "guard-lease-break": _OWNER,
    "guard-owner-ex": _OWNER,
    "guard-owner-fioset": _OWNER,
    "guard-owner-group": _OWNER,
    "guard-owner-signal": _OWNER,
    "guard-owner-socket": _OWNER,
    "guard-pidfd-race": "whose process a descriptor is may change after it was looked at: the call goes on in the kernel",
    "inject-pidfd-getfd": "pidfd_getfd between processes of the application is not trapped yet",
    "inject-process-madvise": "process_madvise between processes of the application is not trapped yet",
}
