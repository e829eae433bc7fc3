"""Paths that were seen → patterns: what varies from run to run becomes `*` or `?`, each for a reason."""

import re
from dataclasses import dataclass

from outrider.model.pattern import quote


@dataclass(frozen=True, slots=True)
class Generalisation:
    """One thing that varies in paths."""

    name: str
    found: re.Pattern[str]
    """In the path, quoted as a pattern."""
    replacement: str
    reason: str


_ALONE = r"(?<![0-9A-Za-z]){}(?![0-9A-Za-z])"
"""A word of its own, not part of a longer one."""

GENERALISATIONS = (
    Generalisation(
        "process",
        re.compile(r"^/proc/[0-9]+(?=/|$)"),
        "/proc/*",
        "process numbers are given in order of starting",
    ),
    Generalisation(
        "thread",
        re.compile(r"(?<=/task/)[0-9]+(?=/|$)"),
        "*",
        "thread numbers are given in order of starting",
    ),
    Generalisation(
        "terminal",
        re.compile(r"^/dev/pts/[0-9]+$"),
        "/dev/pts/*",
        "pseudo terminals are numbered as they are opened",
    ),
    Generalisation(
        "temporary directory",
        re.compile(r"^(/tmp|/var/tmp|/dev/shm)/[^/]+"),
        r"\1/*",
        "names in the directories for temporary files are made up by whoever writes there",
    ),
    Generalisation(
        "Python's temporary name",
        re.compile(r"(?<=/)tmp[a-z0-9_]{8}(?=$|[/.])"),
        "tmp????????",
        "the tempfile module makes eight random characters",
    ),
    Generalisation(
        "mktemp's temporary name",
        re.compile(r"(?<=/)tmp\.[A-Za-z0-9]{6,12}(?=$|/)"),
        "tmp.*",
        "mktemp(1) makes ten random characters by default",
    ),
    Generalisation(
        "sed's temporary name",
        re.compile(r"(?<=/)sed[A-Za-z0-9]{6}$"),
        "sed??????",
        "sed -i writes beside the file it edits, under a random name",
    ),
    Generalisation(
        "autobound socket",
        re.compile(r"^@[0-9a-f]{5}$"),
        "@?????",
        "the kernel names an abstract socket by five hexadecimal digits, unix(7)",
    ),
    Generalisation(
        "uuid",
        re.compile(
            _ALONE.format(r"[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}")
        ),
        "*",
        "a UUID is never made twice",
    ),
    Generalisation(
        "hash",
        re.compile(_ALONE.format(r"(?=[0-9A-Fa-f]*[0-9])[0-9A-Fa-f]{16,}")),
        "*",
        "sixteen or more hexadecimal digits, not all letters, are a digest or an identifier, not a word",
    ),
    Generalisation(
        "date",
        re.compile(_ALONE.format(r"[12][0-9]{3}-[01][0-9]-[0-3][0-9]")),
        "????-??-??",
        "a file of the day has another name tomorrow",
    ),
    Generalisation(
        "number for a name",
        re.compile(r"(?<=/)[0-9]+(?=/|$)"),
        "*",
        "a name of figures alone is an index, a process or a time",
    ),
    Generalisation(
        "number in a name",
        re.compile(r"(?<=[._-])[0-9]+(?=[._-][^/]*$|$)"),
        "*",
        "counters, dates and process numbers in the last name: log.1, worker-3.sock, dump_20261124.sql",
    ),
)
"""All that is generalised, in this order. It is for what is written and for names of sockets only:
a program that may be started is never a pattern, nor is the one that starts it."""

_STARS = re.compile(r"(?<!\\)((?:\\\\)*)\*{2,}")


def path_pattern(path: str) -> str:
    """Return a pattern that matches `path` and its like; never one that reaches into directories (`**`)."""
    pattern = quote(path)
    for generalisation in GENERALISATIONS:
        pattern = generalisation.found.sub(generalisation.replacement, pattern)
    return _STARS.sub(r"\1*", pattern)
