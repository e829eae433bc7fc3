from hypothesis import given
from hypothesis import strategies as st

from outrider.fargate.health import Health, Pulse, after_check
from outrider.fargate.task import HealthCheck

CHECK = HealthCheck(("/c",), interval=5, retries=3, start_period=10)


def run(results: list[bool], *, at: float = 100.0, check: HealthCheck = CHECK) -> Pulse:
    """The pulse after these results, all at one time."""
    pulse = Pulse(started_at=0.0)
    for passed in results:
        pulse = after_check(check, pulse, passed=passed, now=at)
    return pulse


def test_one_success_is_enough_and_retries_failures_in_a_row_are_too_many() -> None:
    assert run([]).health is Health.UNKNOWN
    assert run([True]).health is Health.HEALTHY
    assert run([False, False]).health is Health.UNKNOWN
    assert run([False, False, False]).health is Health.UNHEALTHY
    assert run([True, False, False]).health is Health.HEALTHY
    assert run([True, False, False, False]).health is Health.UNHEALTHY
    assert run([False, False, False, True]).health is Health.HEALTHY


def test_failures_in_the_start_period_do_not_count_until_the_first_success() -> None:
    assert run([False] * 9, at=9.0).health is Health.UNKNOWN
    assert run([True, False, False, False], at=9.0).health is Health.UNHEALTHY


@given(st.lists(st.booleans()), st.integers(1, 10))
def test_the_end_of_any_history_decides(results: list[bool], retries: int) -> None:
    check = HealthCheck(("/c",), retries=retries)
    health = run(results, check=check).health
    failures = 0
    for passed in reversed(results):
        if passed:
            break
        failures += 1
    if failures >= retries:
        assert health is Health.UNHEALTHY
    elif True in results:
        assert health is Health.HEALTHY
    else:
        assert health is Health.UNKNOWN
