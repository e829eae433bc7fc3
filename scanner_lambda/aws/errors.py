"""What AWS answers, as errors of ours."""

from collections.abc import Iterator
from contextlib import contextmanager

import botocore.exceptions
from botocore.config import Config

from outrider.errors import EnvironmentFault
from scanner_lambda.progress import NotThere, Passing

CONFIG = Config(retries={"mode": "standard", "total_max_attempts": 5}, connect_timeout=5, read_timeout=30)
"""Of every client: faults that pass, and throttling, are tried again with pauses that grow."""

DENIED = "the function's role, and the key's policy, must permit it."
"""What to do where AWS refuses."""

_NOT_THERE = {
    "ResourceNotFoundException", "RepositoryNotFoundException", "ImageNotFoundException",
    "NoSuchKey", "404", "ParameterNotFound",
}  # fmt: skip


_PASSING = {
    "Throttling", "ThrottlingException", "ThrottledException", "TooManyRequestsException", "RequestThrottled",
    "RequestThrottledException", "ProvisionedThroughputExceededException", "RequestLimitExceeded", "SlowDown",
    "TransactionInProgressException", "RequestTimeout", "RequestTimeoutException",
}  # fmt: skip
"""Below 500: https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html"""

_BROKEN = (botocore.exceptions.HTTPClientError, botocore.exceptions.IncompleteReadError)
_SERVERS_FAULT = 500


@contextmanager
def translated(doing: str, denied: str = DENIED) -> Iterator[None]:
    """Turn errors of AWS inside into ours; `doing` says what was tried, `denied` what to do when it is not
    permitted.

    Raises NotThere, Passing, EnvironmentFault.
    """
    try:
        yield
    except botocore.exceptions.ClientError as error:
        found = error.response.get("Error", {})
        code = found.get("Code", "")
        if code in _NOT_THERE:
            raise NotThere(f"{doing}: it does not exist ({code})") from None
        kind = Passing if _passes(error) else EnvironmentFault
        raise kind(f"{doing}: {found.get('Message') or code} ({code})", hint=_hint(code, denied)) from None
    except _BROKEN as error:
        raise Passing(f"{doing}: {type(error).__name__}") from None
    except botocore.exceptions.BotoCoreError as error:
        raise EnvironmentFault(f"{doing}: {type(error).__name__}") from None


def _passes(error: botocore.exceptions.ClientError) -> bool:
    """Whether AWS may answer otherwise in a while."""
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return status >= _SERVERS_FAULT or error.response.get("Error", {}).get("Code") in _PASSING


def _hint(code: str, denied: str) -> str:
    """What to do about a refusal."""
    return denied if "AccessDenied" in code or code == "UnrecognizedClientException" else ""
