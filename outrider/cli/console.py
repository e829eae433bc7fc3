"""Where output goes: results on stdout, everything a person reads meanwhile on stderr."""

import json
from typing import Any

from rich.console import Console

from outrider.errors import OutriderError

OUT = Console(highlight=False, soft_wrap=True)
"""Results. Colour only on a terminal (rich honours NO_COLOR)."""

ERR = Console(stderr=True, highlight=False, soft_wrap=True)
"""Progress, notes, errors."""


def say_error(error: OutriderError) -> None:
    """Print an error of ours on stderr: what happened, then what to do."""
    ERR.print(f"[bold red]error:[/] {_plain(error.message)}")
    if error.hint:
        ERR.print(f"  [bold]hint:[/] {_plain(error.hint)}")


def print_json(value: Any) -> None:
    """Print one JSON document on stdout, as it is, never coloured or wrapped."""
    print(json.dumps(value, indent=2, ensure_ascii=False))


def _plain(text: str) -> str:
    """Text of unknown origin, safe to put inside rich markup."""
    return text.replace("[", "\\[")
