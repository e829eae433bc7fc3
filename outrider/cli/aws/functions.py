"""Functions of the account that the command line speaks to."""

import boto3
from botocore.config import Config

from outrider.account.errors import translated
from outrider.account.functions import Functions

CONNECTIONS = 32
"""At most so many at once; more only meets the throttle of 15 writes a second sooner."""

CONFIG = Config(retries={"mode": "adaptive", "max_attempts": 10}, max_pool_connections=CONNECTIONS)
"""Adaptive: slows down before AWS has to say so twice."""


def opened(region: str | None) -> Functions:
    """The functions of a region, by the credentials around us. Raises EnvironmentFault."""
    with translated("cannot ask AWS"):
        session = boto3.Session(region_name=region)
        return Functions(session.client("lambda", config=CONFIG), session.client("ssm", config=CONFIG))


def whose(region: str | None) -> tuple[str, str]:
    """Partition and account of our credentials. Raises EnvironmentFault."""
    with translated("cannot ask AWS who we are"):
        identity = boto3.Session(region_name=region).client("sts", config=CONFIG).get_caller_identity()
    return identity["Arn"].split(":")[1], identity["Account"]
