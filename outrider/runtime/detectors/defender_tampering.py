"""Acts that are aimed at the defender itself."""

from collections.abc import Set

from outrider.model.behaviour import Behaviour
from outrider.model.detection import Confidence
from outrider.model.event import Event, Kind, Verdict
from outrider.model.finding import Severity
from outrider.runtime.detectors.detector import Detector, Hit, Scene, is_expected
from outrider.runtime.detectors.known import is_known
from outrider.runtime.detectors.lineage import is_entry, is_launcher
from outrider.runtime.detectors.programs import command, fits, program_name

VOLUME = "/outrider"
"""Where the defender's volume is mounted, unless the launcher was told otherwise."""

_KILLERS = frozenset({"kill", "killall", "killall5", "pkill", "skill"})
_CHANGERS = frozenset(
    {"chmod", "chown", "cp", "dd", "ln", "mv", "rm", "shred", "tee", "truncate", "umount", "unlink"}
)
_SIGNALS = frozenset(
    {"fcntl", "ioctl", "kill", "pidfd_send_signal", "ptrace", "rt_sigqueueinfo", "tgkill", "tkill"}
)


_State = tuple[str, Set[Behaviour]]
"""The volume's directory, as the launcher's command line has it; what the container is known for."""


def _begin(scene: Scene) -> _State:
    return VOLUME, scene.known


def _step(state: _State, event: Event) -> tuple[_State, tuple[Hit, ...]]:
    volume, known = state
    if event.kind is Kind.EXEC and is_entry(event):
        return (_volume(event.cmdline), known), ()
    hit = _hit(volume, known, event)
    if hit is None or (is_launcher(event.program) and event.program.startswith(f"{volume}/")):
        return state, ()
    return state, (hit,)


def _hit(volume: str, known: Set[Behaviour], event: Event) -> Hit | None:
    if event.kind is Kind.SYSCALL and event.target == "seccomp_listener":
        return None if is_expected(event) or is_known(known, event) else _rival(event)
    what = _what(volume, event)
    return None if what is None else Hit(event=event, what=what)


def _rival(event: Event) -> Hit:
    """There can be one listener. Sandboxes and container engines want it for their own ends."""
    what = f"{_who(event)} tried to take the supervisor's place, as who is asked about system calls"
    return Hit(event=event, what=what, severity=Severity.HIGH, confidence=Confidence.MEDIUM)


def _volume(cmdline: tuple[str, ...]) -> str:
    """Of `outrider-run --dir DIRECTORY -- …`."""
    for place, word in enumerate(cmdline):
        if word == "--":
            break
        if word == "--dir" and cmdline[place + 1 : place + 2]:
            return cmdline[place + 1].rstrip("/") or VOLUME
    return VOLUME


def _what(volume: str, event: Event) -> str | None:
    """What was tried; None: nothing of the kind."""
    if event.kind is Kind.WRITE:
        ours = _is_in(volume, event.target)
        return (
            f'{_who(event)} tried to change "{fits(event.target)}", which is the defender\'s'
            if ours
            else None
        )
    if event.kind in (Kind.CONNECT, Kind.BIND):
        address = event.address
        path = address.host if address is not None and address.family == "unix" else event.target
        ours = _is_in(volume, path)
        return f'{_who(event)} reached for the defender\'s socket "{fits(path)}"' if ours else None
    if event.kind is Kind.SYSCALL:
        return _refused(event)
    if _is_aimed(volume, command(event)):
        return f'a command is aimed at the defender: "{fits(" ".join(command(event)))}"'
    return None


def _who(event: Event) -> str:
    return fits(program_name(event.program)) or "a program"


def _refused(event: Event) -> str | None:
    """A call that no rule refuses, but the supervisor for its own sake."""
    if event.verdict is not Verdict.BLOCK or event.rule != 0 or not event.message:
        return None
    if event.target not in _SIGNALS and event.syscall not in _SIGNALS:
        return None
    call = fits(event.syscall or event.target)
    return f'{_who(event)} tried {call} on the defender, and was refused: "{fits(event.message)}"'


def _is_aimed(volume: str, words: tuple[str, ...]) -> bool:
    """`pkill outrider-run`, `rm -rf /outrider`."""
    name, *arguments = words
    if name in _KILLERS:
        return any("outrider" in word for word in arguments)
    return name in _CHANGERS and any(_is_in(volume, word.removeprefix("of=")) for word in arguments)


def _is_in(volume: str, path: str) -> bool:
    """The volume, or below it."""
    return path.startswith(volume) and (path == volume or path.startswith(f"{volume}/"))


DETECTOR = Detector(
    id="defender-tampering",
    title="Hands on the defender",
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    attack=("T1562.001", "T1489"),
    explanation=(
        "No application has business with the defender's volume, its socket or its processes. Who writes "
        "there, connects to the agent or sends it signals has noticed that he is watched and wants it to "
        "end. So has who asks to be the one that is asked about system calls (a seccomp listener), as the "
        "supervisor is; told as less bad."
    ),
    false_positives=(
        "Scripts that change the owner of everything below / at start; tools that remove every file they "
        "can. Container engines and sandboxes inside the container ask for a listener for their own ends. A "
        "kill -1 of a shutdown is carried out for all others and is not told of."
    ),
    advice=(
        "What was tried was refused where the policy blocks; signals to the supervisor are always. Treat "
        "the task as taken over: the attempt is not how he came in. Its flight record has the beginning."
    ),
    kinds=frozenset({Kind.EXEC, Kind.WRITE, Kind.CONNECT, Kind.BIND, Kind.SYSCALL}),
    begin=_begin,
    step=_step,
    even_if_allowed=True,
)
