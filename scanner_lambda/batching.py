"""Messages in batches that SQS takes; what it refuses of a batch is sent again, what is left over is told.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

from outrider.model.batches import batches as grouped

ENTRIES = 10
"""Messages of one batch at most."""

BYTES = 256 << 10
"""Of all messages of one batch together."""

PAUSES = (0.2, 1.0, 3.0)
"""Seconds before what was refused is sent again."""

Send = Callable[[Sequence[str]], Sequence[int]]
"""Sends one batch; the places of those that were not taken and may be sent again."""


def batches(bodies: Iterable[str]) -> Iterator[list[str]]:
    """As few batches as keep the order. A message that alone is too large is a batch of its own."""
    return grouped(bodies, lambda body: len(body.encode()), count=ENTRIES, total=BYTES)


def send_all(bodies: Iterable[str], send: Send, sleep: Callable[[float], None]) -> list[str]:
    """Send them all; those that the queue would not take in the end."""
    lost: list[str] = []
    for batch in batches(bodies):
        left = batch
        for pause in (0.0, *PAUSES):
            if pause:
                sleep(pause)
            left = [left[place] for place in send(left)]
            if not left:
                break
        lost += left
    return lost
