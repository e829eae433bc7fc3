"""The reporting half of a supervisor, as native/wire.h has it: ring, drops, acknowledgements, reconnects.

Strict on purpose: whatever the agent does that wire.h does not allow ends as an entry in `faults`.
"""

import os
import select
import socket
import threading
import time
from collections import deque
from dataclasses import replace
from pathlib import Path

from outrider.model.event import Event, FrameType, Kind, Mode, Verdict
from outrider.runtime.wire_encode import encode_frame

RING_BYTES = 512 << 10
RETRY_SECONDS = 0.05


def hello(container: str, instance: str, **fields) -> Event:
    said = {"uid": os.getuid(), "pid": 1, "engine": "notify", "mode": Mode.ALERT, "kernel": "6.1 x86_64"}
    return Event(
        type=FrameType.HELLO,
        seq=0,
        time_ns=time.time_ns(),
        container=container,
        instance=instance,
        **{**said, **fields},
    )


def exec_event(number: int, verdict: Verdict = Verdict.ALLOW) -> Event:
    return Event(
        type=FrameType.EVENT,
        seq=0,
        time_ns=time.time_ns(),
        kind=Kind.EXEC,
        verdict=verdict,
        pid=17,
        ppid=1,
        uid=33,
        gid=33,
        program="/usr/bin/python3.11",
        cmdline=("python3", "app.py"),
        target=f"/opt/programs/number-{number}",
        syscall="execve",
    )


class FakeSupervisor:
    """One supervised container's life. Use as a context manager."""

    def __init__(self, path: Path, container: str = "web", instance: str | None = None, ring=RING_BYTES):
        self.instance = instance or os.urandom(16).hex()
        self.container = container
        self.seq = 0
        self.dropped = 0
        self.acked = 0
        self.connects = 0
        self.faults: list[str] = []
        self._path = path
        self._ring_bytes = ring
        self._ring: deque[tuple[int, bytes]] = deque()  # not acknowledged yet
        self._used = 0
        self._lock = threading.Lock()
        self._closing = False
        self._thread = threading.Thread(target=self._keep, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._closing = True
        self._thread.join(10)

    def emit(self, event: Event) -> None:
        """Number an event and put it into the ring, or drop and count it."""
        with self._lock:
            self.seq += 1
            frame = encode_frame(replace(event, seq=self.seq, dropped=self.dropped))
            if self._used + len(frame) > self._ring_bytes:
                self.dropped += 1
            else:
                self._ring.append((self.seq, frame))
                self._used += len(frame)

    def wait_acked(self, seconds: float = 20) -> bool:
        """Until everything in the ring is acknowledged."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with self._lock:
                if not self._ring:
                    return True
            time.sleep(0.01)
        return False

    def abandon(self) -> None:
        """Forget what nobody acknowledged, so that leaving does not wait for it."""
        with self._lock:
            self._ring.clear()

    def _keep(self) -> None:
        while not self._closing:
            try:
                with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as peer:
                    peer.connect(str(self._path))
                    self.connects += 1
                    self._converse(peer)
            except OSError:
                pass
            time.sleep(RETRY_SECONDS)

    def _converse(self, peer: socket.socket) -> None:
        peer.setblocking(False)
        pending = encode_frame(replace(hello(self.container, self.instance), dropped=self.dropped))
        sent = 0  # last seq handed to this connection
        answer = b""
        while not (self._closing and not self._ring):
            if not pending:
                pending, sent = self._unsent(sent)
            ready, writable, _ = select.select([peer], [peer] if pending else [], [], 0.01)
            if writable:
                pending = pending[peer.send(pending) :]
            if ready:
                got = peer.recv(4096)
                if not got:
                    return
                answer += got
                while len(answer) >= 8:
                    self._take_ack(int.from_bytes(answer[:8], "little"), sent)
                    answer = answer[8:]

    def _unsent(self, sent: int) -> tuple[bytes, int]:
        with self._lock:
            frames = [(seq, frame) for seq, frame in self._ring if seq > sent][:100]
        return b"".join(frame for _, frame in frames), frames[-1][0] if frames else sent

    def _take_ack(self, seq: int, sent: int) -> None:
        with self._lock:
            if seq > sent:
                self.faults.append(f"acknowledged {seq}, sent was {sent}")
            if seq < self.acked:
                self.faults.append(f"acknowledged {seq} after {self.acked}")
            self.acked = max(self.acked, seq)
            while self._ring and self._ring[0][0] <= seq:
                self._used -= len(self._ring.popleft()[1])
