"""How far a scan is: on stderr, and only where a person is looking."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.status import Status


class Progress:
    """One line that changes: `layer 3 of 7`. Silent where stderr is no terminal."""

    def __init__(self, console: Console) -> None:
        self._status: Status | None = console.status("") if console.is_terminal else None

    def __enter__(self) -> Self:
        if self._status is not None:
            self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._status is not None:
            self._status.stop()

    def say(self, words: str) -> None:
        """What is being done now."""
        if self._status is not None:
            self._status.update(words.replace("[", "\\["))
