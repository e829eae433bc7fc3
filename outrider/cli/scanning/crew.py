"""Processes that look at files while this one reads the layer they are in: so one layer uses every core.

Files go to them through pipes that are larger than what is on its way, so nobody ever waits to send: no
threads here, which would take the interpreter's lock from each other. Whoever has enough to do is not asked;
then the reader looks at the files itself.
"""

import multiprocessing
import pickle
import signal
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from fcntl import F_GETPIPE_SZ, F_SETPIPE_SZ, fcntl
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from types import TracebackType
from typing import Self

from outrider.errors import EnvironmentFault
from outrider.scan.walk.contents import FileFacts
from outrider.scan.walk.interest import Interest
from outrider.scan.walk.look import Work, look
from outrider.scan.walk.readers import Readers

_PIPE = 1 << 20
"""Bytes of a pipe: the most that Linux grants everybody (pipe(7), pipe-max-size)."""
_READY = 4
"""Batches a process may have, the one it looks at included."""


@dataclass(slots=True, eq=False)
class _Answer:
    """Facts that a process was asked for."""

    member: "_Member"
    size: int
    """Bytes that the question took in the pipe."""
    facts: Sequence[FileFacts] | None = None

    def ready(self) -> bool:
        """Whether the process has answered."""
        self.member.take(wait=None)
        return self.facts is not None

    def get(self) -> Sequence[FileFacts]:
        """What it answered. Raises EnvironmentFault when it died."""
        while self.facts is None:
            self.member.take(wait=self)
        return self.facts


class _Member:
    """One process, the pipes to it and from it, and what it was asked."""

    def __init__(self, interest: Interest, readers: Readers) -> None:
        context = multiprocessing.get_context("fork")
        theirs, self._questions = context.Pipe(duplex=False)
        self._answers, answers = context.Pipe(duplex=False)
        with suppress(OSError):  # the user has many large pipes already: then fewer files go on their way
            fcntl(self._questions.fileno(), F_SETPIPE_SZ, _PIPE)
        # A write that ends within a page takes all of it, hence some room.
        self._room = fcntl(self._questions.fileno(), F_GETPIPE_SZ) * 3 // 4
        ours = (self._questions, self._answers)
        self.process: BaseProcess = context.Process(
            target=_work, args=(theirs, answers, ours, interest, readers), daemon=True
        )
        self.process.start()
        theirs.close()
        answers.close()
        self._asked: deque[_Answer] = deque()

    def ask(self, files: Sequence[Work]) -> _Answer | None:
        """Give it files; None: it has enough, or they are too large."""
        self.take(wait=None)
        room = self._room - sum(answer.size for answer in self._asked)
        if len(self._asked) >= _READY or sum(len(file.data) for file in files) > room:
            return None
        question = pickle.dumps(files, pickle.HIGHEST_PROTOCOL)
        if len(question) > room:
            return None
        try:
            self._questions.send_bytes(question)
        except OSError:
            raise self._died() from None
        answer = _Answer(self, len(question))
        self._asked.append(answer)
        return answer

    def take(self, *, wait: _Answer | None) -> None:
        """Take the answers that are there; with `wait` one at least. Raises EnvironmentFault when it died."""
        try:
            while self._asked and (wait is not None or self._answers.poll()):
                self._asked[0].facts = self._answers.recv()
                self._asked.popleft()
                wait = None
        except (EOFError, OSError):
            raise self._died() from None

    def end(self) -> None:
        """Let it end, and wait for it. What it was asked and nobody wants any more is given up."""
        self._questions.close()
        if self._asked:
            self.process.kill()
        self._answers.close()
        self.process.join()

    def _died(self) -> EnvironmentFault:
        """The error for a process that is gone."""
        self.process.join()
        return EnvironmentFault(
            f"the process that looked at its files ended with {self.process.exitcode}",
            hint="is there enough memory? --jobs 1 takes least.",
        )


class Processes:
    """A crew of forked processes; they end with the `with` block."""

    def __init__(self, count: int, interest: Interest, readers: Readers) -> None:
        """Fork at once, while there is little to copy."""
        self.members = [_Member(interest, readers) for _ in range(count)]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let the processes end, the youngest first: it holds ends of the pipes of those before it."""
        for member in reversed(self.members):
            member.end()

    def offer(self, files: Sequence[Work]) -> _Answer | None:
        """Ask whoever has room. Raises EnvironmentFault when one has died."""
        for member in self.members:
            if (answer := member.ask(files)) is not None:
                return answer
        return None


def _work(
    questions: Connection,
    answers: Connection,
    others: tuple[Connection, ...],
    interest: Interest,
    readers: Readers,
) -> None:
    """The process: look at files until the other end is closed. Ctrl-C is the reader's business."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for other in others:
        other.close()
    with questions, answers, suppress(EOFError, BrokenPipeError):
        while True:
            files: Sequence[Work] = questions.recv()
            answers.send([look(file, interest, readers) for file in files])
