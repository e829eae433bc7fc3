"""Command lines of shells and interpreters: is there code in it, a script, or do they read what to do?"""

from collections.abc import Sequence

from outrider.model.event import Event
from outrider.runtime.detectors.programs import (
    INTERPRETERS,
    SHELLS,
    command,
    is_interpreter,
    plain_name,
    program_name,
)

CODE_OPTIONS = {
    "lua": ("-e",),
    "node": ("-e", "--eval", "-p", "--print"),
    "nodejs": ("-e", "--eval", "-p", "--print"),
    "perl": ("-e", "-E"),
    "php": ("-r",),
    "python": ("-c",),
    "ruby": ("-e",),
}
"""Interpreter (`plain_name`) → options whose next word is a program."""

_SHELL_OPTIONS_WITH_VALUE = frozenset({"-o", "+o", "-O", "+O", "--rcfile", "--init-file"})


def shell_arguments(event: Event) -> tuple[str, ...] | None:
    """Arguments of an exec of a shell, from its name on. None: no shell, or one that a script begins.

    The kernel tells of a script twice: as itself, and as its interpreter with the script's own arguments.
    """
    if program_name(event.target) not in SHELLS:
        return None
    argv = command(event)
    if argv[0] not in SHELLS:
        return None  # busybox as something else
    used = program_name(event.argv[0]).removeprefix("-") if event.argv else ""
    return argv if not used or used in SHELLS else None


def shell_code(argv: Sequence[str]) -> str | None:
    """What a shell is to run, of `sh -c CODE`; None when it is to read a script or its input."""
    words = iter(argv[1:])
    for word in words:
        if word in _SHELL_OPTIONS_WITH_VALUE:
            next(words, None)
        elif word[:1] not in "-+" or word in ("-", "--", ""):
            return None
        elif not word.startswith("--") and "c" in word:
            return next((rest for rest in words if rest[:1] not in ("-", "+")), "")
    return None


def shell_script(argv: Sequence[str]) -> str | None:
    """The script of `sh SCRIPT`; None when it has code, or reads its input."""
    words = iter(argv[1:])
    for word in words:
        if word in _SHELL_OPTIONS_WITH_VALUE:
            next(words, None)
        elif word in ("-", "--"):
            return next(words, None)
        elif word[:1] not in ("-", "+"):
            return word
        elif not word.startswith("--") and ("c" in word or "s" in word):
            return None
    return None


def reads_commands(argv: Sequence[str]) -> bool:
    """Whether a shell does what comes in at its input: `sh`, `bash -i`, `sh -s`."""
    return shell_code(argv) is None and shell_script(argv) is None


def is_interactive(argv: Sequence[str]) -> bool:
    """Whether a shell is told to behave as if a person typed: `bash -i`, `sh -il`."""
    return reads_commands(argv) and any(
        word.startswith("-") and not word.startswith("--") and "i" in word for word in argv[1:]
    )


def interpreter_arguments(event: Event) -> tuple[str, ...] | None:
    """Arguments of an exec of another interpreter; None: it is none, or one that a script begins."""
    if not is_interpreter(event.target) or not event.argv:
        return None
    return event.argv if plain_name(event.argv[0]) in INTERPRETERS else None


def interpreter_code(name: str, argv: Sequence[str]) -> str | None:
    """The program of `python -c PROGRAM` and its like; `name` without version. None: it has none."""
    options = CODE_OPTIONS.get(name, ())
    for place, word in enumerate(argv[1:], start=1):
        if not word.startswith("-") or word == "--":
            return None
        for option in options:
            if word == option or (word[:1] + word[-1:] == option and word[1:].isalpha() and len(word) <= 5):
                return argv[place + 1] if place + 1 < len(argv) else ""
            if word.startswith(option) and len(option) == 2 and len(word) > 5:
                return word[2:]
    return None


def script(event: Event) -> str | None:
    """The script that a shell or another interpreter is started with, as `python -u SCRIPT`; None: with none.

    Options of interpreters that have a value mislead it: then the value is what is given.
    """
    shell = shell_arguments(event)
    if shell is not None:
        return shell_script(shell)
    argv = interpreter_arguments(event)
    return None if argv is None else next((word for word in argv[1:] if not word.startswith("-")), None)
