"""What AWS answers, as errors of ours."""

from collections.abc import Iterator
from contextlib import contextmanager

import botocore.exceptions
from botocore.config import Config

from outrider.errors import EnvironmentFault
from scanner_lambda.progress import NotThere

CONFIG = Config(retries={"mode": "standard", "total_max_attempts": 5}, connect_timeout=5, read_timeout=30)
"""Of every client: faults that pass, and throttling, are tried again with pauses that grow."""

_NOT_THERE = {
    "ResourceNotFoundException", "RepositoryNotFoundException", "ImageNotFoundException",
    "NoSuchKey", "404", "ParameterNotFound",
}  # fmt: skip


@contextmanager
def translated(doing: str) -> Iterator[None]:
    """Turn errors of AWS inside into ours; `doing` says what was tried. Raises NotThere, EnvironmentFault."""
    try:
        yield
    except botocore.exceptions.ClientError as error:
        found = error.response.get("Error", {})
        code = found.get("Code", "")
        if code in _NOT_THERE:
            raise NotThere(f"{doing}: it does not exist ({code})") from None
        raise EnvironmentFault(
            f"{doing}: {found.get('Message') or code} ({code})", hint=_hint(code)
        ) from None
    except botocore.exceptions.BotoCoreError as error:
        raise EnvironmentFault(f"{doing}: {type(error).__name__}") from None


def _hint(code: str) -> str:
    """What to do about a refusal."""
    denied = "AccessDenied" in code or code == "UnrecognizedClientException"
    return "the function's role, and the key's policy, must permit it." if denied else ""
