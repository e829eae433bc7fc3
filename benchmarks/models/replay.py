"""Run as a program: a flight record is made, read again, and replayed under a policy of its beginning.

`python -m benchmarks.models.replay EVENTS` says seconds of a processor for reading and for replaying, MiB at
most, and MiB of the record.
"""

import resource
import sys
import time
from io import BytesIO
from itertools import islice

from benchmarks.recorder.stream import START_NS, Stream
from outrider.model.event import Event, Mode
from outrider.policy.from_model import from_models
from outrider.policy.replay import Replay
from outrider.runtime.flight.reader import read_segment
from outrider.runtime.flight.segment import Header, SegmentWriter
from outrider.runtime.learn import learn

TOGETHER = 64
"""Events of one frame: what the agent reads at once when it is busy."""
LEARNED = 5_000
SEGMENT = 1 << 20


def record(count: int) -> list[bytes]:
    """The segments of a record of so many events."""
    stream = Stream(100).events()
    made: list[bytes] = []
    header = Header("web", 1, START_NS)
    while count > 0:
        writer = SegmentWriter(header)
        data = bytearray(writer.head)
        while count > 0 and len(data) < SEGMENT:
            events = list(islice(stream, min(TOGETHER, count)))
            count -= len(events)
            data += writer.frames(events)
        made.append(bytes(data))
        header = Header("web", header.number + 1, events[-1].time_ns, writer.chain)
    return made


def main(count: int) -> None:
    """Measure."""
    segments = record(count)
    policy = from_models(
        learn(islice(Stream(100).events(), LEARNED), workload="shop").models, mode=Mode.BLOCK, counter=1
    ).document
    replay = Replay(policy)
    read = replayed = 0.0
    for segment in segments:
        begun = time.process_time()
        events = [one for one in read_segment(BytesIO(segment)) if isinstance(one, Event)]
        middle = time.process_time()
        for event in events:
            replay.take(event)
        read, replayed = read + middle - begun, replayed + time.process_time() - middle
    if sum(replay.verdicts.values()) != count:
        raise SystemExit("not every event was replayed")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(read, replayed, memory, sum(map(len, segments)) / (1 << 20))


if __name__ == "__main__":
    main(int(sys.argv[1]))
