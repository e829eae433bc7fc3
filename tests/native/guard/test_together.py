"""Fidelity and safety: the same answers as without us, from many threads, forks and handlers at once."""

import difflib
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from function import GENERATION_AT, LEARNING_AT, Function, policy


def plain(function: Function, command: Sequence[str | Path], where: Path) -> str:
    """What it prints without us."""
    where.mkdir()
    kept = {k: v for k, v in function.environment(policy()).items() if not k.startswith(("LD_", "OUTRIDER_"))}
    done = subprocess.run(
        command, env=kept, cwd=where, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=True
    )
    return done.stdout


def test_the_same_answers(function: Function, compiled: Callable[..., Path]) -> None:
    """Two hundred calls, good and bad: results and errno as without us, reporting or not."""
    program = compiled("fidelity", "x86_64-linux-gnu.2.28")
    bare = plain(function, [program], function.place / "bare").splitlines()
    assert len(bare) > 190
    extension = function.listen()
    for learning in (0, 1):
        extension.set(LEARNING_AT, learning)
        where = function.place / f"guarded{learning}"
        where.mkdir()
        done = function.run([program], policy("block", report=True), cwd=where)
        assert done.returncode == 0, done.stderr
        difference = difflib.unified_diff(bare, done.stdout.splitlines(), lineterm="", n=0)
        assert list(difference) == []


def test_the_same_answers_without_openat2(function: Function, compiled: Callable[..., Path]) -> None:
    """A sandbox may not know it."""
    program = compiled("fidelity", "x86_64-linux-gnu.2.28")
    bare = plain(function, [program], function.place / "bare").splitlines()
    where = function.place / "guarded"
    where.mkdir()
    done = function.run([program], policy("block"), cwd=where, env={"OUTRIDER_CALLS": ""})
    assert list(difflib.unified_diff(bare, done.stdout.splitlines(), lineterm="", n=0)) == []


def test_many_at_once(function: Function, compiled: Callable[..., Path]) -> None:
    """While one policy follows another."""
    extension = function.listen()
    process = function.start([compiled("hammer"), "10"], policy("block"))
    generation = 0
    while process.poll() is None:
        generation += 1
        kind = ("allow", "block")[generation % 2]
        blob = policy("block", counter=generation + 1, write=kind, connect=kind, exec=kind, load=kind)
        (function.directory / f"policy.{generation}").write_bytes(blob)
        extension.set(GENERATION_AT, generation)
        extension.more(50, 0.1)
    out, err = process.communicate()
    assert out == "wrong 0 handled 1 did 1\n", (out[-2000:], err[-2000:])
    assert generation > 5


def test_a_handler_on_a_small_stack(function: Function, compiled: Callable[..., Path]) -> None:
    """Decided, refused and told on the signal stack of a program, also along the slow paths."""
    extension = function.listen()
    done = function.run([compiled("altstack")], policy("block", write="block"))
    assert done.stdout == "refused refused\n", done
    assert len(extension.acts()) == 2


def test_a_thread_that_is_cancelled(function: Function, compiled: Callable[..., Path]) -> None:
    """Leaves the guard whole."""
    done = function.run([compiled("cancelled")], policy("block"))
    assert done.stdout == "whole\n", done


def test_programs_of_every_day(function: Function) -> None:
    """A shell with pipes, Python with threads and subprocesses."""
    function.listen()
    done = function.run(
        ["/bin/sh", "-c", "for i in 1 2 3; do echo $i | sort -r | tr 1-3 a-c; done > out; cat out"], policy()
    )
    assert done.stdout == "a\nb\nc\n", done.stderr
    code = (
        "import concurrent.futures as f, subprocess, tempfile, shutil\n"
        "def one(n):\n"
        "    with tempfile.TemporaryDirectory() as d:\n"
        "        shutil.copy('/etc/passwd', d)\n"
        "        return subprocess.run(['/bin/echo', str(n)], capture_output=True).stdout\n"
        "with f.ThreadPoolExecutor(8) as pool: lines = list(pool.map(one, range(24)))\n"
        "print(b''.join(lines).split() == [b'%d' % n for n in range(24)])"
    )
    assert function.python(code, policy()) == "True\n"
