"""Subscriptions and the log lines made of telemetry."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.function import telemetry
from outrider.function.telemetry import Subscription

DESTINATION = {"protocol": "HTTP", "URI": "http://sandbox.localdomain:8080"}
WISH = {"schemaVersion": "2022-07-01", "types": ["platform", "function"], "destination": DESTINATION}


def test_defaults() -> None:
    assert telemetry.subscription(WISH) == Subscription(
        ("platform", "function"), 8080, "/", 1000, 262_144, 1.0
    )


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"schemaVersion": "1999-01-01"}, "schemaVersion"),
        ({"types": []}, "types should not be empty"),
        ({"types": ["gossip"]}, "invalid types: gossip"),
        ({"destination": None}, "URI is not valid"),
        ({"destination": {"protocol": "TCP", "port": 1}}, "HTTP"),
        ({"destination": {"protocol": "HTTP", "URI": "http://sandbox"}}, "URI port is not provided"),
        ({"destination": {"protocol": "HTTP", "URI": "http://sandbox:99999"}}, "URI port is not provided"),
        ({"destination": {"protocol": "HTTP", "URI": "http://example.com:80"}}, "URI host"),
        ({"destination": {"protocol": "HTTP", "URI": "http://sandbox:1/a b"}}, "URI is not valid"),
        ({"buffering": 7}, "buffering is not an object"),
        ({"buffering": {"maxItems": 999}}, "maxItems should be between 1000 and 10000"),
        ({"buffering": {"maxBytes": 1}}, "maxBytes should be between 262144 and 1048576"),
        ({"buffering": {"timeoutMs": True}}, "timeoutMs should be between 25 and 30000"),
    ],
)
def test_what_is_wrong_is_said(change: dict[str, Any], wrong: str) -> None:
    found = telemetry.subscription(WISH | change)
    assert isinstance(found, str)
    assert wrong in found


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys((*WISH, "buffering"), JSON)) | JSON)
def test_any_document_is_a_subscription_or_wrong(document: Any) -> None:
    assert isinstance(telemetry.subscription(document), str | Subscription)


def report(**changes: Any) -> dict[str, Any]:
    given: dict[str, Any] = {"init": None, "restore": None, "error_type": None} | changes
    return telemetry.report(
        "id", given.pop("status", "success"), duration=1.234, memory=128, used=50 << 20, **given
    )


@pytest.mark.parametrize(
    ("record", "line"),
    [
        (
            report(),
            "REPORT RequestId: id\tDuration: 1.23 ms\tBilled Duration: 2 ms\tMemory Size: 128 MB\t"
            "Max Memory Used: 50 MB",
        ),
        (
            report(init=100.0),
            "REPORT RequestId: id\tDuration: 1.23 ms\tBilled Duration: 102 ms\tMemory Size: 128 MB\t"
            "Max Memory Used: 50 MB\tInit Duration: 100.00 ms",
        ),
        (
            report(status="error", error_type="Runtime.ExitError"),
            "REPORT RequestId: id\tDuration: 1.23 ms\tBilled Duration: 2 ms\tMemory Size: 128 MB\t"
            "Max Memory Used: 50 MB\tStatus: error\tError Type: Runtime.ExitError",
        ),
    ],
)
def test_report_lines(record: dict[str, Any], line: str) -> None:
    assert telemetry.report_line(record) == line
    assert telemetry.log_line({"type": "platform.report", "record": record}) == line


def test_only_an_init_that_failed_has_a_line() -> None:
    record = {"phase": "init", "status": "success", "metrics": {"durationMs": 5.0}}
    assert telemetry.log_line({"type": "platform.initReport", "record": record}) is None
    assert telemetry.log_line({"type": "platform.initReport", "record": record | {"status": "timeout"}}) == (
        "INIT_REPORT Init Duration: 5.00 ms\tPhase: init\tStatus: timeout"
    )
    assert telemetry.log_line({"type": "platform.runtimeDone", "record": {}}) is None


def test_categories() -> None:
    events = [{"type": "platform.start"}, {"type": "function"}, {"type": "extension"}]
    assert [telemetry.category(event) for event in events] == ["platform", "function", "extension"]
