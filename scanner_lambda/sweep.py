"""SweepFunction: the full sweep by schedule, and commands: `sweep`, `scan`, `redrive`.

A sweep that has no time left leaves its checkpoint and invokes itself again, a bounded number of times.
"""

import os
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from outrider.errors import OutriderError, UsageError
from outrider.model.envelope import Envelope
from scanner_lambda import caps, jobs, settings_database
from scanner_lambda.batching import Send, send_all
from scanner_lambda.jobs import Job
from scanner_lambda.sweeping import Checkpoint, parse, report, write
from scanner_lambda.sweeping_accounts import Opened, Round, in_order, troubles

_logger = Logger(service="scanner")
_metrics = Metrics(namespace="Outrider", service="scanner")

INVOCATIONS = 15
"""Of one sweep at most: Lambda stops a function that invokes itself after about 16 times.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
"""

_RESERVE_MS = 60_000
"""What is left of an invocation's time when nothing new is begun: room for a page, its jobs and the
checkpoint."""


class Objects(Protocol):
    """Where checkpoints lie."""

    def get(self, key: str, limit: int) -> bytes | None:
        """An object; None: there is none."""

    def put(self, key: str, data: bytes) -> None:
        """Write one."""

    def delete(self, keys: list[str]) -> None:
        """Delete some."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the commands work with."""

    opened: Opened
    objects: Objects
    send: Send
    redrive: Callable[[], str]
    """Starts moving dead letters back; the task's handle."""
    again: Callable[[Mapping[str, Any]], None]
    """Invokes this function with an event, later."""
    identity: dict[str, str]
    tell: Callable[[Iterable[Envelope]], object]
    """Sends to the bus. Raises EnvironmentFault."""
    members: frozenset[str] = frozenset()
    """Accounts besides our own."""
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    @property
    def accounts(self) -> tuple[str, ...]:
        """All that are looked after, our own first."""
        return in_order(self.identity["account"], self.members)


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Run one command; a schedule's event, which names none, is a sweep."""
    from scanner_lambda.aws.sweeping import parts  # noqa: PLC0415 - boto3 is not needed to import this

    made = parts(settings_database.sweep(os.environ), context.invoked_function_arn)
    return run(
        event, made, lambda: context.get_remaining_time_in_millis() > _RESERVE_MS, context.aws_request_id
    )


def run(event: Mapping[str, Any], parts: Parts, in_time: Callable[[], bool], request: str) -> dict[str, Any]:
    """One command. Raises UsageError for what is none, EnvironmentFault where AWS refuses."""
    match event.get("command", "sweep"):
        case "sweep":
            return _sweep(event, parts, in_time, request)
        case "scan":
            return _scan(event, parts)
        case "redrive":
            return {"command": "redrive", "task": parts.redrive()}
    raise UsageError(f"unknown command: {str(event.get('command'))[:40]!r}", hint="sweep, scan or redrive.")


def _sweep(
    event: Mapping[str, Any], parts: Parts, in_time: Callable[[], bool], request: str
) -> dict[str, Any]:
    """Begin a sweep, or go on with the one that the event names."""
    known = event.get("continue")
    at = Checkpoint(request) if known is None else _checkpoint(parts, str(known))
    one = Round(parts.opened, parts.accounts, parts.identity["region"], parts.send, parts.sleep, in_time, at)
    done = one.run()
    if done:
        parts.objects.delete([_key(at.sweep)])
    elif at.invocations >= INVOCATIONS:
        words = f"the sweep is not done after {INVOCATIONS} invocations, it is at {at.account}"
        one.give_up(f"{words}, {at.repository or 'functions'}", "give the function more time, or sweep again")
    else:
        parts.objects.put(_key(at.sweep), write(at))
        parts.again({"command": "sweep", "continue": at.sweep})
    failed = _tell(one, parts)
    return {
        "command": "sweep", "sweep": at.sweep, "done": done, "jobs": one.sent, "failed": failed,
        "outcomes": report(one.outcomes),
    }  # fmt: skip


def _tell(one: Round, parts: Parts) -> int:
    """Say what failed, and how much: nobody reads what a schedule's invocation answers."""
    failed = [outcome for found in one.failed.values() for outcome in found]
    for outcome in failed:
        _logger.error("not swept", subject=outcome.subject, error=outcome.error, hint=outcome.hint)
    _metrics.add_metric(name="SweepFailed", unit=MetricUnit.Count, value=len(failed))
    _metrics.flush_metrics()
    now = parts.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    try:
        parts.tell(troubles(one.at.sweep, one.failed, time=now, region=parts.identity["region"]))
    except OutriderError as error:  # the sweep itself went on; to do it again would tell no more
        _logger.error("the bus was not told", error=error.message, hint=error.hint)
    return len(failed)


def _checkpoint(parts: Parts, sweep: str) -> Checkpoint:
    """Where a sweep was left. Raises UsageError."""
    if not sweep.replace("-", "").isalnum() or len(sweep) > caps.SWEEP_ID:
        raise UsageError(f"no sweep has the id {sweep[:40]!r}")
    data = parts.objects.get(_key(sweep), caps.SWEEP_CHECKPOINT)
    if data is None:
        raise UsageError(f"there is no checkpoint of the sweep {sweep}", hint="it is done; begin another.")
    return parse(data)


def _key(sweep: str) -> str:
    """Where a checkpoint lies."""
    return f"sweeps/{sweep}.json.zst"


def _scan(event: Mapping[str, Any], parts: Parts) -> dict[str, Any]:
    """Send the job for one image or function."""
    named = {name: event.get(name, "") for name in ("repository", "digest", "tag", "function", "account")}
    if not all(isinstance(value, str) and len(value) <= caps.INDEX_ARTIFACT for value in named.values()):
        raise UsageError("repository, digest, tag, function and account are texts")
    image = bool(named["repository"] and (named["digest"] or named["tag"]))
    if image == bool(named["function"]):
        raise UsageError("scan what?", hint="repository and digest or tag of an image, or a function's ARN.")
    job = Job(
        kind=jobs.IMAGE if image else jobs.FUNCTION,
        account=_account(named["account"], named["function"], parts),
        region=parts.identity["region"],
        repository=named["repository"],
        digest=named["digest"],
        tag=named["tag"],
        function=named["function"],
        reason="demand",
    )
    body = jobs.dump(job)
    if send_all([body], parts.send, parts.sleep):
        raise OutriderError("the queue did not take the job", hint="again, later.")
    return {"command": "scan", "sent": 1}


def _account(named: str, function: str, parts: Parts) -> str:
    """Whose artifact it is: as a function's ARN says, or the event. Raises UsageError for a stranger's."""
    account = "".join(function.split(":", 5)[4:5]) or named or parts.identity["account"]
    if account not in parts.accounts or named not in ("", account):
        hint = f"it looks after {', '.join(parts.accounts)}."
        raise UsageError(f"account {named or account}: not one that this scanner looks after", hint=hint)
    return account
