"""Findings of cdk-nag's AwsSolutions that we accept, each with a reason."""

from collections.abc import Iterable, Mapping

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_

from cdk_app.stacks.permissions import Grant

RUNTIME = "python3.12 is the version that the packages are built for; it is supported until October 2028"


def function(made: lambda_.Function) -> None:
    """The function's runtime is not the newest."""
    _acknowledge(made, "AwsSolutions-L1", RUNTIME)


def role(made: iam.Role, grants: Iterable[Grant], names: Mapping[str, str]) -> None:
    """Patterns in the resources of a role: the reason is the one of the statement in PERMISSIONS."""
    reasons: dict[str, list[str]] = {}
    for grant in grants:
        for resource in grant.resources:
            if "*" in resource or resource == "{own_logs}:*":
                reasons.setdefault(resource.format_map(names), []).append(grant.reason)
    for resource, words in reasons.items():
        _acknowledge(made, f"AwsSolutions-IAM5[Resource::{resource}]", "; ".join(words))


def as_named(arns: Mapping[str, str], stack: cdk.Stack) -> dict[str, str]:
    """ARNs as cdk-nag writes them: `<LogicalId.Arn>`, `<AWS::Region>`."""
    return {name: _written(stack.resolve(arn)) for name, arn in arns.items()}


def _written(value: object) -> str:
    match value:
        case {"Fn::Join": [separator, parts]}:
            return str(separator).join(_written(part) for part in parts)
        case {"Fn::GetAtt": [resource, attribute]}:
            return f"<{resource}.{attribute}>"
        case {"Ref": resource}:
            return f"<{resource}>"
        case _:
            return str(value)


def _acknowledge(made: cdk.Resource, rule: str, reason: str) -> None:
    cdk.Validations.of(made).acknowledge(cdk.Acknowledgment(id=rule, reason=reason))
