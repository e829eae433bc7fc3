"""AWS on a bad day, the same bad day for the same seed: calls that are throttled, fail, stall or lose
their answer.

`Chaos(seed).raging()` hangs itself on botocore's `before-send` event of every client made inside the
block, whoever makes it. Time is virtual: botocore's waits between attempts are counted and not slept.
It works against moto's server only: a request that would leave this machine is an error of the test.
`shaken` is the same for SQS: what at-least-once delivery may do to a batch. What it does not do: wrong
answers (AWS does not lie), faults in the middle of a download.
"""

import hashlib
import io
import json
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from unittest import mock
from urllib.parse import urlsplit

import boto3
import botocore.handlers
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError
from botocore.httpsession import URLLib3Session

READ_TIMEOUT = 60.0
"""Seconds that botocore waits for an answer, unless told otherwise."""

Record = dict[str, Any]


class Fault(StrEnum):
    """What goes wrong with one attempt of one call."""

    NONE = "none"
    THROTTLED = "throttled"
    FAILED = "failed"
    """A 5xx; the call had no effect."""
    CUT_BEFORE = "cut before"
    """The connection is reset; the call had no effect."""
    CUT_AFTER = "cut after"
    """The call took effect, and its answer never came."""
    SLOW = "slow"
    """The answer takes seconds; over READ_TIMEOUT it is given up, after the call took effect."""


RATES = {
    Fault.THROTTLED: 0.08,
    Fault.FAILED: 0.05,
    Fault.CUT_BEFORE: 0.04,
    Fault.CUT_AFTER: 0.06,
    Fault.SLOW: 0.05,
}
"""Shares of all attempts: far more than AWS's, so that a handful of calls meets some."""


@dataclass(frozen=True, slots=True)
class Met:
    """One attempt, and what was done to it."""

    service: str
    operation: str
    number: int
    """Of the attempts of this operation, from 1."""
    fault: Fault


@dataclass
class Chaos:
    """One bad day."""

    seed: int
    rates: dict[Fault, float] = field(default_factory=lambda: dict(RATES))
    spared: frozenset[str] = frozenset()
    """Operations (`ReceiveMessage`) that nothing is done to: the test's own."""
    met: list[Met] = field(default_factory=list)
    seconds: float = 0.0
    """Virtual: waits and slow answers."""
    _counts: dict[tuple[str, str], int] = field(default_factory=dict)
    _one: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def raging(self) -> Iterator["Chaos"]:
        """For every client of a session that is made inside the block, boto3's default one among them.

        Clients that a program keeps from before are not met; those from inside are left alone after it.
        """
        calm = threading.Event()
        session = URLLib3Session()

        def handler(event_name: str, request: AWSPreparedRequest, **_: Any) -> AWSResponse | None:
            return None if calm.is_set() else self._done(event_name, request, session)

        entry = ("before-send", handler)
        botocore.handlers.BUILTIN_HANDLERS.append(entry)
        boto3.DEFAULT_SESSION = None
        with ExitStack() as stack:
            stack.callback(setattr, boto3, "DEFAULT_SESSION", None)
            stack.callback(botocore.handlers.BUILTIN_HANDLERS.remove, entry)
            stack.callback(calm.set)
            stack.callback(session.close)
            for module in ("botocore.endpoint", "botocore.waiter"):
                stack.enter_context(mock.patch(f"{module}.time", _VirtualTime(self.wait)))
            stack.enter_context(
                mock.patch("botocore.retries.bucket.TokenBucket.acquire", lambda *_, **__: True)
            )
            yield self

    def wait(self, seconds: float) -> None:
        """Virtual time goes by."""
        self.seconds += seconds

    def faults(self) -> set[Fault]:
        """Kinds that were met."""
        return {one.fault for one in self.met} - {Fault.NONE}

    def _done(
        self, event_name: str, request: AWSPreparedRequest, session: URLLib3Session
    ) -> AWSResponse | None:
        """What becomes of one attempt; None: it goes its way."""
        if urlsplit(request.url).hostname != "127.0.0.1":
            raise AssertionError(f"chaos is for moto's server, not for {request.url}")
        _, service, operation = event_name.split(".", 2)
        if operation in self.spared:
            return None
        fault, dice = self._draw(service, operation)
        if fault is Fault.THROTTLED:
            return refusal(request, service, _THROTTLES.get(service, (400, "ThrottlingException")))
        if fault is Fault.FAILED:
            return refusal(request, service, (dice.choice((500, 502, 503)), "InternalFailure"))
        if fault is Fault.CUT_BEFORE:
            raise ConnectionClosedError(endpoint_url=request.url)
        if fault is Fault.CUT_AFTER:
            session.send(request)
            raise ConnectionClosedError(endpoint_url=request.url)
        if fault is Fault.SLOW:
            self.wait(waited := dice.uniform(1, 2 * READ_TIMEOUT))
            if waited > READ_TIMEOUT:
                session.send(request)
                raise ReadTimeoutError(endpoint_url=request.url)
        return None

    def _draw(self, service: str, operation: str) -> tuple[Fault, random.Random]:
        """The fault of this attempt.

        Every operation has dice of its own: threads that make different calls do not change each other's day.
        """
        with self._one:
            number = self._counts[service, operation] = self._counts.get((service, operation), 0) + 1
            dice = dice_of(self.seed, service, operation, number)
            place, fault = dice.random(), Fault.NONE
            for kind, rate in self.rates.items():
                if place < rate:
                    fault = kind
                    break
                place -= rate
            self.met.append(Met(service, operation, number, fault))
            return fault, dice


