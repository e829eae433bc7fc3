"""Inflating and hashing in a thread of its own while the tar is parsed: both let go of the interpreter's
lock."""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self

_PIECES = 16
"""Pieces that are asked for before they are wanted: at 256 KiB each, 4 MiB."""

_PIECE = 256 << 10

THREAD = "read-ahead"
"""How the thread's name begins."""


class ReadAhead:
    """A reader that is always a few pieces ahead."""

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._read = read
        self._thread = ThreadPoolExecutor(1, THREAD)
        self._coming: deque[Future[bytes]] = deque()
        self._buffer = memoryview(b"")
        self._ended = False
        """The source gave its last piece, or failed: it is not asked again."""

    def __enter__(self) -> Self:
        for _ in range(_PIECES):
            self._ask()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the thread, whether or not everything was read."""
        self._thread.shutdown(cancel_futures=True)

    def read(self, most: int) -> bytes:
        """The next bytes; raises what the reader raised, when its turn comes."""
        if not self._buffer:
            self._ask()
            self._buffer = memoryview(self._coming.popleft().result())
        found = bytes(self._buffer[:most])
        self._buffer = self._buffer[most:]
        return found

    def _ask(self) -> None:
        """Have one more piece read, after those that were asked for."""
        self._coming.append(self._thread.submit(self._next))

    def _next(self) -> bytes:
        """The source's next piece. Only the thread comes here, once at a time."""
        if self._ended:
            return b""
        self._ended = True  # stays so where the source raises
        piece = self._read(_PIECE)
        self._ended = not piece
        return piece
