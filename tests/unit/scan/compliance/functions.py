"""For every rule about functions: what passes, what fails, what it does not apply to."""

from dataclasses import replace
from typing import Any

from outrider.model.finding import Secret
from outrider.scan.compliance.subjects import Function

CONFIGURATION: dict[str, Any] = {
    "FunctionName": "shop",
    "Runtime": "python3.13",
    "KMSKeyArn": "arn:aws:kms:eu-west-1:123456789012:key/1",
    "Environment": {"Variables": {"AWS_LAMBDA_EXEC_WRAPPER": "/opt/outrider/bin/wrap"}},
    "TracingConfig": {"Mode": "Active"},
    "DeadLetterConfig": {"TargetArn": "arn:aws:sqs:eu-west-1:123456789012:failed"},
    "VpcConfig": {"SubnetIds": ["subnet-1"]},
}
STATEMENT = {
    "Sid": "bucket",
    "Effect": "Allow",
    "Principal": {"Service": "s3.amazonaws.com"},
    "Condition": {"ArnLike": {"AWS:SourceArn": "arn:aws:s3:::shop"}},
}
GOOD = Function(
    configuration=CONFIGURATION,
    policy={"Statement": [STATEMENT]},
    url={"AuthType": "AWS_IAM"},
    reserved_concurrency=10,
    code_signing=True,
)
UNASKED = Function(configuration={"FunctionName": "shop", "PackageType": "Image"})
"""An image function of which nothing else was asked."""


def _configured(**changes: Any) -> Function:
    """The good function with another configuration; None takes a field away."""
    merged = {key: value for key, value in {**CONFIGURATION, **changes}.items() if value is not None}
    return replace(GOOD, configuration=merged)


def _policy(**changes: Any) -> Function:
    merged = {key: value for key, value in {**STATEMENT, **changes}.items() if value is not None}
    return replace(GOOD, policy={"Statement": [STATEMENT, merged]})


BAD: dict[str, tuple[Function, ...]] = {
    "asks_callers_of_its_url_who_they_are": (replace(GOOD, url={"AuthType": "NONE"}),),
    "encrypts_variables_with_its_own_key": (_configured(KMSKeyArn=None),),
    "is_guarded_by_outrider": (
        _configured(Environment=None),
        _configured(Environment={"Variables": {"AWS_LAMBDA_EXEC_WRAPPER": "/opt/other"}}),
    ),
    "is_in_a_network_of_the_account": (_configured(VpcConfig=None), _configured(VpcConfig={"SubnetIds": []})),
    "is_not_open_to_everybody": (
        _policy(Principal="*", Condition=None),
        _policy(Principal={"AWS": ["*"]}, Condition={"Bool": {"aws:SecureTransport": "true"}}),
        _policy(Condition=None),
    ),
    "keeps_events_that_failed": (_configured(DeadLetterConfig=None),),
    "keeps_secrets_out_of_its_variables": (
        replace(
            GOOD, secrets=(Secret(rule="generic", title="Password", path="env:PASSWORD", redacted="h***"),)
        ),
    ),
    "limits_its_concurrency": (replace(GOOD, reserved_concurrency=-1),),
    "takes_only_signed_code": (replace(GOOD, code_signing=False),),
    "traces_its_invocations": (
        _configured(TracingConfig={"Mode": "PassThrough"}),
        _configured(TracingConfig=None),
    ),
    "uses_a_supported_runtime": (replace(GOOD, end_of_life="2098-01-01"),),
}
ALSO_GOOD: dict[str, tuple[Function, ...]] = {
    "is_not_open_to_everybody": (
        _policy(Principal="*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}}),
        _policy(Principal="*", Effect="Deny", Condition=None),
        _policy(Principal={"AWS": "arn:aws:iam::123456789012:root"}, Condition=None),
        replace(GOOD, policy={}),
    ),
    "limits_its_concurrency": (replace(GOOD, reserved_concurrency=0),),
}
APPLY_TO_ALL = {
    "is_in_a_network_of_the_account",
    "keeps_events_that_failed",
    "keeps_secrets_out_of_its_variables",
    "traces_its_invocations",
}
"""Rules for which a bare configuration is enough to answer."""
