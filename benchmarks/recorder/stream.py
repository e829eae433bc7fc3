"""Events as a busy container's supervisor tells them: nginx, and a Python app that starts programs at times.

The same seed gives the same stream. Repeats are left out, as the supervisor leaves them out: every event
differs from those before in what matters to a policy.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from outrider.model.event import Address, Ancestor, Event, FrameType, Kind, Verdict

START_NS = 1_764_000_000_000_000_000
INSTANCE = "5f1d7a3c9b2e4f608172a3b4c5d6e7f8"

_NGINX = ("/usr/sbin/nginx", ("nginx: worker process",))
_APP = (
    "/usr/local/bin/python3.12",
    (
        "/usr/local/bin/python3.12",
        "/usr/local/bin/gunicorn",
        "-w",
        "4",
        "-b",
        "127.0.0.1:8000",
        "shop.wsgi:application",
    ),
)
_TOOLS = (
    ("/usr/bin/dash", ("sh", "-c", "convert {upload} -resize 200x200 {thumb}")),
    ("/usr/bin/convert-im6.q16", ("convert", "{upload}", "-resize", "200x200", "{thumb}")),
    ("/usr/bin/git", ("git", "-C", "/srv/shop/data", "rev-parse", "HEAD")),
)
_NAMES = ("db.shop.internal", "cache.shop.internal", "sqs.eu-west-1.amazonaws.com", "api.payments.example")


@dataclass(slots=True)
class Stream:
    """One life of the container. `events` goes on for ever."""

    rate: float
    """Events a second, on the average."""
    seed: int = 1
    container: str = "web"
    _seq: int = field(default=0, init=False)
    _time_ns: int = field(default=START_NS, init=False)
    _pid: int = field(default=40, init=False)

    def events(self) -> Iterator[Event]:
        """Connects, writes, and programs started, in the mixture of a web shop."""
        chance = random.Random(self.seed)  # noqa: S311 - a benchmark's stream, not a secret
        while True:
            kind = chance.random()
            if kind < 0.35:
                yield self._connect(chance)
            elif kind < 0.75:
                yield self._write(chance)
            else:
                yield from self._thumbnail(chance)

    def _connect(self, chance: random.Random) -> Event:
        """A worker asks a database, a cache, a service."""
        name = chance.choice(_NAMES)
        address = Address("inet", "tcp", f"10.0.{chance.randrange(4)}.{chance.randrange(1, 250)}", 443)
        return self._worker(chance, kind=Kind.CONNECT, syscall="connect", address=address, name=name, rule=3)

    def _write(self, chance: random.Random) -> Event:
        """nginx buffers a body, or the app writes a file of a name it has made up."""
        if chance.random() < 0.5:
            serial = chance.randrange(1, 10_000_000)
            target = f"/var/lib/nginx/body/{serial:010d}"
            return self._event(
                chance,
                pid=31 + chance.randrange(2),
                ppid=1,
                uid=33,
                gid=33,
                program=_NGINX[0],
                cmdline=_NGINX[1],
                ancestors=(Ancestor(1, _NGINX[0]),),
                kind=Kind.WRITE,
                syscall="openat",
                target=target,
                rule=7,
            )
        target = f"/srv/shop/uploads/2025/{chance.randrange(1, 29):02d}/{chance.randbytes(8).hex()}.jpg"
        return self._worker(chance, kind=Kind.WRITE, syscall="openat", target=target, rule=8)

    def _thumbnail(self, chance: random.Random) -> Iterator[Event]:
        """The app starts a shell, the shell a program, the program writes its result."""
        worker = 20 + chance.randrange(4)
        upload, thumb = (f"/tmp/{chance.randbytes(6).hex()}.{end}" for end in ("jpg", "png"))  # noqa: S108
        above = (Ancestor(worker, _APP[0]), Ancestor(12, _APP[0]), Ancestor(1, _NGINX[0]))
        program, cmdline = _APP
        self._pid += 1 + chance.randrange(3)
        pid, ppid = self._pid, worker
        for tool, words in _TOOLS[: 1 + chance.randrange(3)]:
            argv = tuple(word.format(upload=upload, thumb=thumb) for word in words)
            said = {"pid": pid, "ppid": ppid, "uid": 33, "gid": 33, "program": program, "cmdline": cmdline}
            yield self._event(
                chance,
                kind=Kind.EXEC,
                syscall="execve",
                target=tool,
                argv=argv,
                ancestors=above,
                rule=1,
                sha256=f"{len(tool):02x}" * 32,
                **said,
            )
            program, cmdline = tool, argv
        said = {"pid": pid, "ppid": ppid, "uid": 33, "gid": 33, "program": program, "cmdline": cmdline}
        yield self._event(
            chance, kind=Kind.WRITE, syscall="openat", target=thumb, ancestors=above, rule=8, **said
        )

    def _worker(self, chance: random.Random, **said: object) -> Event:
        """One of four gunicorn workers acts."""
        return self._event(
            chance,
            pid=20 + chance.randrange(4),
            ppid=12,
            uid=33,
            gid=33,
            program=_APP[0],
            cmdline=_APP[1],
            ancestors=(Ancestor(12, _APP[0]), Ancestor(1, _NGINX[0])),
            **said,
        )

    def _event(self, chance: random.Random, **said: object) -> Event:
        """The next event; times are as irregular as they are in life."""
        self._seq += 1
        self._time_ns += int(chance.expovariate(self.rate) * 1e9)
        fields: dict[str, object] = {
            "verdict": Verdict.ALLOW,
            "instance": INSTANCE,
            "container": self.container,
        }
        return Event(type=FrameType.EVENT, seq=self._seq, time_ns=self._time_ns, **(fields | said))  # type: ignore[arg-type]
