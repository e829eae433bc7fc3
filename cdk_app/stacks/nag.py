"""Findings of cdk-nag's AwsSolutions that we accept, each with a reason."""

from collections.abc import Container, Iterable, Mapping
from string import Formatter

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_

from cdk_app.stacks.grants import Grant

RUNTIME = "python3.12 is the version that the packages are built for; it is supported until October 2028"


def function(made: lambda_.Function) -> None:
    """The function's runtime is not the newest."""
    _acknowledge(made, "AwsSolutions-L1", RUNTIME)


def role(
    made: iam.Role | iam.ManagedPolicy,
    grants: Iterable[Grant],
    slots: Mapping[str, str],
    shared: Container[str],
    home: cdk.Stack,
) -> None:
    """Patterns in the resources of a role: the reason is the one of the statement in PERMISSIONS.

    `slots` are the ARNs by their names; `shared` names those that belong to the stack `home`.
    """
    reasons: dict[str, list[str]] = {}
    for grant in grants:
        for resource in grant.resources:
            if "*" in resource:
                named = _named(resource, slots, shared, made.stack, home)
                reasons.setdefault(named, []).append(grant.reason)
    for resource, words in reasons.items():
        _acknowledge(made, f"AwsSolutions-IAM5[Resource::{resource}]", "; ".join(words))


def _named(
    resource: str, slots: Mapping[str, str], shared: Container[str], stack: cdk.Stack, home: cdk.Stack
) -> str:
    """A pattern as cdk-nag writes it when the app is synthesised.

    An ARN of this stack is `<LogicalId.Arn>` there, one of another stack the name of its export.
    """
    names = {field for _, field, _, _ in Formatter().parse(resource) if field}
    elsewhere = home.node.path != stack.node.path
    arns = {
        name: home.export_value(slots[name]) if elsewhere and name in shared else slots[name]
        for name in names
    }
    return resource.format_map({name: _written(stack.resolve(arn)) for name, arn in arns.items()})


def _written(value: object) -> str:
    match value:
        case {"Fn::Join": [separator, parts]}:
            return str(separator).join(_written(part) for part in parts)
        case {"Fn::GetAtt": [resource, attribute]}:
            return f"<{resource}.{attribute}>"
        case {"Fn::ImportValue": export}:
            return str(export)
        case {"Ref": resource}:
            return f"<{resource}>"
        case _:
            return str(value)


def _acknowledge(made: cdk.Resource, rule: str, reason: str) -> None:
    cdk.Validations.of(made).acknowledge(cdk.Acknowledgment(id=rule, reason=reason))
