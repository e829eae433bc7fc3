"""How the demo talks: numbered chapters, the commands as a user would type them, and what they print."""

import shlex
import sys
import textwrap
import time
from collections.abc import Sequence
from typing import Protocol

from rich.console import Console
from rich.panel import Panel
from rich.rule import Rule
from rich.table import Table

CONSOLE = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 116)
WIDTH = max(CONSOLE.width - 6, 70)
"""Columns for the commands we run: what they print is shown indented."""

_INDENT = "    "


class Named(Protocol):
    """An attack, as far as telling of it goes."""

    @property
    def name(self) -> str:
        """For the table."""

    @property
    def technique(self) -> str:
        """Of ATT&CK."""


class Story:
    """One telling. Knows the time since it began."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    @property
    def seconds(self) -> float:
        """Time since the beginning."""
        return time.monotonic() - self._began

    def chapter(self, number: int, title: str, text: str) -> None:
        """Begin a chapter: what is going to happen, and why."""
        CONSOLE.print()
        CONSOLE.print(Rule(f"[bold]{number} · {title}[/]  [dim]{self.seconds:.0f} s[/]", align="left"))
        CONSOLE.print(f"[italic]{textwrap.fill(text, WIDTH)}[/]\n")

    def command(self, arguments: Sequence[str]) -> None:
        """Show a command as somebody would type it."""
        CONSOLE.print(f"[bold cyan]$[/] [bold]{_plain(shlex.join(arguments))}[/]")

    def output(self, text: str, most: int = 40) -> None:
        """Show what a command printed, at most so many lines."""
        lines = text.rstrip().splitlines()
        for line in lines[:most]:
            CONSOLE.print(f"{_INDENT}{_plain(line)}", style="none")
        if len(lines) > most:
            CONSOLE.print(f"{_INDENT}[dim]… {len(lines) - most} more lines[/]")

    def document(self, text: str) -> None:
        """Show a YAML document, whole."""
        for line in text.rstrip().splitlines():
            key, colon, rest = line.partition(":")
            CONSOLE.print(
                f"{_INDENT}[cyan]{_plain(key)}[/]{colon}{_plain(rest)}"
                if colon
                else f"{_INDENT}{_plain(line)}"
            )

    def diff(self, text: str, most: int) -> None:
        """Show a unified diff, at most so many lines."""
        lines = text.rstrip().splitlines()
        for line in lines[:most]:
            colour = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1], "dim")
            CONSOLE.print(f"{_INDENT}[{colour}]{_plain(line)}[/]")
        if len(lines) > most:
            CONSOLE.print(
                f"{_INDENT}[dim]… {len(lines) - most} more lines: the next container, then the sidecar[/]"
            )

    def note(self, text: str) -> None:
        """A remark of the narrator."""
        CONSOLE.print(f"[green]→[/] {text}")

    def attack(self, attack: Named, typed: str, worked: bool) -> None:
        """One attack and how it went."""
        verdict = "[bold red]WORKED[/]" if worked else "[bold green]STOPPED[/]"
        CONSOLE.print(f"  {verdict:28} [bold]{attack.name}[/] [dim]({attack.technique})[/]")
        CONSOLE.print(f"{_INDENT}          [dim]{_plain(typed)}[/]")

    def side_by_side(
        self,
        attacks: Sequence[Named],
        without: dict[str, bool],
        under: dict[str, bool],
        headings: tuple[str, str] = ("task as it was", "task with Outrider"),
        title: str = "The same attacks on the same image",
    ) -> None:
        """The table at the end: every attack, without and with Outrider."""
        table = Table(title=title, title_justify="left")
        table.add_column("attack")
        table.add_column("ATT&CK", style="dim")
        for heading in headings:
            table.add_column(heading)
        for attack in attacks:
            cells = [
                "[red]worked[/]" if worked[attack.name] else "[green]stopped[/]"
                for worked in (without, under)
            ]
            table.add_row(attack.name, attack.technique, *cells)
        CONSOLE.print(table)

    def verdict(self, findings: Sequence[tuple[bool, str]]) -> None:
        """The end: each promise of the demo and whether it held."""
        lines = [
            f"[{'green' if held else 'bold red'}]{'✓' if held else '✗'}[/] {text}" for held, text in findings
        ]
        CONSOLE.print(
            Panel("\n".join(lines), title=f"{self.seconds:.0f} s", title_align="right", expand=False)
        )


def _plain(text: str) -> str:
    """Text of unknown origin inside rich markup."""
    return text.replace("[", "\\[")
