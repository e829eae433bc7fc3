"""Processes that look at files: what they say, and what becomes of those that die."""

import os
from collections.abc import Iterable
from dataclasses import replace

import pytest

from outrider.cli.scanning.crew import Processes
from outrider.errors import EnvironmentFault
from outrider.model.finding import Secret
from outrider.scan.walk.look import Work, look
from tests.unit.scan.walk.walks import INTEREST, READERS

FILES = [
    Work("a/package.json", b"left 1.0", search=False, mode=0o644, uid=0, gid=0, capabilities=b""),
    Work("b", b"SECRET word", search=True, mode=0o644, uid=0, gid=0, capabilities=b""),
    Work("c", b"\x7fELFtool", search=False, mode=0o755, uid=0, gid=0, capabilities=b"\1"),
]


def test_they_say_what_would_be_said_here() -> None:
    with Processes(2, INTEREST, READERS) as crew:
        answer = crew.offer(FILES)
        assert answer is not None
        assert list(answer.get()) == [look(file, INTEREST, READERS) for file in FILES]
        assert answer.ready()


def test_whoever_is_busy_is_not_waited_for() -> None:
    with Processes(1, INTEREST, READERS) as crew:
        answers = [crew.offer(FILES) for _ in range(500)]
        assert None in answers
        expected = [look(file, INTEREST, READERS) for file in FILES]
        assert all(list(answer.get()) == expected for answer in answers if answer is not None)


def test_what_a_pipe_does_not_hold_is_not_sent() -> None:
    with Processes(1, INTEREST, READERS) as crew:
        assert crew.offer([replace(FILES[1], data=b"x" * (1 << 20))]) is None


def test_answers_larger_than_a_pipe_do_not_stop_anybody() -> None:
    files = [replace(FILES[1], data=b"SECRET word\n" * 2000)] * 4
    with Processes(1, INTEREST, READERS) as crew:
        answers = [answer for _ in range(4) if (answer := crew.offer(files)) is not None]
        assert len(answers) > 1
        assert all(len(facts.secrets) == 2000 for answer in answers for facts in answer.get())


def test_one_that_dies_is_an_error_and_not_a_clean_file() -> None:
    def deadly(path: str, chunks: Iterable[bytes]) -> tuple[Secret, ...]:
        os._exit(9)

    with Processes(1, INTEREST, replace(READERS, secrets=deadly)) as crew:
        answer = crew.offer(FILES)
        assert answer is not None
        with pytest.raises(EnvironmentFault, match="ended with 9"):
            answer.get()


def test_they_end_with_the_block_whatever_they_were_asked() -> None:
    with Processes(3, INTEREST, READERS) as crew:
        assert crew.offer(FILES) is not None
    assert [member.process.is_alive() for member in crew.members] == [False] * 3
