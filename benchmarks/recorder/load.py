"""A supervisor that tells so many events a second, evenly, and then waits until all are recorded.

    python -m benchmarks.recorder.load SOCKET CONTAINER RATE SECONDS

Frames are made before it connects. It says `ready` and waits for a line; then it says how many were sent and
how many seconds the agent was behind at the end, and waits for another line before it hangs up.
"""

import os
import select
import socket
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

from benchmarks.recorder.stream import Stream
from outrider.model.event import Event, FrameType, Mode
from outrider.runtime.wire import FRAME, LENGTH
from outrider.runtime.wire_encode import encode_frame
from outrider.runtime.wire_fields import ANCESTOR, FIELD

TICK_SECONDS = 0.001
"""How often it sends what is due: at 10,000 a second ten frames at a time."""
PATIENCE_SECONDS = 60.0
_ORDER = (1, 2, 11, 3, 5, 6, 7, 8, 4, ANCESTOR, 9, 10)
"""Kind, verdict, rule, pid, uid, gid, program, command line, parent, ancestors, target, address; the rest."""


def frames(rate: float, count: int) -> Sequence[bytes]:
    """So many frames as a supervisor makes them: who speaks is said in HELLO."""
    told = islice(Stream(rate).events(), count)
    return [
        in_order(encode_frame(replace(event, instance="", container="", time_ns=time.time_ns())))
        for event in told
    ]


def in_order(frame: bytes) -> bytes:
    """The frame with its fields in the order of native/report.c: who acted first."""
    begin = LENGTH.size + FRAME.size
    fields, at = [], begin
    while at < len(frame):
        tag, size = FIELD.unpack_from(frame, at)
        end = at + FIELD.size + size
        fields.append((_ORDER.index(tag) if tag in _ORDER else len(_ORDER), frame[at:end]))
        at = end
    return frame[:begin] + b"".join(field for _, field in sorted(fields, key=lambda field: field[0]))


def hello(container: str) -> bytes:
    """The first frame."""
    return encode_frame(
        Event(
            type=FrameType.HELLO,
            seq=0,
            time_ns=time.time_ns(),
            container=container,
            instance=os.urandom(16).hex(),
            uid=os.getuid(),
            pid=1,
            engine="notify",
            mode=Mode.ALERT,
            kernel="6.1 x86_64",
        )
    )


def play(peer: socket.socket, told: Sequence[bytes], rate: float) -> float:
    """Send at that rate; seconds from when the last frame was due to its acknowledgement."""
    peer.setblocking(False)
    begin = time.monotonic()
    end = begin + len(told) / rate
    made = acked = 0
    pending = memoryview(b"")
    while acked < len(told):
        if not pending:
            due = min(len(told), int((time.monotonic() - begin) * rate) + 1)
            pending, made = memoryview(b"".join(told[made:due])), due
        readable, writable, _ = select.select([peer], [peer] if pending else [], [], TICK_SECONDS)
        if writable:
            pending = pending[peer.send(pending) :]
        if readable:
            acked = _acked(peer, acked)
        if not pending and made < len(told):
            time.sleep(max(TICK_SECONDS, made / rate - (time.monotonic() - begin)))
        if time.monotonic() > end + PATIENCE_SECONDS:
            raise TimeoutError(f"{len(told) - acked} of {len(told)} frames were never acknowledged")
    return max(0.0, time.monotonic() - end)


def _acked(peer: socket.socket, before: int) -> int:
    """The last number acknowledged."""
    answer = peer.recv(1 << 16)
    if not answer:
        raise ConnectionError("the agent hung up")
    return int.from_bytes(answer[-8:], "little") if len(answer) % 8 == 0 else before


def main() -> int:
    """Play."""
    path, container, rate, seconds = sys.argv[1:5]
    told = frames(float(rate), int(float(rate) * float(seconds)))
    with socket.socket(socket.AF_UNIX) as peer:
        peer.connect(path)
        peer.sendall(hello(container))
        print("ready", flush=True)
        sys.stdin.readline()
        behind = play(peer, told, float(rate))
        print(len(told), f"{behind:.3f}", flush=True)
        sys.stdin.readline()
    return 0


if __name__ == "__main__":
    sys.exit(main())
