"""A server starts an interpreter with a program in its arguments."""

import re
from dataclasses import dataclass, field, replace

from outrider.model.detection import Confidence
from outrider.model.event import Event, Kind
from outrider.model.finding import Severity
from outrider.runtime.detectors.command_lines import (
    interpreter_arguments,
    interpreter_code,
    shell_arguments,
    shell_code,
)
from outrider.runtime.detectors.detector import Detector, Hit, Scene
from outrider.runtime.detectors.lineage import known_starts
from outrider.runtime.detectors.programs import fits, plain_name, program_name
from outrider.runtime.detectors.servers import Server, Servers

LONG = 1000
"""Characters of a command no programmer writes into a call, and loaders in hex or base64 always have."""

_OWN_WORKERS = re.compile(
    r"from (?:multiprocess(?:ing)?|joblib\.externals\.loky\.backend)\.\w+ import \w+; ?\w+\([^;\n]*\)"
    r"|import sys; ?print\([^;()\n]*\)"
)
"""How Python's multiprocessing starts its own; and how tools ask an interpreter for its version or paths."""
_PAYLOAD = re.compile(
    r"/dev/(?:tcp|udp)/|base64\s+(?:-d|-D|--decode)|b64decode|frombase64|unpack\s*\(?['\"]H\*|\bexec\s*\(|\beval\s*\("
    r"|socket\.|IO::Socket|TCPSocket|fsockopen|urllib|urlopen|pty\.spawn|net\.connect|child_process|os\.system"
    r"|subprocess|fromhex|\\x[0-9a-f]{2}\\x|\$\{?IFS|mkfifo|\bnc\s+-|\bncat\s|(?:curl|wget)\s[^|]*\|\s*\w*sh\b|file_get_contents"
)
_ENCODED = re.compile(r"[A-Za-z0-9+/]{200,}={0,2}")


@dataclass(frozen=True, slots=True)
class _State:
    """(program, program it was seen to start) of the model; the servers."""

    known: frozenset[tuple[str, str]]
    servers: Servers = field(default_factory=Servers)


def _begin(scene: Scene) -> _State:
    return _State(known_starts(scene))


def _step(state: _State, event: Event) -> tuple[_State, tuple[Hit, ...]]:
    """Learn who serves; look at what servers start."""
    if event.kind is Kind.BIND:
        servers = state.servers.after(event)
        return (state if servers is state.servers else replace(state, servers=servers)), ()
    code, is_shell_code = _code(event)
    if code is None or _OWN_WORKERS.fullmatch(code):
        return state, ()
    payload = _has_payload(code)
    if is_shell_code and not payload:
        return state, ()  # servers of all kinds start `sh -c 'convert a.png b.jpg'`
    if not payload and (program_name(event.program), program_name(event.target)) in state.known:
        return state, ()
    server = state.servers.above(event)
    return state, () if server is None else (_hit(event, server, code, payload),)


def _code(event: Event) -> tuple[str | None, bool]:
    """The program in the arguments, and whether it is a shell's."""
    argv = shell_arguments(event)
    if argv is not None:
        return shell_code(argv), True
    words = interpreter_arguments(event)
    return (None if words is None else interpreter_code(plain_name(event.target), words)), False


def _has_payload(code: str) -> bool:
    """Whether it connects, decodes, starts programs, or is as long as only machines write."""
    return len(code) > LONG or bool(_PAYLOAD.search(code[:8192]) or _ENCODED.search(code[:8192]))


def _hit(event: Event, server: Server, code: str, payload: bool) -> Hit:
    """Surer with a payload."""
    tool = fits(program_name(event.target))
    return Hit(
        event=event,
        what=f'the server {fits(server.name)} started {tool} with a program for an argument: "{fits(code)}"',
        earlier=() if server.seq is None else (server.seq,),
        facts={"code": fits(code, 2048)},
        severity=Severity.CRITICAL if payload else None,
        confidence=Confidence.HIGH if payload else None,
    )


DETECTOR = Detector(
    id="interpreter-one-liner",
    title="A one-line program started by a server",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    attack=("T1059", "T1059.004", "T1059.006", "T1190"),
    falco=("Run shell untrusted",),
    guardduty=("Execution/SuspiciousCommand",),
    explanation=(
        "python -c, perl -e, node -e, php -r, ruby -e: what gets in through a hole in a server has no file "
        "to run and brings its program in the arguments. With a connection, a decoder or great length in "
        "it, it is no programmer's. Shell commands of servers count only with such a payload."
    ),
    false_positives=(
        "Servers that start helpers so by design; Python's own worker processes are known and passed over. "
        "Notebooks and build servers run what their users type."
    ),
    advice=(
        "Read the program: it is in the event. Then look for the request that came in just before, and "
        "close the hole. A helper by design is better a file in the image."
    ),
    kinds=frozenset({Kind.EXEC, Kind.BIND}),
    begin=_begin,
    step=_step,
)
