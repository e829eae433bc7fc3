"""boto3 clients of the function's role."""

from functools import cache
from typing import Any

import boto3
from botocore.config import Config

_CONFIG = Config(connect_timeout=3, read_timeout=20, retries={"mode": "adaptive", "max_attempts": 6})
"""Adaptive: slows down before AWS has to say so twice."""


def client(service: str, region: str | None = None) -> Any:
    """A client; `region` where it is not the function's own."""
    return boto3.client(service, region_name=region, config=_CONFIG)  # type: ignore[call-overload]


class _Lazy:
    """A client that is made when it is first used: each costs a cold start some 50 ms."""

    def __init__(self, service: str, region: str | None) -> None:
        self._make = cache(lambda: client(service, region))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._make(), name)


def lazy(service: str, region: str | None = None) -> Any:
    """As `client`, made at its first use."""
    return _Lazy(service, region)
