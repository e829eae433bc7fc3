"""Single calls and programs started: each a C program under programs/."""

import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.benchmark import (
    SIDE_BY_SIDE,
    WITH_PTRACE,
    WITH_RIVALS,
    Benchmark,
    Rules,
    Series,
    Variant,
    no_rules,
)
from benchmarks.stage import Stage
from benchmarks.trial import Trial, Words, run
from outrider.model.pattern import quote

TRUE = Path("/bin/true").resolve()
"""Debian's: dynamic, as most programs are."""
OTHER_RULES = 1000
"""As many as a large workload may have."""

Arguments = Callable[[Stage], Sequence[Words]]


def starts(*programs: Path) -> Rules:
    """Rules for the programs that may be started."""
    return [{"kind": "exec", "target": quote(str(path.resolve()))} for path in programs]


def _calls(
    name: str,
    program: str,
    count: int,
    *series: Series,
    arguments: Arguments = lambda _: (),
    rules: Callable[[Stage], Rules] = no_rules,
    variants: tuple[Variant, ...] = SIDE_BY_SIDE,
    one_cpu: bool = False,
) -> Benchmark:
    """Make a benchmark of `program COUNT ARGUMENTS…`."""

    def once(trial: Trial) -> Sequence[float]:
        stage = trial.stage
        words = (stage.program(program), trial.count(count), *arguments(stage))
        return trial.measured([*(_on_one_cpu() if one_cpu else ()), *trial.wrap(*words)])

    def all_rules(stage: Stage) -> Rules:
        return [*starts(stage.program(program)), *rules(stage)]

    needs = ("taskset",) if one_cpu else ()
    return Benchmark(name=name, series=series, once=once, rules=all_rules, variants=variants, needs=needs)


def _on_one_cpu() -> tuple[str, ...]:
    """The program and its supervisor on the same processor, as in a task of a quarter vCPU."""
    return ("taskset", "--cpu-list", str(max(os.sched_getaffinity(0))))


def _start_up(trial: Trial) -> Sequence[float]:
    """What a container's start takes longer: the measuring program is bare, what it starts is supervised."""
    said = run([str(trial.stage.program("exec")), str(trial.count(40)), *trial.wrap(TRUE)])
    return (float(dict(line.split() for line in said.splitlines())["spawn"]) / 1000,)


def _loopback(stage: Stage, kind: str, protocol: str) -> dict[str, Any]:
    """A rule for one port of 127.0.0.1."""
    return {
        "kind": kind,
        "address": "127.0.0.1/32",
        "port": str(stage.port("calls")),
        "protocol": protocol,
    }


def _connecting(stage: Stage) -> Rules:
    """What programs/connect.c does."""
    return [
        _loopback(stage, "bind", "tcp"),
        _loopback(stage, "connect", "tcp"),
        _loopback(stage, "connect", "udp"),
    ]


def _behind_others(stage: Stage) -> Rules:
    """The same, at the end of a long policy about the same program."""
    program = quote(str(stage.program("connect")))
    other = {"kind": "connect", "program": program, "port": "443", "protocol": "tcp"}
    others = [other | {"address": f"10.{i >> 8}.{i & 255}.0/24"} for i in range(OTHER_RULES)]
    return [*others, *_connecting(stage)]


def _writing(folder: Path, names: str) -> Rules:
    """A rule for the files of one directory."""
    return [{"kind": "write", "target": f"{quote(str(folder))}/{names}"}]


def _folder(parent: Path) -> Path:
    """An empty directory for a trial's files."""
    made = parent / "created"
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir()
    return made


