"""A web server or a database starts a shell, or an application server tools that tell where one is."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from outrider.model.detection import Confidence
from outrider.model.event import Event, Kind
from outrider.model.finding import Severity
from outrider.runtime.detectors.command_lines import shell_arguments, shell_code
from outrider.runtime.detectors.detector import SECOND, Detector, Hit, Scene
from outrider.runtime.detectors.lineage import known_starts
from outrider.runtime.detectors.memory import Memory
from outrider.runtime.detectors.programs import (
    DATABASES,
    WEB_SERVERS,
    command,
    fits,
    is_one_of,
    program_name,
)
from outrider.runtime.detectors.servers import Server, Servers

WINDOW = 60 * SECOND
"""In which a visitor looks around with three different tools."""
ENOUGH = 3

_LOOKS_AROUND = frozenset(
    {
        "arp", "crontab", "df", "env", "getcap", "getent", "groups", "hostname", "hostnamectl", "ifconfig",
        "ip", "last", "lsblk", "lscpu", "lsof", "mount", "netstat", "nproc", "printenv", "ps", "pwd",
        "route", "ss", "uname", "uptime", "w", "who",
    }
)  # fmt: skip
"""Each may be a service's own question; three of them within a minute are a person's."""
_MAILERS = (
    "/usr/sbin/sendmail",
    "/usr/lib/sendmail",
    "sendmail",
    "/usr/bin/msmtp",
    "msmtp",
    "exec rotatelogs",
    "locale -a",
)
"""What PHP's mail(), Apache's piped logs and PostgreSQL's list of collations have a shell start."""


@dataclass(frozen=True, slots=True)
class _State:
    """The model's (program, what it starts); servers; server → (name, time, number) of what looked."""

    known: frozenset[tuple[str, str]]
    servers: Servers = field(default_factory=Servers)
    looked: Memory[int, tuple[tuple[str, int, int], ...]] = field(default_factory=Memory)


def _begin(scene: Scene) -> _State:
    return _State(known_starts(scene))


def _step(state: _State, event: Event) -> tuple[_State, tuple[Hit, ...]]:
    """Learn who serves; look at what servers start."""
    if event.kind is Kind.BIND:
        servers = state.servers.after(event)
        return (state if servers is state.servers else replace(state, servers=servers)), ()
    words = command(event)
    argv = shell_arguments(event)
    if argv is not None and _is_web_shell(state, event, argv):
        code = shell_code(argv)
        what = f"the server {fits(program_name(event.program))} started {fits(words[0])}"
        return state, (Hit(event=event, what=what, facts={"command": fits(code or " ".join(argv), 1024)}),)
    told = _tells_who_one_is(words)
    if not told and words[0] not in _LOOKS_AROUND:
        return state, ()
    server = state.servers.above(event)
    if server is None or (program_name(event.program), words[0]) in state.known:
        return state, ()
    if told:
        return state, (_hit(event, server, f'"{fits(" ".join(words))}"', ()),)
    return _looked(state, event, server, words[0])


def _is_web_shell(state: _State, event: Event, argv: Sequence[str]) -> bool:
    """A shell directly below such a server; not one that sends a mail, nor one that was always started."""
    if not is_one_of(event.program, WEB_SERVERS | DATABASES):
        return False
    if (program_name(event.program), program_name(event.target)) in state.known:
        return False
    return not (shell_code(argv) or "").startswith(_MAILERS)


def _tells_who_one_is(words: Sequence[str]) -> bool:
    """Commands that nearly every intruder begins with, as nearly no service does."""
    name, *arguments = words
    if name == "cat":
        return any(
            word in ("/etc/passwd", "/etc/shadow", "/etc/group", "/proc/version") for word in arguments
        )
    return name == "whoami" or (name == "id" and not arguments) or (name == "uname" and arguments == ["-a"])


def _looked(state: _State, event: Event, server: Server, name: str) -> tuple[_State, tuple[Hit, ...]]:
    """Count different tools below one server within the window."""
    earlier = [
        one
        for one in state.looked.get(server.pid) or ()
        if 0 <= event.time_ns - one[1] <= WINDOW and one[0] != name
    ]
    if len(earlier) + 1 < ENOUGH:
        looked = (*earlier, (name, event.time_ns, event.seq))
        return replace(state, looked=state.looked.plus(server.pid, looked)), ()
    names = ", ".join(sorted({name, *(one[0] for one in earlier)}))
    after = replace(state, looked=state.looked.plus(server.pid, ()))
    return after, (_hit(event, server, names, tuple(one[2] for one in earlier)),)


def _hit(event: Event, server: Server, tools: str, earlier: tuple[int, ...]) -> Hit:
    """Below an application server it is less sure than below nginx: people's code runs there."""
    listening = () if server.seq is None else (server.seq,)
    return Hit(
        event=event,
        what=f"somebody looked around from the server {fits(server.name)}: {tools}",
        earlier=(*listening, *earlier),
    )


DETECTOR = Detector(
    id="web-shell",
    title="A shell, or a look around, from a server",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    attack=("T1505.003", "T1190", "T1082", "T1033"),
    falco=("Run shell untrusted", "Basic Interactive Reconnaissance", "DB program spawned process"),
    guardduty=("Execution/SuspiciousShellCreated", "Discovery/SuspiciousCommand"),
    explanation=(
        "nginx, php-fpm and postgres answer requests; a shell below them is mostly a visitor's. Application"
        " servers in Python, Node or Java may start shells for their work, but whoami, a bare id, uname -a "
        "or /etc/passwd, or three such tools within a minute, are what a person types who has just got in."
    ),
    false_positives=(
        "PHP that converts pictures through a shell: a container whose model has that start is passed over,"
        " and so is mail. Build servers and notebooks run what their users type."
    ),
    advice=(
        "Look into the access log for the request at this second: its path is the hole, or the web shell. "
        "See which files were written below the web root before."
    ),
    kinds=frozenset({Kind.EXEC, Kind.BIND}),
    begin=_begin,
    step=_step,
)
