"""The dynamic loader, started by hand with a program for its argument."""

import re

from outrider.model.detection import Confidence
from outrider.model.event import Event, Kind
from outrider.model.finding import Severity
from outrider.runtime.detectors.detector import Detector, Hit, stateless
from outrider.runtime.detectors.programs import fits, is_shell, program_name

_LOADER = re.compile(r"ld(64)?(-linux(-[a-z0-9_]+)*|-musl-[a-z0-9_]+|-[0-9.]+|)\.so(\.[0-9]+)?")
_LOOKS_ONLY = frozenset(
    {"--help", "--list", "--list-diagnostics", "--list-tunables", "--verify", "--version"}
)
_WITH_VALUE = frozenset(
    {
        "--argv0",
        "--audit",
        "--glibc-hwcaps-mask",
        "--glibc-hwcaps-prepend",
        "--inhibit-rpath",
        "--library-path",
    }
    | {"--preload"}
)


def _find(event: Event) -> tuple[Hit, ...]:
    """`ld.so [options] PROGRAM`, unless ldd asks."""
    if "loader" not in event.traits and not _LOADER.fullmatch(program_name(event.target)):
        return ()
    program = _program(event.argv)
    if program is None or _is_ldd(event):
        return ()
    what = f'the loader {fits(program_name(event.target))} was started to run "{fits(program)}"'
    return (Hit(event=event, what=what, facts={"file": fits(program, 1024)}),)


def _program(argv: tuple[str, ...]) -> str | None:
    """What it is to run; None when it only looks, or nothing is named."""
    words = iter(argv[1:])
    for word in words:
        if word in _LOOKS_ONLY:
            return None
        if word in _WITH_VALUE:
            next(words, None)
        elif not word.startswith("--"):
            return word
    return None


def _is_ldd(event: Event) -> bool:
    """ldd is a script that starts the loader so, with a variable set which makes it only look."""
    return is_shell(event.program) and any(program_name(word) == "ldd" for word in event.cmdline[:2])


_BEGIN, _STEP = stateless(_find)

DETECTOR = Detector(
    id="loader-run-program",
    title="A program run through the dynamic loader",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    attack=("T1218", "T1036"),
    explanation=(
        "The loader runs a program that it is given as an argument: without the mode bit for it, from a "
        "noexec mount, and under the loader's name. Lists of allowed programs that look at names alone let "
        "it pass."
    ),
    false_positives=(
        "Programs that bring a libc of their own and start through its loader: some games, conda and Nix "
        "wrappers, glibc programs on Alpine. ldd is known and passed over."
    ),
    advice=(
        "See what was run and where it came from. A wrapper that is part of the image is allowed by a rule "
        "on its target and arguments."
    ),
    kinds=frozenset({Kind.EXEC}),
    begin=_BEGIN,
    step=_STEP,
)
