"""Data is packed, and then carried away."""

import re
from dataclasses import dataclass, replace

from outrider.model.behaviour import Behaviour
from outrider.model.detection import Confidence
from outrider.model.event import Event, Kind
from outrider.model.finding import Severity
from outrider.runtime.detectors.detector import SECOND, Detector, Hit, Scene
from outrider.runtime.detectors.known import is_known
from outrider.runtime.detectors.networks import Place, place_of
from outrider.runtime.detectors.paths import is_installer, shown
from outrider.runtime.detectors.programs import is_shell, program_name
from outrider.runtime.detectors.tools import is_interpreter, is_transfer_tool

SPAN_NS = 600 * SECOND
"""How long after the packing an upload belongs to it: a large directory takes its time."""
PIPE_NS = 2 * SECOND
"""How long before the packing the upload may have been started, where one writes to the other."""
MOST_COMMANDS = 16
"""Packings that are remembered, and uploads."""
MOST_WORDS = 16
"""Names of files of one packing that are remembered."""

_PACKERS = frozenset(
    {
        "7z", "7za", "7zr", "bsdtar", "bzip2", "cpio", "gzip", "mysqldump", "mariadb-dump", "pg_dump",
        "pg_dumpall", "rar", "tar", "xz", "zip", "zstd",
    }
)  # fmt: skip
_TAR_PACKS = re.compile(r"(?:-?(?!.*[xt])[A-Za-z]*[cru][A-Za-z]*|--(?:create|append|update).*)$")
_UNPACKS = re.compile(r"(?:-[a-z]*[dlt][a-z]*[0-9]?|--(?:decompress|uncompress|list|test).*)$")
_FILE_OPTION = re.compile(r"(?:-T.*|--(?:upload|post|body)-file(?:=.*)?)$")
"""Options of curl and wget that send a file."""

_VALUE_OPTION = re.compile(r"(?:-[dF]|--(?:data|data-binary|data-urlencode|form))(?:=|$|(?=.*@))")
"""Options of curl that send what they are given, and a file where that has `@` before its name."""

_CARRIERS = frozenset(
    {"ftp", "lftp", "nc", "nc.openbsd", "nc.traditional", "ncat", "rclone", "rsync", "scp", "sftp", "tftp"}
)
"""What carries files without an option for it."""


@dataclass(frozen=True, slots=True)
class Command:
    """A packing, or an upload that may be one half of a pipe."""

    time_ns: int
    seq: int
    name: str
    files: frozenset[str]
    """What its command line names, as paths."""
    shells: frozenset[int]
    """Processes of the shells that it was started by, its parent and the one above."""


@dataclass(frozen=True, slots=True)
class State:
    """What is known, and what was started; the newest last."""

    known: frozenset[Behaviour]
    packed: tuple[Command, ...] = ()
    sent: tuple[Command, ...] = ()
    """Uploads that no packing was known for: in a pipe either half may start first."""


def begin(scene: Scene) -> State:
    """What is known of the container."""
    return State(scene.known)


def step(state: State, event: Event) -> tuple[State, tuple[Hit, ...]]:
    """A packing looks for its pipe's other end and is remembered; an upload looks for a packing."""
    if event.kind is Kind.EXEC and packs(event.target, event.argv):
        here = _command(event)
        other = next((one for one in reversed(state.sent) if _is_pipe(one, here)), None)
        state = replace(state, packed=(*_fresh(state.packed, event), here)[-MOST_COMMANDS:])
        return state, (_hit(event, here, other, ""),) if other and not is_installer(event) else ()
    upload = event.kind is Kind.EXEC and uploads(event.target, event.argv)
    if not upload and not (state.packed and _connects_outside(event)):
        return state, ()
    here = _command(event)
    one = next((one for one in reversed(_fresh(state.packed, event)) if _belong(one, here)), None)
    if one is None:
        kept = (*_fresh(state.sent, event), here)[-MOST_COMMANDS:] if upload else state.sent
        return replace(state, sent=kept), ()
    if is_known(state.known, event) or is_installer(event):
        return state, ()
    where = event.address.host if event.address and not upload else ""
    packed = tuple(old for old in state.packed if old != one)
    return replace(state, packed=packed), (_hit(event, one, here, where),)


def _hit(event: Event, packed: Command, sent: Command, where: str) -> Hit:
    """The two together."""
    how = f"a connection of {shown(sent.name)} to {where}" if where else f"an upload by {shown(sent.name)}"
    both = bool(packed.files & sent.files) and not packed.shells.isdisjoint(sent.shells)
    return Hit(
        event=event,
        what=f"data was packed by {packed.name}, and there was {how}",
        earlier=(packed.seq, sent.seq),
        confidence=Confidence.HIGH if both else None,
        severity=Severity.MEDIUM if where else None,
        facts={"packed": packed.name, "carried": shown(sent.name)},
    )


