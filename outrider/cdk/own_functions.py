"""Functions that CDK itself adds to an app: small, short-lived, and replaced with each release of CDK."""

from constructs import IConstruct

_OWN = {
    "AWS679f53fac002430cb0da5b7982bd2287": "AwsCustomResource's handler",
    "LogRetentionaae0aa3c5b4d4f87b02d85b201efdd8a": "LogRetention's handler",
    "BucketNotificationsHandler050a0587b7544547bf325f094a3db834": "the handler of bucket notifications",
    "framework-onEvent": "the Provider framework's handler",
    "framework-isComplete": "the Provider framework's handler",
    "framework-onTimeout": "the Provider framework's handler",
}
"""Id of a construct → whose it is. As in aws-cdk-lib 2.275; the ids are part of logical ids and so stable."""

_PREFIXES = ("Custom::", "$com.amazonaws.cdk.custom-resources")
"""Ids of CustomResourceProvider and of singletons such as BucketDeployment's."""


def reason_for_own(node: IConstruct) -> str:
    """Why a function is left alone as one of CDK's own; empty when it is none."""
    for scope in node.node.scopes:
        name = scope.node.id
        if name in _OWN:
            return f"CDK's own: {_OWN[name]}"
        if name.startswith(_PREFIXES):
            return f"CDK's own: the handler of custom resource {name}"
    return ""
