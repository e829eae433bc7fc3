"""Programs that detectors know by name."""

SHELLS = frozenset(
    {"ash", "bash", "busybox", "csh", "dash", "fish", "ksh", "ksh93", "mksh", "rbash", "sh", "tcsh", "zsh"}
)
"""What reads commands of people. busybox is one of many names it has: what it is is in its arguments."""


def program_name(path: str) -> str:
    """Last name of a path."""
    return path.rsplit("/", 1)[-1]


def is_shell(path: str) -> bool:
    """Whether a path is that of a shell, by its name."""
    return program_name(path) in SHELLS
