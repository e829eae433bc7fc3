"""Which events start what: patterns as data, and rules and schedules made of them."""

from collections.abc import Mapping, Sequence
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

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
            "eventName": [{"prefix": "CreateFunction2015"}, {"prefix": "UpdateFunctionCode2015"},
                          {"prefix": "UpdateFunctionConfiguration2015"}],
            "errorCode": [{"exists": False}],
        },
    },
}  # fmt: skip
"""Rule → what makes a scan."""

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
    "FunctionChanges": SCAN["FunctionChanges"],
}
"""Rule → what wakes the injector; calls by the injector's own role are left out by `by_others`."""


def by_others(pattern: Mapping[str, Any], role_arn: str) -> dict[str, Any]:
    """The same, but not what our own role did. A caller without a session (a user) has no issuer."""
    if pattern.get("detail-type") != [_CLOUDTRAIL]:
        return dict(pattern)
    issuer = {"sessionContext": {"sessionIssuer": {"arn": [{"anything-but": [role_arn]}, {"exists": False}]}}}
    return {**pattern, "detail": {**pattern["detail"], "userIdentity": issuer}}


def rule(
    scope: Construct,
    name: str,
    pattern: Mapping[str, Any],
    *,
    queue: sqs.Queue,
    dead: sqs.Queue,
    bus: events.IEventBus | None = None,
) -> None:
    """Events of `pattern` go to the queue as they are; what cannot be delivered to its dead letters."""
    made = events.Rule(scope, name, event_bus=bus, event_pattern=events.EventPattern(source=["replaced"]))
    resource = made.node.default_child
    assert isinstance(resource, events.CfnRule)  # noqa: S101 - for mypy: CDK's type is wider
    resource.event_pattern = pattern  # raw: CDK's own type knows fewer operators
    made.add_target(targets.SqsQueue(queue, dead_letter_queue=dead))


def buses(ours: events.IEventBus, members: Sequence[str]) -> dict[str, events.IEventBus | None]:
    """Suffix of a rule → bus it listens to: the account's own, and ours where members forward to it."""
    return {"": None} | ({"OfMembers": ours} if members else {})


def schedule(
    scope: Construct,
    name: str,
    function: lambda_.Function,
    *,
    every: cdk.Duration,
    command: Mapping[str, Any],
    dead: sqs.Queue,
) -> None:
    """The function is invoked with `command` at a fixed rate."""
    events.Rule(
        scope,
        name,
        schedule=events.Schedule.rate(every),
        targets=[
            targets.LambdaFunction(
                function,
                event=events.RuleTargetInput.from_object(dict(command)),
                dead_letter_queue=dead,
                retry_attempts=2,
            )
        ],
    )
