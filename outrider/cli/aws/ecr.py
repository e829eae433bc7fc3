"""Logins for Amazon ECR: the account's own registries need no docker login, only AWS credentials."""

import base64
import binascii
import re

import boto3
import botocore.exceptions

from outrider.cli.registry_auth import Login
from outrider.errors import EnvironmentFault

_HOST = re.compile(
    r"(?P<account>\d{12})\.dkr[.-]ecr(?:-fips)?\.(?P<region>[a-z]{2,3}(?:-[a-z]+)+-\d)"
    r"\.(?:amazonaws\.com(?:\.cn)?|amazonaws\.eu|on\.aws|on\.amazonwebservices\.com\.cn)"
)


def is_ecr(host: str) -> bool:
    """Whether a registry host is a private ECR registry, of whatever account, partition or address family."""
    return bool(_HOST.fullmatch(host))


def login(host: str) -> Login:
    """A login for an ECR host, from the AWS credentials around us; valid for 12 hours.

    The region is the host's, so images of other regions and (where policy permits) accounts work too.
    Raises EnvironmentFault.
    """
    found = _HOST.fullmatch(host)
    if not found:
        raise EnvironmentFault(f"{host} is not an ECR registry")
    try:
        client = boto3.client("ecr", region_name=found["region"])
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
