"""Which events start what, as EventBridge writes it."""

from collections.abc import Mapping, Sequence
from typing import Any

from outrider.function.changes import event_names

_CLOUDTRAIL = "AWS API Call via CloudTrail"

SCAN: Mapping[str, Mapping[str, Any]] = {
    "Pushes": {
        "source": ["aws.ecr"],
        "detail-type": ["ECR Image Action"],
        "detail": {"action-type": ["PUSH"], "result": ["SUCCESS"]},
    },
    "FunctionChanges": {
        "source": ["aws.lambda"],
        "detail-type": [_CLOUDTRAIL],
        "detail": {
            "eventSource": ["lambda.amazonaws.com"],
            "eventName": event_names(),
            "errorCode": [{"exists": False}],
        },
    },
}
"""Rule → what makes a scan, in the hub and in its members."""

INJECT: Mapping[str, Mapping[str, Any]] = {
    "Services": {
        "source": ["aws.ecs"],
        "detail-type": ["ECS Deployment State Change", "ECS Service Action"],
    },
    "ServiceChanges": {
        "source": ["aws.ecs"],
        "detail-type": [_CLOUDTRAIL],
        "detail": {
            "eventSource": ["ecs.amazonaws.com"],
            "eventName": ["RegisterTaskDefinition", "CreateService", "UpdateService"],
            "errorCode": [{"exists": False}],
        },
    },
    "FunctionChanges": {
        "source": ["aws.lambda"],
        "detail-type": [_CLOUDTRAIL],
        "detail": {
            "eventSource": ["lambda.amazonaws.com"],
            "eventName": [
                {"prefix": "CreateFunction2015"},
                {"prefix": "UpdateFunctionCode2015"},
                {"prefix": "UpdateFunctionConfiguration2015"},
            ],
            "errorCode": [{"exists": False}],
        },
    },
}
"""Rule → what wakes the injector; calls by the injector's own role are left out by `by_others`."""


def of(pattern: Mapping[str, Any], accounts: Sequence[str]) -> dict[str, Any]:
    """The same, of these accounts alone: EventBridge writes `account` itself, a sender cannot."""
    return {**pattern, "account": list(accounts)}


def by_others(pattern: Mapping[str, Any], role_arn: str) -> dict[str, Any]:
    """The same, but not what our own role did. A caller without a session (a user) has no issuer."""
    if pattern.get("detail-type") != [_CLOUDTRAIL]:
        return dict(pattern)
    issuer = {"sessionContext": {"sessionIssuer": {"arn": [{"anything-but": [role_arn]}, {"exists": False}]}}}
    return {**pattern, "detail": {**pattern["detail"], "userIdentity": issuer}}
