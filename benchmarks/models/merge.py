"""Run as a program: models of many tasks of one busy application, merged one after the other, written, read.

`python -m benchmarks.models.merge TASKS` says seconds of a processor for learning one task and for merging
all, MiB at most, entries, and KiB as a file. Every task serves the same requests, with names, addresses and
some behaviour of its own.
"""

import random
import resource
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import reduce
from uuid import UUID

from outrider.model.behaviour import BehaviourModel
from outrider.model.event import Address, Event, FrameType, Kind, Verdict
from outrider.model.folding import fold
from outrider.runtime import model_file
from outrider.runtime.learn import learn

START_NS = 1_795_482_123_000_000_000
_SERVER, _WORKER = "/usr/sbin/nginx", "/usr/bin/python3.11"
_TOOLS = ("git", "convert", "gzip", "gs", "ffmpeg", "pandoc", "xz", "openssl")


def acts(task: int) -> Iterator[tuple[Kind, str, str, str, int]]:
    """What one task does: kind, program, target, host and port."""
    chance = random.Random(task)  # noqa: S311 - the same each time
    yield Kind.EXEC, "/outrider/bin/outrider-run", _SERVER, "", 0
    yield Kind.EXEC, _SERVER, _WORKER, "", 0
    yield Kind.BIND, _SERVER, "", "0.0.0.0", 8080  # noqa: S104 - nobody listens
    for tool in _TOOLS:
        yield Kind.EXEC, _WORKER, f"/usr/bin/{tool}", "", 0
    for number in range(16):
        yield Kind.WRITE, _WORKER, f"/srv/sessions/{UUID(int=chance.getrandbits(128))}.json", "", 0
        yield (
            Kind.WRITE,
            _WORKER,
            f"/srv/cache/{chance.randrange(256):02x}/{chance.randrange(256):02x}/x",
            "",
            0,
        )
        yield Kind.WRITE, _SERVER, f"/var/log/nginx/access-2026-11-{number % 28 + 1:02}.log", "", 0
    for number in range(20):
        yield Kind.WRITE, _WORKER, f"/srv/module{number}/state", "", 0
    for _ in range(10):
        yield Kind.CONNECT, _WORKER, "", f"10.0.{chance.randrange(9)}.{chance.randrange(250)}", 5432
    for number in range(40):
        yield Kind.CONNECT, _WORKER, f"service{number}.example.com", "203.0.113.7", 443
    for number in range(4):  # what only some tasks do
        yield Kind.EXEC, _WORKER, f"/usr/lib/job{(task + number * 7) % 40}", "", 0


def events(task: int) -> Iterator[Event]:
    """The same as its defender tells it."""
    for seq, (kind, program, target, host, port) in enumerate(acts(task), 1):
        named = kind is Kind.CONNECT and target
        yield Event(
            type=FrameType.EVENT,
            seq=seq,
            time_ns=START_NS + (task * 1000 + seq) * 1_000_000,
            instance=f"{random.Random(task).getrandbits(128):032x}",  # noqa: S311
            container="web",
            kind=kind,
            verdict=Verdict.ALLOW,
            program=program,
            target="" if named else target,
            name=target if named else "",
            address=Address("inet", "tcp", host, port) if host else None,
            argv=(target, "--job", str(seq)) if kind is Kind.EXEC else (),
        )


def main(tasks: int) -> None:
    """Measure."""
    begun = time.process_time()
    models = [
        learn(events(task), workload="shop", images={"web": "sha256:1"}).models[0] for task in range(tasks)
    ]
    learned = time.process_time()
    union = reduce(BehaviourModel.merge, models)
    merged = replace(union, seen=fold(union.seen))
    done = time.process_time()
    text = model_file.to_json([merged])
    (again,) = model_file.from_json(text.encode())
    if again != merged or len(merged.instances) != tasks:
        raise SystemExit("the merged model is not what it should be")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print((learned - begun) / tasks, done - learned, memory, len(merged.seen), len(text) / 1024)


if __name__ == "__main__":
    main(int(sys.argv[1]))
