"""Where output goes: results on stdout, everything a person reads meanwhile on stderr."""

import json
import os
import sys
from contextlib import suppress
from typing import Any

from rich.console import Console
from rich.text import Text

from outrider.errors import OutriderError
from outrider.report.harmless import harmless


class _Results(Console):
    """Whoever reads our results may have seen enough: the command then ends as it would have."""

    def on_broken_pipe(self) -> None:
        """Called by rich, which would end the program with status 1: with us that is a failed policy."""
        raise BrokenPipeError


class _Remarks(Console):
    """Nobody has to read these."""

    def on_broken_pipe(self) -> None:
        """Called by rich, as above."""
        self.quiet = True


OUT = _Results(highlight=False, soft_wrap=True)
"""Results. Colour only on a terminal (rich honours NO_COLOR)."""

ERR = _Remarks(stderr=True, highlight=False, soft_wrap=True)
"""Progress, notes, errors."""


def say_error(error: OutriderError) -> None:
    """Print an error of ours on stderr: what happened, then what to do."""
    ERR.print(Text.assemble(("error:", "bold red"), f" {_plain(error.message)}"))
    if error.hint:
        ERR.print(Text.assemble("  ", ("hint:", "bold"), f" {_plain(error.hint)}"))


def say_note(words: str) -> None:
    """Print on stderr what a person should know."""
    ERR.print(Text(f"note: {_plain(words)}"))


def stop_printing() -> None:
    """After a broken pipe: nothing that is still buffered may be written when the interpreter ends."""
    with suppress(OSError):  # a test's stdout is no file
        os.dup2(os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC), sys.stdout.fileno())


def print_json(value: Any) -> None:
    """Print one JSON document on stdout, as it is, never coloured or wrapped."""
    print(json.dumps(value, indent=2, ensure_ascii=False))


def _plain(text: str) -> str:
    """Text of unknown origin, its lines kept, with nothing in it that could act on a terminal."""
    return "\n".join(map(harmless, text.split("\n")))
