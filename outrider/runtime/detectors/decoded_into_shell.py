"""What to do is decoded, or downloaded, straight into a shell."""

import re
from dataclasses import dataclass, field, replace

from outrider.model.detection import Confidence
from outrider.model.event import Event, Kind
from outrider.model.finding import Severity
from outrider.runtime.detectors.command_lines import (
    interpreter_arguments,
    reads_commands,
    shell_arguments,
    shell_code,
)
from outrider.runtime.detectors.detector import SECOND, Detector, Hit, Scene
from outrider.runtime.detectors.lineage import is_entry
from outrider.runtime.detectors.memory import Memory, short
from outrider.runtime.detectors.programs import DOWNLOADERS, command, fits, is_shell

TOGETHER = 2 * SECOND
"""Both sides of a pipe are started by one shell, one after the other."""

_DECODER = (
    r"(?:base64|base32)\s+(?:\S+\s+){0,9}?(?:-d|-D|--decode|-di|-id)\b"
    r"|xxd\s+(?:\S+\s+){0,9}?-r|openssl\s+(?:base64|enc)\s[^|;]{0,200}-d"
)
_READER = r"(?:sudo\s+)?(?:\S*/)?(?:ba|da|z|k|a)?sh\b|(?:\S*/)?(?:python[\d.]*|perl|ruby|php|node)\b"
_DECODED = re.compile(rf"(?:{_DECODER})[^;&]*\|\s*(?:{_READER})|\beval\b[^;]*(?:{_DECODER})")
_DOWNLOADED = re.compile(rf"\b(?:curl|wget)\s[^;&|]*\|\s*(?:{_READER})|\beval\b[^;]*\$\((?:curl|wget)\s")
"""As it stands in a line that a shell is given. Then the line says more than who started beside whom."""
_LONGEST = 4096
"""Characters of a line that are looked through."""


@dataclass(frozen=True, slots=True)
class _State:
    """Parent → (time, number, name) of its newest decoder or downloader, and of its newest shell."""

    sources: Memory[int, tuple[int, int, str]] = field(default_factory=Memory)
    shells: Memory[int, tuple[int, int, str]] = field(default_factory=Memory)


def _begin(_: Scene) -> _State:
    return _State()


def _step(state: _State, event: Event) -> tuple[_State, tuple[Hit, ...]]:
    """One line of text; or, where no line says it, two siblings."""
    argv = shell_arguments(event)
    code = shell_code(argv) if argv is not None else None
    if code is not None:
        return state, () if is_entry(event) else _in_a_line(event, code[:_LONGEST])
    if shell_code(event.cmdline) is not None and is_shell(event.program):
        return state, ()  # of that line it was asked already
    words = command(event)
    entry = (event.time_ns, event.seq, short(words[0]))
    if _is_source(words):
        shell = state.shells.get(event.ppid)
        return replace(state, sources=state.sources.plus(event.ppid, entry)), _pair(event, words[0], shell)
    if not _reads(event, argv):
        return state, ()
    source = state.sources.get(event.ppid)
    return replace(state, shells=state.shells.plus(event.ppid, entry)), _pair(event, words[0], source)


def _in_a_line(event: Event, code: str) -> tuple[Hit, ...]:
    """What a shell is told to do."""
    decoded = bool(_DECODED.search(code))
    if not decoded and not _DOWNLOADED.search(code):
        return ()
    how = "decode" if decoded else "download"
    what = f'a shell was told to {how} what it then does: "{fits(code)}"'
    return (_hit(event, what, decoded, (), {"code": fits(code, 2048)}),)


def _reads(event: Event, argv: tuple[str, ...] | None) -> bool:
    """Whether a shell, or an interpreter, does what comes in."""
    if argv is not None:
        return reads_commands(argv)
    words = interpreter_arguments(event)
    return words is not None and words[1:] in ((), ("-",))


def _is_source(words: tuple[str, ...]) -> bool:
    """Whether it decodes to its output, or downloads to it."""
    name, *arguments = words
    if name in DOWNLOADERS:
        return name != "wget" or any(
            word in ("-", "-O-", "-qO-") or word.endswith("O-") for word in arguments
        )
    if name in ("base64", "base32", "basenc"):
        return any(word in ("-d", "-D", "--decode", "-di", "-id") for word in arguments)
    if name == "xxd":
        return any(word.startswith("-") and "r" in word for word in arguments)
    return name == "openssl" and arguments[:1] in (["base64"], ["enc"]) and "-d" in arguments


def _pair(event: Event, name: str, other: tuple[int, int, str] | None) -> tuple[Hit, ...]:
    """A hit when the other side started just before, from the same parent."""
    if other is None or not 0 <= event.time_ns - other[0] <= TOGETHER:
        return ()
    decoded = not {name, other[2]} & DOWNLOADERS
    how = "decoded" if decoded else "downloaded"
    what = f"what was {how} went straight into a shell: {fits(name)} beside {fits(other[2])}"
    return (_hit(event, what, decoded, (other[1],), {}),)


def _hit(event: Event, what: str, decoded: bool, earlier: tuple[int, ...], facts: dict[str, str]) -> Hit:
    """What was only downloaded is how people install software, too."""
    return Hit(
        event=event,
        what=what,
        earlier=earlier,
        facts=facts,
        severity=None if decoded else Severity.MEDIUM,
        confidence=None if decoded else Confidence.LOW,
    )


DETECTOR = Detector(
    id="decoded-into-shell",
    title="A payload decoded or downloaded into a shell",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    attack=("T1027", "T1140", "T1059.004"),
    falco=("Decoding Payload in Container",),
    guardduty=("Execution/SuspiciousCommand",),
    explanation=(
        "Commands are wrapped in base64 so that neither quoting nor filters get in their way, and piped "
        "into a shell so that no file is written. A decoder, or a downloader, beside a shell that reads its"
        " input is that."
    ),
    false_positives=(
        "`curl … | sh` is also how people install software: such pairs count as a guess. Decoding into a "
        "file or into another program is passed over."
    ),
    advice=(
        "Decode it: the text is in the arguments of the parent. It mostly fetches the next stage; look for "
        "that address in the whole account."
    ),
    kinds=frozenset({Kind.EXEC}),
    begin=_begin,
    step=_step,
)
