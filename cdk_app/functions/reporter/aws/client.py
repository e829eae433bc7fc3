"""boto3 clients, and their errors in our words."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from outrider.errors import EnvironmentFault

_CONFIG = Config(connect_timeout=3, read_timeout=10, retries={"total_max_attempts": 4, "mode": "standard"})


def client(service: str) -> Any:
    """A client of the function's role and region."""
    return boto3.client(service, config=_CONFIG)  # type: ignore[call-overload]


@contextmanager
def explained(what: str) -> Iterator[None]:
    """Turn errors of AWS and of the way there into EnvironmentFault."""
    try:
        yield
    except ClientError as error:
        said = error.response.get("Error", {})
        raise EnvironmentFault(f"{what}: {said.get('Code', 'unknown')}: {said.get('Message', '')}") from None
    except BotoCoreError as error:
        raise EnvironmentFault(f"{what}: {error}") from None


def lost(error: ClientError) -> bool:
    """Whether a conditional write found its condition false."""
    return error.response.get("Error", {}).get("Code") == "ConditionalCheckFailedException"
