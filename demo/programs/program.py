"""What one program of the proof is: how it starts, what it is asked, how it is attacked."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from demo.programs.life import Life
    from demo.programs.visitor import Visitor

ROOT = 0


@dataclass(frozen=True, slots=True)
class Attack:
    """Something an attacker does with a program, and how one sees that it worked."""

    name: str
    act: Callable[["Life"], object]
    """Does it. What goes wrong in there is no outcome: only `worked` is asked."""
    worked: Callable[["Life"], bool]
    """Whether the attacker got what he wanted: a file that is there, a connection that came."""
    how: str = "the program's own"
    """By which way in."""
    seconds: float = 2.0
    """How long it may take to work."""


def left(name: str) -> "Callable[[Life], bool]":
    """Whether this file came to be in the directory that anybody may write."""
    return lambda life: (life.root / "srv/shared" / name).exists()


def called_home(life: "Life") -> bool:
    """Whether somebody connected to the attacker."""
    return life.peers.attacker.came > 0


@dataclass(frozen=True, slots=True)
class File:
    """A file of the program's image."""

    path: str
    text: str
    mode: int = 0o644
    owner: str = "root"


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """One program from Debian, with its entry point as an image would have it."""

    name: str
    package: str
    """Whose version is printed."""
    command: tuple[str, ...]
    """Entry point: stays in the foreground."""
    port: int
    """Where it answers when it is up; 0: `up` tells."""
    load: Callable[["Visitor"], None]
    """One round of ordinary visits, each answer checked."""
    rare: Callable[["Visitor"], None] | None = None
    """What happens now and then: a reload, a log put aside. In the first round, and in every eighth."""
    up: Callable[["Life"], bool] | None = None
    """Whether it is up, where a listening port does not say so."""
    files: tuple[File, ...] = ()
    prepare: tuple[str, ...] = ()
    """Shell lines that are run as root when the image is made."""
    user: str = "root"
    environment: dict[str, str] = field(default_factory=dict)
    victim: str = ""
    """Part of the command line of the process that is taken over from without; empty: the first process."""
    attacks: tuple[Attack, ...] = ()
    """Through the program's own doors, beside those that every program gets."""
    stop: str = "TERM"
    master: str = ""
    """Part of the command line of the process that gets `stop`; empty: the first one."""
    patience: int = 60
    """Seconds it may take to come up."""
