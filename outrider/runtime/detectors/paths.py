"""Paths as detectors look at them."""

from outrider.model.event import Event
from outrider.runtime.detectors.programs import program_name

PROGRAM_DIRECTORIES = (
    "/bin/",
    "/sbin/",
    "/lib/",
    "/lib32/",
    "/lib64/",
    "/libx32/",
    "/usr/bin/",
    "/usr/sbin/",
    "/usr/lib/",
    "/usr/lib32/",
    "/usr/lib64/",
    "/usr/libx32/",
    "/usr/libexec/",
    "/usr/local/bin/",
    "/usr/local/sbin/",
    "/usr/local/lib/",
    "/usr/local/lib64/",
    "/usr/local/libexec/",
)
"""Where a system has its programs and libraries: who can write there decides what runs."""

TEMPORARY_DIRECTORIES = ("/tmp/", "/var/tmp/", "/dev/shm/", "/run/", "/var/run/", "/var/cache/")  # noqa: S108
"""Where files come and go by design."""

LONGEST_SHOWN = 160
"""Characters of a name in a sentence. Whoever is watched chooses it."""

_INSTALLERS = frozenset(
    {
        "apk",
        "apt",
        "apt-get",
        "dnf",
        "dpkg",
        "dpkg-deb",
        "dpkg-divert",
        "dpkg-statoverride",
        "ldconfig",
        "ldconfig.real",
        "microdnf",
        "pacman",
        "rpm",
        "rpmdb",
        "tdnf",
        "update-alternatives",
        "yum",
        "zypper",
    }
)


def is_installer(event: Event) -> bool:
    """Whether a package manager acts, or who it started: scripts of packages.

    Only one of the system's own directories is believed: anybody can call a program in /tmp dpkg.
    """
    return _installs(event.program) or any(_installs(above.program) for above in event.ancestors)


def _installs(program: str) -> bool:
    """Whether a program is a package manager."""
    return program_name(program) in _INSTALLERS and program.startswith(PROGRAM_DIRECTORIES)


def extension(path: str) -> str:
    """What comes after the last dot of the last name, lower case; nothing of `.bashrc`."""
    stem, dot, last = program_name(path).rpartition(".")
    return last.lower() if dot and stem else ""


def shown(text: str) -> str:
    """A path, a name or an argument as it is written in a sentence: not longer than a line."""
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…"
