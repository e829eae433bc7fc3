"""Whole programs that end by themselves: a compile, the start of Node and of Java."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.benchmark import Benchmark, Rules, Series
from benchmarks.stage import Stage
from benchmarks.trial import Trial, Words, run

FILES = 24
"""Of the program that is compiled, two at a time."""
_SOURCE = """\
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int compare_{number}(const void *a, const void *b) {{ return *(const int *)a - *(const int *)b; }}
int work_{number}(int *numbers, int count) {{
  qsort(numbers, (size_t)count, sizeof *numbers, compare_{number});
  return printf("%d %zu", numbers[0], strlen("{number}"));
}}
"""
_MAKEFILE = """\
program: $(patsubst %.c,%.o,$(wildcard *.c))
\tgcc -shared -o $@ $^
%.o: %.c
\tgcc -O1 -fPIC -c -o $@ $<
"""


def _timed(trial: Trial, *command: Words) -> float:
    """Milliseconds from start to end of the command as the variant runs it, with its supervisor's start."""
    measuring = [str(trial.stage.program("exec")), "1", *trial.wrap(*command)]
    said = run(measuring, quiet=False)  # Java tells its version there
    return float(dict(line.split() for line in said.splitlines())["spawn"]) / 1e6


def _project(stage: Stage) -> Path:
    """A directory with the sources of a program, and nothing made of them."""
    place = stage.disk / "project"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    for number in range(FILES):
        (place / f"part{number}.c").write_text(_SOURCE.format(number=number))
    (place / "Makefile").write_text(_MAKEFILE)
    return place


def _compile(trial: Trial) -> Sequence[float]:
    return (_timed(trial, "/usr/bin/make", "-B", "-s", "-j2", "-C", _project(trial.stage), "program"),)


def _compiling(stage: Stage) -> Rules:
    """The tool chain, its results and its temporary files."""
    return [
        {"kind": "exec", "target": "/usr/**"},
        {"kind": "write", "target": f"{stage.disk}/project/**"},
        {"kind": "write", "target": "/tmp/**"},  # noqa: S108 - a pattern of a policy
    ]


def _starting(*command: str) -> Callable[[Trial], Sequence[float]]:
    def once(trial: Trial) -> Sequence[float]:
        return (_timed(trial, Path(str(shutil.which(command[0]))).resolve(), *command[1:]),)

    return once


def _running(_: Stage) -> Rules:
    """What Node and Java do before they do anything: Java keeps counters below /tmp."""
    return [
        {"kind": "exec", "target": "/usr/**"},
        {"kind": "write", "target": "/tmp/hsperfdata_*/**"},  # noqa: S108 - a pattern of a policy
        {"kind": "write", "target": "/tmp/hsperfdata_*"},  # noqa: S108 - a pattern of a policy
        {"kind": "write", "target": "/proc/**"},
        {"kind": "syscall", "name": "*"},
    ]


WORK = (
    Benchmark(
        name="compile",
        series=(Series("compile", f"make -j2 of {FILES} C files, gcc", "ms"),),
        once=_compile,
        rules=_compiling,
        rounds=3,
        quick_rounds=1,
        needs=("make", "gcc"),
    ),
    Benchmark(
        name="node",
        series=(Series("node", "start and end of Node, its container's start included", "ms"),),
        once=_starting("node", "--eval", "0"),
        rules=_running,
        needs=("node",),
    ),
    Benchmark(
        name="java",
        series=(Series("java", "start and end of Java, its container's start included", "ms"),),
        once=_starting("java", "-version"),
        rules=_running,
        needs=("java",),
    ),
)
