"""A reverse shell that no socket gives away: on a terminal, through pipes, or by bash's own connection."""

from dataclasses import dataclass, field, replace

from outrider.model.detection import Confidence
from outrider.model.event import Event, Kind, Verdict
from outrider.model.finding import Severity
from outrider.runtime.detectors.command_lines import is_interactive, reads_commands, shell_arguments
from outrider.runtime.detectors.detector import SECOND, Detector, Hit, Scene
from outrider.runtime.detectors.memory import Memory, short
from outrider.runtime.detectors.programs import NETWORK_PIPES, command, fits, is_shell, program_name

TOGETHER = 10 * SECOND
"""Both sides of a pipe are started by one shell, one after the other."""
JUST_NOW = 60 * SECOND
"""Between a connect and the shell that it is for; scripts of intruders take milliseconds, people seconds."""


@dataclass(frozen=True, slots=True)
class _Told:
    """An event worth remembering."""

    time_ns: int
    seq: int
    name: str


@dataclass(frozen=True, slots=True)
class _State:
    """What came lately."""

    connected: Memory[int, _Told] = field(default_factory=Memory)
    """pid → its newest connect, with the program that made it."""
    pipes: Memory[int, _Told] = field(default_factory=Memory)
    """Parent → the newest program it started that joins input and output to a connection."""
    shells: Memory[int, _Told] = field(default_factory=Memory)
    """Parent → the newest shell it started that reads commands, not from a terminal."""


def _begin(_: Scene) -> _State:
    return _State()


def _step(state: _State, event: Event) -> tuple[_State, tuple[Hit, ...]]:
    """Three shapes."""
    if event.kind is Kind.CONNECT:
        return _after_connect(state, event), ()
    argv = shell_arguments(event)
    if argv is None:
        return _other_program(state, event)
    if not reads_commands(argv):
        return state, ()
    hits = _beside_a_pipe(event, state.pipes.get(event.ppid)) or _of_a_connected(state, event, argv)
    if "stdin:terminal" in event.traits:
        return state, hits
    return replace(state, shells=state.shells.plus(event.ppid, _told(event, event.target))), hits


def _after_connect(state: _State, event: Event) -> _State:
    """With a connect. Who connects all the time is not remembered all the time."""
    address, before = event.address, state.connected.get(event.pid)
    if address is None or address.protocol != "tcp" or event.verdict is Verdict.BLOCK:
        return state
    if before is not None and 0 <= event.time_ns - before.time_ns < SECOND:
        return state
    return replace(state, connected=state.connected.plus(event.pid, _told(event, event.program)))


def _other_program(state: _State, event: Event) -> tuple[_State, tuple[Hit, ...]]:
    """The other side of a pipe; or a command that a connected shell carries out for its peer."""
    name, *arguments = command(event)
    if name in NETWORK_PIPES and _talks(name, arguments):
        after = replace(state, pipes=state.pipes.plus(event.ppid, _told(event, name)))
        return after, _beside_a_pipe(event, state.shells.get(event.ppid))
    if not {"stdout:socket", "stderr:socket"} <= set(event.traits) or not is_shell(event.program):
        return state, ()
    for pid in (event.pid, event.ppid):
        connect = state.connected.get(pid)
        if connect is not None and is_shell(connect.name):
            what = f"a shell that had connected out ran {fits(name)} with both its outputs on a socket"
            return state, (Hit(event=event, what=what, earlier=(connect.seq,)),)
    return state, ()


def _talks(name: str, arguments: list[str]) -> bool:
    """Whether it carries data: `nc -z` only knocks, openssl mostly does sums."""
    if name == "openssl":
        return arguments[:1] == ["s_client"]
    return not any(word.startswith("-") and "z" in word for word in arguments)


def _beside_a_pipe(event: Event, other: _Told | None) -> tuple[Hit, ...]:
    """A shell and a network tool, started one after the other by one parent."""
    if other is None or not 0 <= event.time_ns - other.time_ns <= TOGETHER:
        return ()
    what = f"{fits(command(event)[0])} and {fits(other.name)} were started side by side"
    return (Hit(event=event, what=what, earlier=(other.seq,)),)


def _of_a_connected(state: _State, event: Event, argv: tuple[str, ...]) -> tuple[Hit, ...]:
    """A shell for a person, started by a program that has just connected out and is not a shell itself."""
    if not (is_interactive(argv) or "stdin:terminal" in event.traits) or is_shell(event.program):
        return ()
    for pid in (event.pid, event.ppid):
        connect = state.connected.get(pid)
        if connect is not None and 0 <= event.time_ns - connect.time_ns <= JUST_NOW:
            by = fits(program_name(event.program))
            what = f"{by} connected out, then started an interactive {fits(argv[0])}"
            return (Hit(event=event, what=what, earlier=(connect.seq,)),)
    return ()


def _told(event: Event, name: str) -> _Told:
    return _Told(event.time_ns, event.seq, short(program_name(name)))


DETECTOR = Detector(
    id="reverse-shell-by-shape",
    title="A shell with its strings held from afar",
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    attack=("T1059.004", "T1071"),
    falco=("Redirect STDOUT/STDIN to Network Connection in Container", "Run shell untrusted"),
    guardduty=("Execution/ReverseShell", "Execution/SuspiciousShellCreated"),
    explanation=(
        "A reverse shell need not have a socket for its input. A network tool and a shell are joined by a "
        "FIFO; a program connects out and starts a shell on a pseudo-terminal; or bash connects by itself "
        "and sends what its commands print back."
    ),
    false_positives=(
        "Programs that connect somewhere and then give a person a shell, as build agents with a web "
        "terminal do. Waiting for a port with nc -z or /dev/tcp, and shells with a command, are passed "
        "over."
    ),
    advice=(
        "Take the task out of service and keep its flight record. The connect in the evidence has the peer:"
        " look for it in the whole account, and turn every credential the task could read."
    ),
    kinds=frozenset({Kind.EXEC, Kind.CONNECT}),
    begin=_begin,
    step=_step,
)
