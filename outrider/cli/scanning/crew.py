"""Processes that look at files while this one reads the layer they are in: so one layer uses every core.

Each has a thread here that sends it files and waits for the facts; both need no interpreter lock while they
wait. Whoever is busy is not waited for: then the reader looks at the files itself.
"""

import multiprocessing
import queue
import signal
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Self

from outrider.errors import EnvironmentFault
from outrider.scan.walk.contents import FileFacts
from outrider.scan.walk.interest import Interest
from outrider.scan.walk.look import Work, look
from outrider.scan.walk.readers import Readers

_AHEAD = 1
"""Batches that lie ready for a process while it works on another."""


@dataclass(slots=True)
class _Answer:
    """Facts that a process was asked for."""

    files: Sequence[Work]
    done: threading.Event = field(default_factory=threading.Event)
    facts: Sequence[FileFacts] = ()
    error: EnvironmentFault | None = None

    def ready(self) -> bool:
        """Whether the process has answered, or died."""
        return self.done.is_set()

    def get(self) -> Sequence[FileFacts]:
        """What it answered. Raises EnvironmentFault when it died."""
        self.done.wait()
        if self.error is not None:
            raise self.error
        return self.facts


class Processes:
    """A crew of forked processes; they end with the `with` block."""

    def __init__(self, count: int, interest: Interest, readers: Readers) -> None:
        """Fork at once, while there are no threads."""
        self._asked: queue.Queue[_Answer | None] = queue.Queue(count * _AHEAD)
        context = multiprocessing.get_context("fork")
        self._threads = []
        for _ in range(count):
            ours, theirs = context.Pipe()
            process = context.Process(target=_work, args=(theirs, ours, interest, readers), daemon=True)
            process.start()
            theirs.close()
            self._threads.append(threading.Thread(target=self._ask, args=(ours, process), daemon=True))

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let the processes end, and wait for them."""
        for _ in self._threads:
            self._asked.put(None)
        for thread in self._threads:
            thread.join()

    def offer(self, files: Sequence[Work]) -> _Answer | None:
        """Ask whoever is free."""
        answer = _Answer(files)
        try:
            self._asked.put_nowait(answer)
        except queue.Full:
            return None
        return answer

    def _ask(self, connection: Connection, process: multiprocessing.process.BaseProcess) -> None:
        """The thread of one process. One that died leaves what it was asked, and all later, unanswered."""
        dead: EnvironmentFault | None = None
        with connection:
            while (answer := self._asked.get()) is not None:
                try:
                    if dead is None:
                        connection.send(answer.files)
                        answer.facts = connection.recv()
                except (EOFError, OSError):
                    process.join()
                    dead = EnvironmentFault(
                        f"the process that looked at its files ended with {process.exitcode}",
                        hint="is there enough memory? --jobs 1 takes least.",
                    )
                answer.error = dead
                answer.files = ()
                answer.done.set()
        process.join()


def _work(connection: Connection, other: Connection, interest: Interest, readers: Readers) -> None:
    """The process: look at files until the other end is closed. Ctrl-C is the reader's business."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    other.close()
    with connection:
        while True:
            try:
                files = connection.recv()
            except EOFError:
                return
            connection.send([look(file, interest, readers) for file in files])