CALLS = (
    _calls(
        "exec",
        "exec",
        300,
        Series("fork", "fork + exec + wait, /bin/true"),
        Series("spawn", "posix_spawn + wait, /bin/true"),
        arguments=lambda _: (TRUE,),
        rules=lambda _: starts(TRUE),
        variants=WITH_PTRACE,
    ),
    _calls(
        "exec-static",
        "exec",
        500,
        Series("fork", "fork + exec + wait, smallest static program"),
        Series("spawn", "posix_spawn + wait, smallest static program"),
        arguments=lambda stage: (stage.program("nothing"),),
        rules=lambda stage: starts(stage.program("nothing")),
    ),
    _calls(
        "launch",
        "launch",
        3,
        Series("launch", "launch 100 programs at once, each (OSBench)"),
        arguments=lambda _: (TRUE,),
        rules=lambda _: starts(TRUE),
        variants=WITH_RIVALS,
    ),
    _calls(
        "connect",
        "connect",
        5000,
        Series("tcp", "connect, TCP, loopback"),
        Series("udp", "connect, UDP, loopback"),
        arguments=lambda stage: (stage.port("calls"),),
        rules=_connecting,
        variants=WITH_PTRACE,
    ),
    _calls(
        "connect-one-cpu",
        "connect",
        5000,
        Series("tcp", "connect, TCP, loopback, on one CPU"),
        Series("udp", "connect, UDP, loopback, on one CPU"),
        arguments=lambda stage: (stage.port("calls"),),
        rules=_connecting,
        variants=WITH_PTRACE,
        one_cpu=True,
    ),
    _calls(
        "connect-many-rules",
        "connect",
        5000,
        Series("tcp", f"connect, TCP, after {OTHER_RULES} other rules"),
        Series("udp", f"connect, UDP, after {OTHER_RULES} other rules"),
        arguments=lambda stage: (stage.port("calls"),),
        rules=_behind_others,
    ),
    _calls(
        "bind",
        "bind",
        5000,
        Series("bind", "bind, TCP, loopback"),
        rules=lambda _: [{"kind": "bind", "address": "127.0.0.1/32", "protocol": "tcp"}],
        variants=WITH_PTRACE,
    ),
    _calls(
        "open",
        "open",
        10000,
        Series("open", "open an existing file for writing"),
        arguments=lambda stage: (stage.file("existing"),),
        rules=lambda stage: _writing(stage.tmpfs, "existing"),
        variants=WITH_PTRACE,
    ),
    _calls(
        "create-tmpfs",
        "create",
        3000,
        Series("create", "create, write, close, delete a file, tmpfs (OSBench)"),
        arguments=lambda stage: (_folder(stage.tmpfs),),
        rules=lambda stage: _writing(stage.tmpfs / "created", "*"),
        variants=WITH_RIVALS,
    ),
    _calls(
        "create-disk",
        "create",
        3000,
        Series("create", "create, write, close, delete a file, disk (OSBench)"),
        arguments=lambda stage: (_folder(stage.disk),),
        rules=lambda stage: _writing(stage.disk / "created", "*"),
        variants=WITH_RIVALS,
    ),
    _calls(
        "processes",
        "processes",
        10,
        Series("processes", "create 100 processes, each (OSBench)"),
        variants=WITH_RIVALS,
    ),
    _calls(
        "threads",
        "threads",
        20,
        Series("threads", "create 100 threads, each (OSBench)"),
        variants=WITH_RIVALS,
    ),
    _calls(
        "install",
        "install",
        1000,
        Series("install", "one of 1,000 small files made, renamed, read, deleted, disk (npm install)"),
        arguments=lambda stage: (_folder(stage.disk),),
        rules=lambda stage: _writing(stage.disk / "created", "**"),
        variants=WITH_RIVALS,
    ),
    _calls(
        "datagram",
        "datagram",
        5000,
        Series("sendto", "sendto with an address, UDP"),
        Series("sendmsg", "sendmsg on a connected socket, UDP"),
        Series("send", "send on a connected socket, UDP (not trapped)"),
        arguments=lambda stage: (stage.port("calls"),),
        rules=lambda stage: [_loopback(stage, kind, "udp") for kind in ("bind", "connect")],
        variants=WITH_PTRACE,
    ),
    _calls(
        "untrapped",
        "untrapped",
        20000,
        Series("getppid", "getppid (not trapped)"),
        Series("open", "open for reading (not trapped)"),
        arguments=lambda stage: (stage.file("existing"),),
    ),
    Benchmark(
        name="start-up",
        series=(Series("start-up", "start and end of a container's program, /bin/true"),),
        once=_start_up,
        rules=lambda _: starts(TRUE),
    ),
)
