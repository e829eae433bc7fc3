"""The policies that supervised trials run under, compiled by the library."""

from typing import Any

from benchmarks.benchmark import Rules
from outrider.model.event import Kind
from outrider.policy.document import PolicyDocument
from outrider.policy.lowering import compile_policy


def alert(container: str) -> bytes:
    """Compile what every task starts with: all is allowed, all is reported."""
    return _compile(
        container, mode="alert", report_allowed=True, defaults=dict.fromkeys(map(str, Kind), "allow")
    )


def block(container: str, rules: Rules) -> bytes:
    """Compile a policy that blocks everything but what the rules allow, and reports what it stops."""
    said = [{"action": "allow", "why": "the benchmark does it", **rule} for rule in rules]
    return _compile(container, mode="block", rules=said)


def _compile(container: str, **policy: Any) -> bytes:
    document = {"version": 1, "workload": "benchmarks", "counter": 1, "containers": {container: policy}}
    return compile_policy(PolicyDocument.model_validate(document), container)
