"""A sidecar that does nothing but its duty to the supervisors: read, decode, acknowledge, count.

    python -m benchmarks.agent SOCKET

On SIGTERM it prints what it has seen as one JSON object.
"""

import contextlib
import json
import os
import selectors
import signal
import socket
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from outrider.errors import InvalidInput
from outrider.model.event import Event, FrameType, Mode, Verdict
from outrider.runtime.wire import FrameDecoder, encode_ack

READ_BYTES = 64 << 10
STOPPED_SHOWN = 20


@dataclass
class Life:
    """One start of the supervisor."""

    container: str = ""
    enforced: bool = False
    received: int = 0
    last_seq: int = 0
    dropped: int = 0
    """As it said last."""


@dataclass
class Seen:
    """Everything so far."""

    lives: dict[str, Life] = field(default_factory=dict)
    stopped: dict[str, list[str]] = field(default_factory=dict)
    """What block mode did not allow or the supervisor reported, by container, each once: a benchmark's policy
    should allow what it does."""
    engine: str = ""
    kernel: str = ""
    features: tuple[str, ...] = ()

    def take(self, event: Event, life: Life) -> Life:
        """Count one frame; return the life that the connection belongs to."""
        if event.type is FrameType.HELLO:
            if not self.engine:  # the first: by ptrace runs what is compared with it
                self.engine, self.kernel, self.features = event.engine, event.kernel, event.features
            life = self.lives.setdefault(event.instance, Life(event.container))
            life.enforced = event.mode is Mode.BLOCK
        elif event.seq > life.last_seq:
            life.received += 1
            life.last_seq, life.dropped = event.seq, event.dropped
            if event.type is FrameType.TROUBLE or (life.enforced and event.verdict is Verdict.BLOCK):
                what = f"{event.program} {event.syscall} {event.target}{event.message}".strip()
                acts = self.stopped.setdefault(life.container, [])
                if what not in acts:
                    acts.append(what)
        return life

    def to_plain(self) -> dict[str, Any]:
        """As JSON values."""
        lives = self.lives.values()
        return {
            "engine": self.engine,
            "kernel": self.kernel,
            "features": list(self.features),
            "supervisors": len(self.lives),
            "emitted": sum(life.last_seq for life in lives),
            "received": sum(life.received for life in lives),
            "dropped": sum(life.dropped for life in lives),
            "stopped": {name: acts[:STOPPED_SHOWN] for name, acts in self.stopped.items()},
        }


class Connection:
    """One supervisor's stream."""

    def __init__(self, stream: socket.socket, seen: Seen) -> None:
        self.stream, self.seen = stream, seen
        self.decoder, self.life = FrameDecoder(), Life()

    def read(self) -> bool:
        """Take what has come; False at the end of the stream."""
        data = self.stream.recv(READ_BYTES)
        for event in self.decoder.feed(data):
            self.life = self.seen.take(event, self.life)
        if data:
            self.stream.sendall(encode_ack(self.decoder.last_seq))
        return bool(data)


def listen(path: Path) -> socket.socket:
    """Return a listening socket that is in its place only when it is ready."""
    listener = socket.socket(socket.AF_UNIX)
    fresh = path.with_suffix(".new")
    listener.bind(str(fresh))
    fresh.chmod(0o666)
    listener.listen(64)
    fresh.replace(path)
    return listener


def serve(listener: socket.socket, seen: Seen, end: int) -> None:
    """Serve supervisors until `end` is readable."""
    selector = selectors.DefaultSelector()
    selector.register(end, selectors.EVENT_READ)
    selector.register(listener, selectors.EVENT_READ)
    while True:
        for key, _ in selector.select():
            if key.fileobj == end:
                return
            if key.fileobj is listener:
                accepted = listener.accept()[0]
                selector.register(accepted, selectors.EVENT_READ, Connection(accepted, seen))
                continue
            try:
                alive = key.data.read()
            except (OSError, InvalidInput) as error:
                print(f"benchmarks.agent: {error}", file=sys.stderr)
                alive = False
            if not alive:
                selector.unregister(key.fileobj)
                key.data.stream.close()


def main() -> int:
    """Serve, then say what was seen."""
    end, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGTERM, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    seen = Seen()
    with listen(Path(sys.argv[1])) as listener:
        serve(listener, seen, end)
    with contextlib.suppress(BrokenPipeError):
        print(json.dumps(seen.to_plain()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
