"""Reading ahead in a thread: the same bytes, the same errors, and no thread left."""

import threading
from collections.abc import Callable

import pytest

from outrider.cli.targets.read_ahead import THREAD, ReadAhead
from outrider.errors import InvalidInput


def source(data: bytes, error: BaseException | None = None) -> Callable[[int], bytes]:
    left = memoryview(data)

    def read(most: int) -> bytes:
        nonlocal left
        if not left and error is not None:
            raise error
        piece, left = bytes(left[:most]), left[most:]
        return piece

    return read


def threads() -> int:
    return sum(thread.name.startswith(THREAD) for thread in threading.enumerate())


@pytest.mark.parametrize("step", [1000, 1 << 16, 1 << 20])
def test_it_gives_the_same_bytes(step: int) -> None:
    data = bytes(range(256)) * 12_000
    with ReadAhead(source(data)) as ahead:
        found = b"".join(iter(lambda: ahead.read(step), b""))
        assert ahead.read(step) == b"", "the end stays the end"
    assert found == data
    assert not threads()


@pytest.mark.parametrize("error", [InvalidInput("broken"), OSError(5, "I/O"), MemoryError(), ValueError()])
def test_whatever_goes_wrong_there_is_raised_here_in_its_turn(error: BaseException) -> None:
    with ReadAhead(source(b"x" * 1000, error)) as ahead:
        assert ahead.read(2000) == b"x" * 1000
        with pytest.raises(type(error)):
            ahead.read(1)
    assert not threads()


def test_who_stops_early_leaves_no_thread() -> None:
    with ReadAhead(lambda most: b"x" * most) as ahead:
        ahead.read(10)
    assert not threads()
