"""The account's events queue."""

import re
from collections.abc import Sequence
from typing import Any

from sidecar.aws.client import client, explained

_HOST = re.compile(r"https://(?:[\w-]+\.)?(?:sqs|queue)\.([a-z]{2}[a-z0-9-]+)\.")
"""Names of SQS's endpoints have the queue's region: it may be another than the task's."""

_DENIED = "the task role needs sqs:SendMessage on it, and the use of its key."


class EventsQueue:
    """An SQS queue. Raises EnvironmentFault when there is no region."""

    def __init__(self, url: str) -> None:
        self._url = url
        found = _HOST.match(url)
        self._client = client("sqs", found[1] if found else None)

    def send(self, bodies: Sequence[str]) -> tuple[set[int], set[int]]:
        """Send at most ten messages; numbers of those to be sent again, and of those that are never taken.

        Raises EnvironmentFault: none was taken, as far as one can know.
        """
        entries: list[Any] = [{"Id": str(number), "MessageBody": body} for number, body in enumerate(bodies)]
        with explained("the events queue", _DENIED):
            answer = self._client.send_message_batch(QueueUrl=self._url, Entries=entries)
        again, never = set[int](), set[int]()
        for failed in answer.get("Failed", ()):
            (never if failed.get("SenderFault") else again).add(int(failed["Id"]))
        return again, never
