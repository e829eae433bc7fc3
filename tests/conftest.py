"""In CI a skipped test fails the run unless its reason is listed here. Property tests are not timed."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.pop("COLUMNS", None)  # its workers say 80, and consoles made at import would keep to it

settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

ALLOWED_SKIPS: tuple[str, ...] = ()
"""Reasons, word for word, for which a test may be skipped in CI. Each needs a comment that says why."""

_skipped: list[tuple[str, str]] = []


def _record(report: pytest.TestReport | pytest.CollectReport) -> None:
    if report.skipped and not hasattr(report, "wasxfail"):
        where = report.longrepr
        reason = str(where[2]) if isinstance(where, tuple) else str(where)
        _skipped.append((report.nodeid, reason.removeprefix("Skipped: ")))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    _record(report)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    _record(report)


def _forbidden() -> list[tuple[str, str]]:
    in_ci = os.environ.get("CI") == "true"
    return [entry for entry in _skipped if in_ci and entry[1] not in ALLOWED_SKIPS]


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    if _forbidden() and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    return (yield)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for nodeid, reason in _forbidden():
        terminalreporter.write_line(f"not allowed in CI: {nodeid} was skipped: {reason}", red=True)
