"""Tricks known to do what they should not, each with the reason: the suite prints OPEN and counts them."""

_XATTR = "setxattr and its kin are not trapped: capabilities on a file count for who runs it unsupervised"

KNOWN_OPEN: dict[str, str] = {
    "file-capabilities": _XATTR,
    "file-capabilities-at": _XATTR,
    "file-capabilities-by-fd": _XATTR,
    "kernel-clock": "settimeofday and clock_settime are trapped, adjtimex and clock_adjtime are not",
    "kernel-device-node": "mknod judges the name only, whatever device it is; the device cgroup decides then",
}
