"""Programs by another's name: detectors go by names and arguments, and not every tool is installed."""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from outrider.model.behaviour import Behaviour
from outrider.model.event import Kind
from outrider.runtime.detectors.detector import Scene


def copies_of_true(*names: str) -> Callable[[Path], None]:
    """`prepare`: for each name a program that does nothing, whatever its arguments."""

    def prepare(place: Path) -> None:
        for name in names:
            shutil.copy("/bin/true", place / name)

    return prepare


def scripts(**files: str) -> Callable[[Path], None]:
    """`prepare`: files with these texts, executable; `__` in a name stands for its dot."""

    def prepare(place: Path) -> None:
        for name, text in files.items():
            file = place / name.replace("__", ".")
            file.write_text(text)
            file.chmod(0o755)

    return prepare


def copy_of(program: str, name: str) -> Callable[[Path], None]:
    """`prepare`: a real program by another name."""

    def prepare(place: Path) -> None:
        shutil.copy(shutil.which(program) or program, place / name)

    return prepare


def both(*steps: Callable[[Path], None]) -> Callable[[Path], None]:
    """`prepare`: several."""

    def prepare(place: Path) -> None:
        for step in steps:
            step(place)

    return prepare


def seen(*programs: str) -> Scene:
    """A container that was seen to run these before."""
    return Scene(known=frozenset(Behaviour(Kind.EXEC, "/usr/bin/dash", target=one) for one in programs))


PYTHON = sys.executable

SERVER = """
import os, socket, subprocess, sys
server = socket.socket()
server.bind(("127.0.0.1", 0))
port = server.getsockname()[1]
server.close()
server = socket.create_server(("127.0.0.1", port))  # a port that it names, as servers do
"""
"""How a program begins that is a server; it has `server` and `port` then."""

CONNECTED = """
import os, socket, subprocess, sys
server = socket.create_server(("127.0.0.1", 0))
mine = socket.create_connection(server.getsockname())
theirs, _ = server.accept()
"""
"""How a program begins that has connected out, to itself."""