def packs(program: str, argv: tuple[str, ...]) -> bool:
    """Whether a command line makes an archive, rather than unpacks or lists one."""
    name = program_name(program)
    if name == "busybox" and argv:
        name = program_name(argv[0])
    if name not in _PACKERS:
        return False
    words = argv[1:]
    if name in ("tar", "bsdtar"):
        return any(_TAR_PACKS.match(word) for word in words[:1]) or any(
            word.startswith("-") and _TAR_PACKS.match(word) for word in words[1:4]
        )
    if name in ("7z", "7za", "7zr", "rar"):
        return words[:1] == ("a",)
    return not any(_UNPACKS.match(word) for word in words)


def uploads(program: str, argv: tuple[str, ...]) -> bool:
    """Whether a command line sends a file away."""
    name = program_name(program)
    if name in _CARRIERS:
        return True
    words = argv[1:]
    if name == "aws":
        return (words[:1] == ("s3",) and "cp" in words) or "put-object" in words or "sync" in words
    if name not in ("curl", "wget", "http"):
        return False
    pairs = zip(words, (*words[1:], "") if words else (), strict=True)
    return any(
        _FILE_OPTION.match(word) or (_VALUE_OPTION.match(word) and "@" in word + value[:64])
        for word, value in pairs
    )


def _connects_outside(event: Event) -> bool:
    """Whether a tool, or an interpreter, connects to somebody outside."""
    address = event.address
    if address is None or address.protocol == "udp" or place_of(address.host) is not Place.OUTSIDE:
        return False
    return is_transfer_tool(event.program) or is_interpreter(event.program)


def _command(event: Event) -> Command:
    """What is started, or connects."""
    name = program_name(event.target if event.kind is Kind.EXEC else event.program) or "a program"
    own = frozenset({event.pid}) if is_shell(event.program) or event.kind is not Kind.EXEC else frozenset()
    shells = own.union(above.pid for above in event.ancestors[:2] if is_shell(above.program))
    return Command(event.time_ns, event.seq, name, _files(event), shells)


def _belong(packed: Command, sent: Command) -> bool:
    """Whether the file that is sent was packed, or the same shell started both."""
    return bool(packed.files & sent.files) or not packed.shells.isdisjoint(sent.shells)


def _is_pipe(sent: Command, packed: Command) -> bool:
    """Whether the same shell started both at once."""
    return 0 <= packed.time_ns - sent.time_ns < PIPE_NS and not packed.shells.isdisjoint(sent.shells)


def _fresh(commands: tuple[Command, ...], event: Event) -> tuple[Command, ...]:
    """Those that are not too long ago."""
    return tuple(one for one in commands if 0 <= event.time_ns - one.time_ns < SPAN_NS)


def _files(event: Event) -> frozenset[str]:
    """Paths on a command line: of `--file=/tmp/a`, `@/tmp/a` and `f=@/tmp/a` what comes after."""
    words = (re.split(r"[=@]", word)[-1] for word in event.argv[1:] if "://" not in word)
    found = [word[-200:] for word in words if "." in word or "/" in word]
    return frozenset(word for word in found[:MOST_WORDS] if len(word) > 2 and not word.startswith("-"))


DETECTOR = Detector(
    id="archive-and-upload",
    title="Data is packed and then carried away",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    attack=("T1560.001", "T1048", "T1567"),
    falco=(
        "Launch Remote File Copy Tools in Container",
        "Exfiltrating Artifacts via Kubernetes Control Plane",
    ),
    guardduty=("Execution/SuspiciousCommand",),
    explanation=(
        "Thieves pack what they found, tar or a dump of the database, and send the file with curl, scp or "
        "netcat. The two belong together where the same file is named, or the same shell started both. A "
        "connection outside after a packing, by a tool or an interpreter, is told as less bad."
    ),
    false_positives=(
        "Backups do the same for their owner. Done the same way each time by the same program, the "
        "connection is in the model, and a rule for the tool makes it silent."
    ),
    advice=(
        "The destination is in the flight record: see whose it is, and by the size of the connection in VPC"
        " flow logs how much was taken. What was packed is on the command line."
    ),
    kinds=frozenset({Kind.EXEC, Kind.CONNECT}),
    begin=begin,
    step=step,
)
