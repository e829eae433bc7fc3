"""The injector's own queue, for what one invocation has no time for."""

import json
from collections.abc import Callable
from typing import Any

from outrider.account.errors import translated


class OwnQueue:
    """The queue, when there is one."""

    def __init__(self, clients: Callable[[str], Any], url: str) -> None:
        self._clients, self._url = clients, url

    def go_on(self, after: str) -> bool:
        """Send what is left of a reconcile; False: there is no queue. Raises EnvironmentFault."""
        if not self._url:
            return False
        with translated("cannot send to the injector's queue"):
            self._clients("sqs").send_message(
                QueueUrl=self._url, MessageBody=json.dumps({"command": "reconcile", "after": after})
            )
        return True
