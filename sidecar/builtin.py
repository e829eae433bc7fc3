"""The policy a task starts with when nobody has written one: everything is allowed and reported."""

from outrider.model.event import Kind, Mode, Verdict
from outrider.policy.document import ContainerPolicy, Defaults, PolicyDocument

COUNTER = 0
"""Any policy that somebody wrote comes after it."""


def learning_policy(containers: tuple[str, ...], mode: Mode, family: str) -> PolicyDocument:
    """Return the policy of `builtin:learn`."""
    allowed = Defaults(**{kind.value: Verdict.ALLOW for kind in Kind})
    each = ContainerPolicy(mode=mode, report_allowed=True, defaults=allowed, rules=())
    return PolicyDocument(
        version=1,
        workload=family or "task",
        counter=COUNTER,
        containers=dict.fromkeys(containers, each),
    )