_THROTTLES = {
    "lambda": (429, "TooManyRequestsException"),
    "dynamodb": (400, "ProvisionedThroughputExceededException"),
    "s3": (503, "SlowDown"),
    "sns": (400, "Throttling"),
    "sts": (400, "Throttling"),
}
"""Service → status and code of its throttling; ThrottlingException for the others."""


class _VirtualTime:
    """The module `time`, but for `sleep`."""

    def __init__(self, sleep: Callable[[float], None]) -> None:
        self.sleep = sleep

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)


class _Body(io.BytesIO):
    """A raw response as urllib3 gives it."""

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        yield self.read()


def refusal(request: AWSPreparedRequest, service: str, how: tuple[int, str]) -> AWSResponse:
    """An error as the service tells it, in JSON or XML as it speaks."""
    status, code = how
    words = "somebody's bad day"
    kind = str(request.headers.get("Content-Type", b""))
    headers = {"x-amzn-ErrorType": code, "x-amzn-RequestId": "0"}
    if service == "s3":
        body = f"<Error><Code>{code}</Code><Message>{words}</Message></Error>"
    elif "x-www-form-urlencoded" in kind:
        body = (
            "<ErrorResponse><Error><Type>Sender</Type>"
            f"<Code>{code}</Code><Message>{words}</Message></Error></ErrorResponse>"
        )
    else:
        body = json.dumps({"__type": code, "message": words})
    return AWSResponse(request.url, status, headers, _Body(body.encode()))


def dice_of(seed: int, *of: str | int) -> random.Random:
    """Dice that fall the same for the same seed and purpose."""
    words = json.dumps([seed, *of]).encode()
    return random.Random(int.from_bytes(hashlib.sha256(words).digest()[:8], "big"))  # noqa: S311 - repeatable


def shaken(seed: int, share: float = 0.3) -> Callable[[list[Record]], list[Record]]:
    """For `Pump.arrange`: records in any order, some twice, and some that were done once more, later."""
    past: list[Record] = []
    dice = dice_of(seed, "batches")

    def arrange(records: list[Record]) -> list[Record]:
        again = [one for one in (*past, *records) if dice.random() < share]
        past.extend(records)
        delivered = [*records, *again]
        dice.shuffle(delivered)
        return delivered

    return arrange
