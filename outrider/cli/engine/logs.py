"""What containers print: read from their log files, shown with the container's name before each line.

The files are of the Kubernetes form that conmon writes: `<RFC 3339 time> stdout|stderr F|P <text>`, where P
marks a part of a line that the next entry continues.
"""

import json
import re
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO, TextIO

_COLOURS = (36, 33, 32, 35, 34, 96, 93, 92, 95, 94)
_PAUSE = 0.1
"""Seconds between looks at the files."""
_READ = 1 << 20
"""Bytes taken from one file at a time, so that a talkative container does not drown the others."""
_LONGEST = 1 << 16
"""Characters of a line that are put together again; a container may print one without an end."""
_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f]|\x1b(?!\[[0-9;]*m)")
"""Control characters that must not reach a person's terminal; colours may."""


class LogFile:
    """One log file, read as it grows; it may not be there yet, and may start anew when it is too large."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stream: BinaryIO | None = None
        self._rest = b""
        self._parts: dict[str, str] = {}

    def entries(self) -> list[tuple[str, str, str]]:
        """(time, stream, text) of every whole line since the last call; overlong ones come in pieces."""
        raw = self._rest + self._read()
        *lines, self._rest = raw.split(b"\n")
        found = []
        for line in lines:
            time, _, tail = line.decode(errors="replace").partition(" ")
            stream, _, tail = tail.partition(" ")
            kind, _, text = tail.partition(" ")
            text = self._parts.pop(stream, "") + text
            if kind == "P" and len(text) < _LONGEST:
                self._parts[stream] = text
            else:
                found.append((time, stream, text))
        return found

    def rest(self) -> list[tuple[str, str, str]]:
        """What was begun and never ended with a newline."""
        found = [("", stream, text) for stream, text in self._parts.items()]
        self._parts.clear()
        return found

    def close(self) -> None:
        """Let go of the file."""
        if self._stream:
            self._stream.close()
            self._stream = None

    def _read(self) -> bytes:
        """What is new; follows the file when it was replaced."""
        if self._stream is None:
            try:
                self._stream = self._path.open("rb")
            except FileNotFoundError:
                return b""
        data = self._stream.read(_READ)
        if not data and self._replaced():
            self.close()
        return data

    def _replaced(self) -> bool:
        """Whether the path now names another file than the one we read."""
        if self._stream is None:
            return False
        try:
            return self._path.stat().st_ino != Path(f"/proc/self/fd/{self._stream.fileno()}").stat().st_ino
        except FileNotFoundError:
            return False


class LogPrinter:
    """Prints the logs of a task's containers until it is closed, in a thread of its own."""

    def __init__(self, files: Mapping[str, Path], out: TextIO, *, as_json: bool, colour: bool) -> None:
        self._files = {name: LogFile(path) for name, path in files.items()}
        self._out = out
        self._as_json = as_json
        self._colour = colour
        self._width = max(map(len, files), default=0)
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="logs", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Print what is left and end."""
        self._closing.set()
        self._thread.join()
        for file in self._files.values():
            file.close()

    def _follow(self) -> None:
        """Print what comes. A reader of ours that is gone ends the printing, not the task."""
        try:
            while True:
                closing = self._closing.is_set()
                printed = self._print_new()
                if not printed and closing:
                    self._print({name: file.rest() for name, file in self._files.items()})
                    return
                if not printed:
                    self._closing.wait(_PAUSE)
        except BrokenPipeError:
            return

    def _print_new(self) -> bool:
        """Print what is new; whether there was anything."""
        return self._print({name: file.entries() for name, file in self._files.items()})

    def _print(self, found: Mapping[str, list[tuple[str, str, str]]]) -> bool:
        """Print entries by container; whether there was anything."""
        for number, (name, entries) in enumerate(found.items()):
            for entry in entries:
                self._out.write(self._line(number, name, *entry))
        if any(found.values()):
            self._out.flush()
        return any(found.values())

    def _line(self, number: int, name: str, time: str, stream: str, text: str) -> str:
        """One line as it is printed."""
        if self._as_json:
            entry = {"container": name, "time": time, "stream": stream, "text": text}
            return json.dumps(entry, ensure_ascii=False) + "\n"
        head = f"{name:<{self._width}} | "
        if self._colour:
            return f"\x1b[{_COLOURS[number % len(_COLOURS)]}m{head}\x1b[0m{_UNSAFE.sub('�', text)}\n"
        return f"{head}{text}\n"
