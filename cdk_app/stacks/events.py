"""Rules and schedules, made of patterns."""

from collections.abc import Mapping, Sequence
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from cdk_app.stacks import choices


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


def buses(
    ours: events.IEventBus, members: Sequence[str]
) -> dict[str, tuple[events.IEventBus | None, tuple[str, ...]]]:
    """Suffix of a rule → the bus it listens to, and whose events it takes.

    That is the account's own bus and events; and ours, where members forward to it, with theirs alone.
    """
    account = cdk.Stack.of(ours).account
    return {"": (None, (account,))} | ({"OfMembers": (ours, tuple(members))} if members else {})


def schedule(
    scope: Construct,
    name: str,
    function: lambda_.Function,
    *,
    every: cdk.Duration,
    command: Mapping[str, Any],
    dead: sqs.Queue,
    given: str = "always",
) -> None:
    """The function is invoked with `command` at a fixed rate, unless `given` is empty."""
    made = events.Rule(
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
    resource = made.node.default_child
    assert isinstance(resource, events.CfnRule)  # noqa: S101 - for mypy: CDK's type is wider
    resource.state = choices.either(made, given, "DISABLED", then="ENABLED")
