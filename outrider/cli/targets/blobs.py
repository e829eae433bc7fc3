"""Where the bytes of a layer come from: files. Each can be opened in another process."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from outrider.cli.files import open_input
from outrider.errors import InvalidInput

Read = Callable[[int], bytes]
"""The next bytes, at most so many; empty at the end."""


@dataclass(frozen=True, slots=True)
class FileBlob:
    """A file, or a part of one."""

    path: Path
    offset: int = 0
    size: int = -1
    """Bytes from `offset` on; -1: to the end of the file."""

    @contextmanager
    def __call__(self) -> Iterator[Read]:
        """Open the file anew: processes must not share a position. Raises InvalidInput, EnvironmentFault."""
        if not self.path.is_file():  # a pipe would be waited for
            raise InvalidInput(f"{self.path} is missing, or is no file")
        with open_input(self.path, "the layer") as stream:
            stream.seek(self.offset)
            yield stream.read if self.size < 0 else _Window(stream, self.size, self.path.name).read


@dataclass(slots=True)
class _Window:
    """So many bytes of a stream, and no more."""

    stream: BinaryIO
    left: int
    name: str

    def read(self, most: int) -> bytes:
        """The next bytes."""
        piece = self.stream.read(min(most, self.left))
        if not piece and self.left:
            raise InvalidInput(f"{self.name} ends {self.left} bytes before a layer in it does")
        self.left -= len(piece)
        return piece
