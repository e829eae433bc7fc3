"""Telemetry events, the log lines made of them, and what a subscription may say.

Source: docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html and telemetry-api-reference.html.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Event = Mapping[str, Any]
"""`time`, `type`, `record`."""

TYPES = ("platform", "function", "extension")
SCHEMAS = ("2022-07-01", "2022-12-13", "2025-01-29")
_HOSTS = ("sandbox.localdomain", "sandbox", "127.0.0.1", "localhost")
_TARGET = re.compile(r"http://([^/:?#]+)(?::(\d{1,5}))?(/[\x21-\x7e]*)?")


@dataclass(frozen=True, slots=True)
class Subscription:
    """A valid wish for telemetry."""

    types: tuple[str, ...]
    port: int
    path: str
    max_items: int
    max_bytes: int
    timeout: float
    """Seconds an event may wait for company."""


def subscription(document: Any) -> Subscription | str:
    """The subscription a document asks for, or what is wrong with it, in AWS's manner."""
    if not isinstance(document, dict):
        return "subscription request is not an object"
    wrong: list[str] = []
    if document.get("schemaVersion") not in SCHEMAS:
        wrong.append("schemaVersion is not supported")
    types = document.get("types")
    if not isinstance(types, list) or not types:
        wrong.append("types should not be empty")
        types = []
    elif unknown := [str(kind) for kind in types if kind not in TYPES]:
        wrong.append(f"invalid types: {', '.join(unknown)[:200]}")
    port, path = _destination(document.get("destination"), wrong)
    buffering = document.get("buffering", {})
    if not isinstance(buffering, dict):
        wrong.append("buffering is not an object")
        buffering = {}
    items = _between(buffering, "maxItems", 1000, (1000, 10_000), wrong)
    size = _between(buffering, "maxBytes", 262_144, (262_144, 1_048_576), wrong)
    wait = _between(buffering, "timeoutMs", 1000, (25, 30_000), wrong)
    if wrong:
        return "; ".join(wrong)
    return Subscription(tuple(dict.fromkeys(types)), port, path, items, size, wait / 1000)


def _destination(given: Any, wrong: list[str]) -> tuple[int, str]:
    """Port and path of an HTTP destination on the sandbox's own loopback."""
    given = given if isinstance(given, dict) else {}
    if given.get("protocol") != "HTTP":
        wrong.append("only the protocol HTTP can be tried here")
    uri = given.get("URI")
    found = _TARGET.fullmatch(uri) if isinstance(uri, str) else None
    if not found:
        wrong.append("URI is not valid")
        return 0, ""
    if found[1].lower() not in _HOSTS:
        wrong.append("URI host is not sandbox.localdomain")
    if not found[2] or not 0 < int(found[2]) < 65536:
        wrong.append("URI port is not provided")
        return 0, ""
    return int(found[2]), found[3] or "/"


def _between(
    given: Mapping[str, Any], name: str, usual: int, allowed: tuple[int, int], wrong: list[str]
) -> int:
    """A number within its bounds."""
    value = given.get(name, usual)
    if not isinstance(value, int) or isinstance(value, bool) or not allowed[0] <= value <= allowed[1]:
        wrong.append(f"{name} should be between {allowed[0]} and {allowed[1]}")
        return usual
    return value


def log_line(event: Event) -> str | None:
    """What CloudWatch shows for a platform event; None for those it does not show (in text format)."""
    writer = _LINES.get(event["type"])
    return writer(event["record"]) if writer else None


def _extension_line(record: Mapping[str, Any]) -> str:
    """`EXTENSION …`."""
    events = ", ".join(record["events"])
    error = f"\tError Type: {record['errorType']}" if "errorType" in record else ""
    return f"EXTENSION\tName: {record['name']}\tState: {record['state']}\tEvents: [{events}]{error}"


def _subscription_line(record: Mapping[str, Any]) -> str:
    """`TELEMETRY …`."""
    types = ", ".join(kind.capitalize() for kind in record["types"])
    return f"TELEMETRY\tName: {record['name']}\tState: {record['state']}\tTypes: [{types}]"


def report_line(record: Mapping[str, Any]) -> str:
    """`REPORT RequestId: …`."""
    metrics = record["metrics"]
    parts = [
        f"REPORT RequestId: {record['requestId']}",
        f"Duration: {metrics['durationMs']:.2f} ms",
        f"Billed Duration: {metrics['billedDurationMs']} ms",
        f"Memory Size: {metrics['memorySizeMB']} MB",
        f"Max Memory Used: {metrics['maxMemoryUsedMB']} MB",
    ]
    if "initDurationMs" in metrics:
        parts.append(f"Init Duration: {metrics['initDurationMs']:.2f} ms")
    if "restoreDurationMs" in metrics:
        parts.append(f"Restore Duration: {metrics['restoreDurationMs']:.2f} ms")
    if record["status"] != "success":
        parts.append(f"Status: {record['status']}")
    if "errorType" in record:
        parts.append(f"Error Type: {record['errorType']}")
    return "\t".join(parts)


def _init_report_line(record: Mapping[str, Any]) -> str | None:
    """`INIT_REPORT …`, only there for an init that failed."""
    if record["status"] == "success":
        return None
    duration = record["metrics"]["durationMs"]
    error = f"\tError Type: {record['errorType']}" if "errorType" in record else ""
    return (
        f"INIT_REPORT Init Duration: {duration:.2f} ms\tPhase: {record['phase']}\t"
        f"Status: {record['status']}{error}"
    )


_LINES: Mapping[str, Callable[[Mapping[str, Any]], str | None]] = {
    "platform.initStart": lambda record: f"INIT_START Runtime Version: {record['runtimeVersion']}",
    "platform.start": lambda record: f"START RequestId: {record['requestId']} Version: {record['version']}",
    "platform.report": report_line,
    "platform.initReport": _init_report_line,
    "platform.extension": _extension_line,
    "platform.telemetrySubscription": _subscription_line,
}
"""Event type → what makes its line."""


def report(
    request: str,
    status: str,
    *,
    duration: float,
    memory: int,
    used: int,
    init: float | None,
    restore: float | None,
    error_type: str | None,
) -> dict[str, Any]:
    """The record of platform.report. Durations in milliseconds, `memory` in MiB, `used` in bytes."""
    billed = duration + (init or 0.0) + (restore or 0.0)
    metrics: dict[str, Any] = {
        "durationMs": round(duration, 3),
        "billedDurationMs": math.ceil(billed),
        "memorySizeMB": memory,
        "maxMemoryUsedMB": max(1, used >> 20),
    }
    if init is not None:
        metrics["initDurationMs"] = round(init, 3)
    if restore is not None:
        metrics["restoreDurationMs"] = round(restore, 3)
    record: dict[str, Any] = {"requestId": request, "status": status, "metrics": metrics}
    if error_type:
        record["errorType"] = error_type
    return record


def category(event: Event) -> str:
    """Which of `TYPES` an event belongs to."""
    return str(event["type"]).partition(".")[0]


def wanted(events: Iterable[Event], types: Iterable[str]) -> list[Event]:
    """Those of the given types."""
    kinds = frozenset(types)
    return [event for event in events if category(event) in kinds]
