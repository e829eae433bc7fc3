"""What agents poll, put where they look: an S3 object or an SSM parameter."""

import base64

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from outrider.errors import EnvironmentFault, UsageError


def put(target: str, data: bytes) -> None:
    """Write to `s3://bucket/key` or `ssm:/name`; a parameter holds text, so there it is base64.

    Raises UsageError (no such place can be) or EnvironmentFault (AWS says no).
    """
    try:
        if target.startswith("ssm:"):
            name = target.removeprefix("ssm:")
            value = base64.b64encode(data).decode()
            boto3.client("ssm").put_parameter(Name=name, Value=value, Type="String", Overwrite=True)
            return
        bucket, _, key = target.removeprefix("s3://").partition("/")
        if not bucket or not key:
            raise UsageError(f"{target!r} names no bucket and key", hint="s3://bucket/key")
        boto3.client("s3").put_object(Bucket=bucket, Key=key, Body=data)
    except (BotoCoreError, ClientError) as error:
        raise EnvironmentFault(
            f"{target} cannot be written: {error}", hint="s3:PutObject or ssm:PutParameter is needed."
        ) from None
