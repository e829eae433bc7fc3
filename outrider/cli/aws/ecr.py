"""Logins for Amazon ECR: the account's own registries need no docker login, only AWS credentials."""

import base64
import binascii
import re

from outrider.cli.registry_auth import Login
from outrider.errors import EnvironmentFault, UsageError
from outrider.scan.image import ecr_host

_REPOSITORY = re.compile(
    r"arn:(?P<partition>aws[a-z-]*):ecr:(?P<region>[a-z0-9-]+):(?P<account>\d{12}):repository/"
    r"(?P<name>[a-z0-9._/-]+)(?P<which>:[\w.-]+|@sha256:[0-9a-f]{64})?"
)
_DOMAINS = {"aws-cn": "amazonaws.com.cn"}
"""Partition → domain, where it is another than amazonaws.com."""


def is_ecr(host: str) -> bool:
    """Whether a registry host is a private ECR registry, of whatever account, partition or address family."""
    return ecr_host.parse(host) is not None


def reference(where: str, *, region: str | None = None) -> str:
    """The image reference that `where` means: a full one, a repository's ARN, or NAME[:TAG] in our own
    account.

    An ARN may be followed by `:TAG` or `@sha256:…`. Raises EnvironmentFault, UsageError.
    """
    if found := _REPOSITORY.fullmatch(where):
        domain = _DOMAINS.get(found["partition"], "amazonaws.com")
        return f"{found['account']}.dkr.ecr.{found['region']}.{domain}/{found['name']}{found['which'] or ''}"
    if is_ecr(where.partition("/")[0]):
        return where
    if not re.fullmatch(r"[a-z0-9][a-z0-9._/-]*(?::[\w.-]+|@sha256:[0-9a-f]{64})?", where):
        raise UsageError(
            f"not a repository of ECR: {where!r}", hint="ecr:NAME[:TAG], an ARN, or a full reference."
        )
    import boto3  # noqa: PLC0415 - half a second, which nobody should wait for who has no ECR
    import botocore.exceptions  # noqa: PLC0415

    try:
        session = boto3.Session(region_name=region)
        account = session.client("sts").get_caller_identity()["Account"]
        host = f"{account}.dkr.ecr.{session.client('ecr').meta.region_name}"
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        raise EnvironmentFault(
            f"AWS does not say whose account this is: {error}",
            hint="are there AWS credentials (aws sts get-caller-identity) and a region?",
        ) from None
    domain = _DOMAINS.get(
        session.get_partition_for_region(session.region_name or "us-east-1"), "amazonaws.com"
    )
    return f"{host}.{domain}/{where}"


def login(host: str) -> Login:
    """A login for an ECR host, from the AWS credentials around us; valid for 12 hours.

    The region is the host's, so images of other regions and (where policy permits) accounts work too.
    Raises EnvironmentFault.
    """
    found = ecr_host.parse(host)
    if found is None:
        raise EnvironmentFault(f"{host} is not an ECR registry")
    import boto3  # noqa: PLC0415 - half a second, which nobody should wait for who has no ECR
    import botocore.exceptions  # noqa: PLC0415

    try:
        client = boto3.client("ecr", region_name=found.region)
        answer = client.get_authorization_token()
        token = base64.b64decode(answer["authorizationData"][0]["authorizationToken"], validate=True).decode()
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        raise EnvironmentFault(
            f"AWS gives no login for {host}: {error}",
            hint="are there AWS credentials (aws sts get-caller-identity), with ecr:GetAuthorizationToken?",
        ) from None
    except (binascii.Error, UnicodeDecodeError, LookupError):
        raise EnvironmentFault(f"AWS's login for {host} cannot be read") from None
    username, _, password = token.partition(":")
    return Login(username, password)
