"""boto3 clients of the function's role."""

from typing import Any

import boto3
from botocore.config import Config

_CONFIG = Config(connect_timeout=3, read_timeout=20, retries={"mode": "adaptive", "max_attempts": 6})
"""Adaptive: slows down before AWS has to say so twice."""


def client(service: str, region: str | None = None) -> Any:
    """A client; `region` where it is not the function's own."""
    return boto3.client(service, region_name=region, config=_CONFIG)  # type: ignore[call-overload]
