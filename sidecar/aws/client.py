"""boto3 clients that give up in time, and their errors in our words."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from outrider.errors import EnvironmentFault

_CONFIG = Config(connect_timeout=3, read_timeout=5, retries={"total_max_attempts": 2, "mode": "standard"})
"""A policy is asked for again in seconds: better to answer that there is none than to hang."""


def client(service: str, region: str | None = None) -> Any:
    """Return a client of the task's role, in its region unless another is named.

    Raises EnvironmentFault when there is no region.
    """
    with explained(f"AWS {service}"):
        return boto3.client(service, region_name=region, config=_CONFIG)  # type: ignore[call-overload]


def code(error: ClientError) -> str:
    """What AWS calls an error."""
    return str(error.response.get("Error", {}).get("Code", ""))


@contextmanager
def explained(what: str, denied: str = "the task role needs permission to read it.") -> Iterator[None]:
    """Turn errors of AWS and of the way there into EnvironmentFault.

    `what` names what was asked for, `denied` what may be missing when it is refused.
    """
    try:
        yield
    except ClientError as error:
        said = error.response.get("Error", {})
        raise EnvironmentFault(
            f"{what}: {said.get('Code', 'unknown')}: {said.get('Message', '')}",
            hint=denied,
        ) from None
    except BotoCoreError as error:
        raise EnvironmentFault(
            f"{what}: {error}", hint="is there a way to AWS from the task, and a region?"
        ) from None
