"""Functions on this machine: one that stays warm for what does not break it, and new ones."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from outrider.cli.emulator.local_function import LocalFunction

CODE = Path(__file__).parent / "code"
PYTHON = "python{}.{}".format(*sys.version_info[:2])


@pytest.fixture(scope="module")
def warm() -> Iterator[LocalFunction]:
    with LocalFunction(CODE, "app.handler", PYTHON, timeout=30) as function:
        yield function


@pytest.fixture
def local() -> Iterator[Callable[..., LocalFunction]]:
    """Makes functions; all are gone after the test."""
    made: list[LocalFunction] = []

    def make(handler: str = "app.handler", runtime: str = PYTHON, **settings: Any) -> LocalFunction:
        made.append(LocalFunction(settings.pop("directory", CODE), handler, runtime, **settings))
        return made[-1]

    yield make
    for function in made:
        function.close()
