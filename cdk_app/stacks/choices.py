"""Choices that only a deployment knows: parameters of the one-file template, tokens to CDK.

A choice that is text is decided here, at once; for a token the template gets a condition that decides.
"""

import aws_cdk as cdk
from constructs import Construct


def either(scope: Construct, given: str, otherwise: str, *, then: str = "") -> str:
    """`then`, or `given` itself; where `given` is empty, `otherwise`."""
    if not cdk.Token.is_unresolved(given):
        return (then or given) if given else otherwise
    condition = _given(scope, given).logical_id
    return cdk.Token.as_string(cdk.Fn.condition_if(condition, then or given, otherwise))


def only_where(given: str, resource: cdk.CfnResource, *, no: str = "") -> None:
    """The resource is there only where `given` is not `no`."""
    if cdk.Token.is_unresolved(given):
        resource.cfn_options.condition = _given(resource, given, no)


def _given(scope: Construct, given: str, no: str = "") -> cdk.CfnCondition:
    there = cdk.Fn.condition_not(cdk.Fn.condition_equals(given, no))
    return cdk.CfnCondition(scope, "Given", expression=there)
