"""Paths and host names that were seen → patterns: what varies from run to run becomes `*` or `?`, each for a
reason."""

import re
from collections.abc import Iterable
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

_RANDOM = r"(?![A-Z]?[a-z]{5,6}$|[A-Z]{6}$|[0-9]{6}$)[A-Za-z0-9]{6}"
"""Six characters that are no word: neither all small, nor all large, nor a name's, nor figures. Of those that
mkstemp makes, 98 in 100; and one that is recognised makes the pattern that matches them all."""

TEMPORARY = "temporary directory"
"""Name of the one generalisation that code does not get: a rule for what one knows not may not run."""

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
        TEMPORARY,
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
        "mktemp's name by a template",
        re.compile(r"(?<=[^/]\.)(?![a-z]+(?:/|$))(?![A-Z]+(?:/|$))(?![0-9]+(?:/|$))[A-Za-z0-9]{10}(?=$|/)"),
        "??????????",
        "mktemp(1) is mostly given name.XXXXXXXXXX; ten letters and figures mixed are no word of anybody's",
    ),
    Generalisation(
        "APR's temporary name",
        re.compile(r"(?<=\.pid\.)[A-Za-z0-9]{6}$"),
        "??????",
        "Apache writes its pid file beside it, under six random characters, and renames it",
    ),
    Generalisation(
        "BIND's temporary name",
        re.compile(r"(?<=/)tmp-[A-Za-z0-9]{10}$"),
        "tmp-??????????",
        "named writes a zone beside its file under ten random characters",
    ),
    Generalisation(
        "git's temporary name",
        re.compile(r"(?<=/)(tmp_(?:obj|pack|idx|rev)_|tmp_objdir-incoming-)[A-Za-z0-9]{6}(?=/|$)"),
        r"\1??????",
        "git writes under six random characters, and in such a directory while a push is not yet accepted",
    ),
    Generalisation(
        "git's object directory",
        re.compile(r"(?<=/)[0-9a-f]{2}(?=/tmp_obj_)"),
        "??",
        "objects lie in 256 directories, named by the first two digits of their hash",
    ),
    Generalisation(
        "binutils' temporary name",
        re.compile(rf"(?<=/st){_RANDOM}$"),
        "??????",
        "ar, strip and objcopy write beside the file they change, as st and six random characters",
    ),
    Generalisation(
        "mkstemp's six characters",
        re.compile(rf"(?<=[._-]){_RANDOM}$"),
        "??????",
        "mkstemp(3) puts six random characters at the end: git's tmp_pack_, loggers, editors",
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
        "identifier of capitals",
        re.compile(_ALONE.format(r"(?=[0-9A-Z]*[0-9])[0-9A-Z]{20,}")),
        "*",
        "twenty or more capitals and figures are a ULID or a number in base 32 or 36: blocks of Prometheus, "
        "queues of RabbitMQ",
    ),
    Generalisation(
        "Postfix's queue id",
        re.compile(
            r"(?<=/)(incoming|active|deferred|defer|bounce|hold|corrupt|trace)/(?:[0-9A-F]{6,15}|[0-9]+\.[0-9]+)$"
        ),
        r"\1/*",
        "a mail in the queue is a file named by time and inode, in hexadecimal",
    ),
    Generalisation(
        "moment",
        re.compile(
            _ALONE.format(
                r"[12][0-9]{3}-?[01][0-9]-?[0-3][0-9]T[0-2][0-9](?:[-:]?[0-5][0-9]){2}(?:\.[0-9]+)?Z?"
            )
        ),
        "*",
        "a file of this second has another name in the next",
    ),
    Generalisation(
        "spread directories",
        re.compile(r"(?<=/)[0-9a-f]{2}(?=/([0-9a-f]{2}/|\*|[0-9a-f]{30,}))"),
        "??",
        "caches and object stores spread their files over 256 directories, named by two hexadecimal digits",
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
        "number before a suffix",
        re.compile(r"(?<=/)[0-9]+(?=\.[A-Za-z][^/]*$)"),
        "*",
        "segments of stores and logs are counted: RabbitMQ's 2.rdq comes after 1.rdq",
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

NAME_GENERALISATIONS = (
    Generalisation(
        "private name of an instance",
        re.compile(r"^ip-[0-9]+-[0-9]+-[0-9]+-[0-9]+(?=\.([a-z0-9-]+\.compute|ec2)\.internal$)"),
        "ip-*",
        "the network's own names for its addresses: a peer has another one after each deployment",
    ),
    Generalisation(
        "node of a cache",
        re.compile(r"^([a-z][a-z0-9-]*?-)[0-9]{3,4}(-[0-9]{3})?(?=\.[a-z0-9.-]+\.cache\.amazonaws\.com$)"),
        r"\1*",
        "ElastiCache numbers its shards and nodes; scaling and failover bring others. What follows is the "
        "cluster's own",
    ),
    Generalisation(
        "instance of a database cluster",
        re.compile(r"^[a-z][a-z0-9-]*(?=\.c[a-z0-9]{11}\.[a-z0-9-]+\.rds\.amazonaws\.com$)"),
        "*",
        "Aurora adds readers under names it makes; the twelve characters after it are those of one account "
        "in one region",
    ),
    Generalisation(
        "broker",
        re.compile(r"^b-[0-9]+(?=\.[a-z0-9-]+\.[a-z0-9]+\.c[0-9]+\.kafka\.[a-z0-9-]+\.amazonaws\.com$)"),
        "b-*",
        "MSK numbers its brokers; the cluster's own names follow",
    ),
    Generalisation(
        "cell",
        re.compile(r"^((?:query|ingest)-cell)[0-9]+(?=\.timestream\.[a-z0-9-]+\.amazonaws\.com$)"),
        r"\1*",
        "Timestream tells clients which of its cells to use, another one from time to time",
    ),
    Generalisation(
        "zone of an endpoint",
        re.compile(
            r"^(vpce-[0-9a-f]{17}-[a-z0-9]{8})-[a-z]{2,3}(-[a-z]+)+-[0-9][a-z](?=\.[a-z0-9.-]+\.vpce\.amazonaws\.com$)"
        ),
        r"\1*",
        "an interface endpoint has a name for each zone; its own id stays",
    ),
    Generalisation(
        "zone of a directory bucket",
        re.compile(r"(?<=\.)s3express-[a-z0-9]+-az[0-9]+(?=\.[a-z0-9-]+\.amazonaws\.com$)"),
        "s3express-*",
        "the endpoint is that of the zone; the bucket's own name, before it, stays",
    ),
)
"""What varies in host names of AWS, by name first: addresses are seen where there is no name. The names of
buckets, queues' accounts and APIs stay: `*.s3.eu-west-1.amazonaws.com` would let data go to anybody's
bucket."""

CODE_ROOTS = {
    "/var/task": "the function's code: its fingerprint is that of the model, and nobody can write there",
    "/opt": "layers: read-only, and they come with the deployment",
    "/var/lang": "the language: read-only, of the platform, another file with each of its updates",
    "/var/runtime": "the runtime client: as the language",
    "/usr": "the system: read-only, of the platform; versions are in the names of libraries",
    "/lib": "the system, in images where it is not below /usr",
    "/lib64": "the same",
}
"""Where a function's code comes from → why all of it is one pattern. None of it can be written, so the name
of a file there says nothing about an attack, and there are hundreds."""

_STARS = re.compile(r"(?<!\\)((?:\\\\)*)\*{2,}")


def path_pattern(path: str) -> str:
    """Return a pattern that matches `path` and its like; never one that reaches into directories (`**`)."""
    return _pattern(path, GENERALISATIONS)


def name_pattern(name: str) -> str:
    """Return a pattern that matches the host `name` and its like: only what AWS makes up is replaced."""
    for generalisation in NAME_GENERALISATIONS:
        name = generalisation.found.sub(generalisation.replacement, name)
    return name


def _pattern(path: str, generalisations: Iterable[Generalisation]) -> str:
    """A path with these generalisations."""
    pattern = quote(path)
    for generalisation in generalisations:
        pattern = generalisation.found.sub(generalisation.replacement, pattern)
    return _STARS.sub(r"\1*", pattern)


def code_pattern(target: str) -> str:
    """Return a pattern for code that was loaded: all of a read-only root, else the file or what it is called.

    In directories that can be written, code is generalised less than data: of /tmp/a.so, not all of /tmp.
    """
    if not target.startswith("/"):
        return quote(target)  # [anonymous], pickle:module.name
    for root in CODE_ROOTS:
        if target.startswith(f"{root}/"):
            return f"{root}/**"
    return library_pattern(target)


def library_pattern(target: str) -> str:
    """Return a pattern for a library in a container: the file, as an image is scanned for it; in /tmp too."""
    return _pattern(target, [one for one in GENERALISATIONS if one.name != TEMPORARY])
