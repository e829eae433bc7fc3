"""Command lines as people and programs write them."""

import pytest

from outrider.model.event import Event, FrameType, Kind
from outrider.runtime.detectors.command_lines import (
    interpreter_code,
    is_interactive,
    reads_commands,
    script,
    shell_arguments,
    shell_code,
    shell_script,
)
from outrider.runtime.detectors.programs import command, fits, plain_name


def run(target: str, *argv: str) -> Event:
    return Event(type=FrameType.EVENT, seq=1, time_ns=1, kind=Kind.EXEC, target=target, argv=argv)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("sh -c id", "id"),
        ("bash -lc id", "id"),
        ("bash -o pipefail -ec id x", "id"),
        ("bash --norc -c id", "id"),
        ("sh -c -- id", "id"),
        ("sh -c", ""),
        ("sh", None),
        ("sh -", None),
        ("bash --rcfile x -i", None),
        ("sh /x -c id", None),
        ("sh -- -c", None),
    ],
)
def test_code_of_a_shell(line: str, code: str | None) -> None:
    assert shell_code(line.split()) == code


@pytest.mark.parametrize(
    ("line", "file"),
    [
        ("sh /x -c id", "/x"),
        ("bash -e x", "x"),
        ("sh -- x", "x"),
        ("bash -o errexit x", "x"),
        ("sh -s x", None),
        ("sh -c x", None),
        ("sh -", None),
    ],
)
def test_script_of_a_shell(line: str, file: str | None) -> None:
    assert shell_script(line.split()) == file


def test_a_shell_that_reads() -> None:
    assert all(reads_commands(line.split()) for line in ("sh", "bash -i", "sh -s x", "bash --login", "sh -"))
    assert not any(reads_commands(line.split()) for line in ("sh -c id", "sh x", "sh -i x"))
    assert is_interactive(["bash", "-i"]) and is_interactive(["sh", "-il"])
    assert not is_interactive(["sh"]) and not is_interactive(["bash", "--init-file", "x"])


@pytest.mark.parametrize(
    ("name", "line", "code"),
    [
        ("python", "python3 -c 1", "1"),
        ("python", "python3 -Ic 1", "1"),
        ("python", "python3 -u x -c 1", None),
        ("python", "python3 -m http", None),
        ("perl", "perl -MSocket -e 1", "1"),
        ("perl", "perl -ne 1", "1"),
        ("node", "node --eval 1", "1"),
        ("php", "php -r 1", "1"),
        ("ruby", "ruby -e", ""),
        ("java", "java -e 1", None),
    ],
)
def test_code_of_an_interpreter(name: str, line: str, code: str | None) -> None:
    assert interpreter_code(name, line.split()) == code


def test_a_script_is_told_of_twice_and_counts_once() -> None:
    assert shell_arguments(run("/usr/bin/dash", "/opt/x.sh", "a")) is None
    assert script(run("/usr/bin/python3.11", "/opt/x.py", "/tmp/data")) is None
    assert script(run("/usr/bin/python3.11", "python3", "-u", "/opt/x.py")) == "/opt/x.py"
    assert shell_arguments(run("/usr/bin/dash")) == ("dash",)
    assert shell_arguments(run("/bin/bash", "-bash")) == ("bash",)


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (run("/bin/busybox", "nc", "-l"), ("nc", "-l")),
        (run("/bin/busybox", "busybox", "nc", "-l"), ("nc", "-l")),
        (run("/bin/busybox", "busybox"), ("busybox",)),
        (run("/usr/share/npm/npm-cli.js", "npm", "ci"), ("npm", "ci")),
        (run("/usr/bin/nmap", "ls"), ("nmap",)),
        (run("/usr/bin/nmap"), ("nmap",)),
        (run("", ""), ("",)),
    ],
)
def test_the_command_is_the_tools_own_name(event: Event, words: tuple[str, ...]) -> None:
    assert command(event) == words


def test_names_and_texts() -> None:
    assert plain_name("/usr/bin/python3.11") == "python" and plain_name("/usr/sbin/php-fpm8.2") == "php-fpm"
    assert plain_name("/x/7") == "7"
    assert fits("a\nb\x1b[31m") == "a?b?[31m" and fits("x" * 200) == "x" * 119 + "…"
