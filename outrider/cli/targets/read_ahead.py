"""Inflating and hashing in a thread of its own while the tar is parsed: both let go of the interpreter's
lock."""

import queue
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

_PIECES = 16
"""Pieces in the queue: at 256 KiB each, 4 MiB."""

_PIECE = 256 << 10


class ReadAhead:
    """A reader that is always a few pieces ahead."""

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._read = read
        self._queue: queue.Queue[bytes | BaseException] = queue.Queue(_PIECES)
        self._stop = threading.Event()
        self._buffer = memoryview(b"")
        self._ended = False
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the thread, whether or not everything was read."""
        self._stop.set()
        while self._thread.is_alive():
            try:
                self._queue.get(timeout=0.05)
            except queue.Empty:
                continue
        self._thread.join()

    def read(self, most: int) -> bytes:
        """The next bytes; raises what the reader raised, when its turn comes."""
        if not self._buffer and not self._ended:
            piece = self._queue.get()
            if isinstance(piece, BaseException):
                self._ended = True
                raise piece
            self._ended = not piece
            self._buffer = memoryview(piece)
        found = bytes(self._buffer[:most])
        self._buffer = self._buffer[most:]
        return found

    def _run(self) -> None:
        """Read until the end, an error, or until nobody wants more."""
        while not self._stop.is_set():
            try:
                piece: bytes | BaseException = self._read(_PIECE)
            except BaseException as error:  # noqa: BLE001 - whoever waits must hear of it, whatever it is
                piece = error
            self._queue.put(piece)
            if not piece or isinstance(piece, BaseException):
                return
