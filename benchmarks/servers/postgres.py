"""Debian's PostgreSQL under its own pgbench: its TPC-B-like transactions, and with a connection for each."""

import os
import pwd
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from benchmarks.benchmark import WITH_NOISE, Benchmark, Better, Rules, Series
from benchmarks.stage import Stage
from benchmarks.trial import Trial, TrialFailed, run, serving

DEBIAN = Path("/usr/lib/postgresql")
USER = "postgres"
CLIENTS = 8
NORMAL_SECONDS, QUICK_SECONDS = 4, 1
_RATE = re.compile(r"^tps = ([\d.]+)", re.MULTILINE)


def _program(name: str) -> Path:
    """One of the newest version's. Raises TrialFailed: there is none."""
    found = sorted(DEBIAN.glob(f"*/bin/{name}"))
    if not found:
        raise TrialFailed(f"no {name} below {DEBIAN}")
    return found[-1]


def _as_user() -> tuple[str, ...]:
    """It will not run as root."""
    return ("setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups") if os.geteuid() == 0 else ()


def _data(stage: Stage) -> Path:
    """An empty cluster, made anew."""
    place = stage.work / "postgres"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    if os.geteuid() == 0:
        account = pwd.getpwnam(USER)
        os.chown(place, account.pw_uid, account.pw_gid)
    run((*_as_user(), str(_program("initdb")), "-D", f"{place}/data", "-A", "trust", "-U", USER, "--no-sync"))
    return place


def _rules(stage: Stage) -> Rules:
    """What it does: its own files, shared memory, its port, and its processes, which signal each other."""
    own = {"address": "127.0.0.1/32", "protocol": "tcp"}
    return [
        {"kind": "exec", "target": "/usr/**"},
        {"kind": "write", "target": f"{stage.work}/postgres/**"},
        {"kind": "write", "target": "/dev/shm/**"},  # noqa: S108 - a pattern of a policy
        {"kind": "bind", **own, "port": str(stage.port("postgres"))},
        {"kind": "connect", "path": "/**"},
        {"kind": "syscall", "name": "*"},
    ]


def _load(stage: Stage, *options: str) -> float:
    """Transactions a second."""
    seconds = QUICK_SECONDS if stage.quick else NORMAL_SECONDS
    where = ("-h", "127.0.0.1", "-p", str(stage.port("postgres")), "-U", USER)
    load = ("-n", "-c", str(CLIENTS), "-T", str(seconds), *options)
    rate = _RATE.search(run(("pgbench", *where, *load, "postgres")))
    if rate is None:
        raise TrialFailed("pgbench told no transactions a second")
    return float(rate[1])


def _once(trial: Trial) -> Sequence[float]:
    stage, place = trial.stage, _data(trial.stage)
    port = stage.port("postgres")
    settings = ("listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off")
    options = [word for setting in settings for word in ("-c", setting)]
    server = trial.wrap(*_as_user(), _program("postgres"), "-D", place / "data", "-p", port, *options)
    with serving(server, [port], place):
        run(
            (
                "pgbench",
                "-h",
                "127.0.0.1",
                "-p",
                str(port),
                "-U",
                USER,
                "-i",
                "-q",
                "-I",
                "dtgvp",
                "postgres",
            ),
            quiet=False,
        )
        return _load(stage), _load(stage, "-S", "-C")


POSTGRES = Benchmark(
    name="postgres",
    series=(
        Series("tpcb", "PostgreSQL, pgbench, eight clients", "transactions/s", Better.HIGHER),
        Series("reconnect", "PostgreSQL, a connection for each query", "transactions/s", Better.HIGHER),
    ),
    once=_once,
    rules=_rules,
    variants=WITH_NOISE,
    quick_rounds=1,
    needs=("pgbench", "setpriv"),
)
