"""What AWS answers, as errors of ours: without the values of anybody's environment variables."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import botocore.exceptions

from outrider.errors import EnvironmentFault, OutriderError
from outrider.inject.function_difference import scrubbed

_AGAIN = {"PreconditionFailedException", "ResourceConflictException"}
_ABSENT = {
    "ResourceNotFoundException", "ParameterNotFound", "ClusterNotFoundException", "ServiceNotFoundException",
}  # fmt: skip
_DENIED = {"AccessDeniedException", "AccessDenied", "UnrecognizedClientException", "ExpiredTokenException"}
_SIGNING = {"CodeVerificationFailedException", "InvalidCodeSignatureException"}


class TryAgainError(OutriderError):
    """Somebody else changed the function meanwhile, or is changing it: read it again."""


class NotThereError(EnvironmentFault):
    """What was asked for does not exist."""


@contextmanager
def translated(doing: str, variables: Mapping[str, str] | None = None) -> Iterator[None]:
    """Turn errors of AWS inside into ours; `doing` says what was tried, `variables` what must not be said.

    Raises TryAgainError, NotThereError or EnvironmentFault.
    """
    try:
        yield
    except botocore.exceptions.ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        said = scrubbed(error.response.get("Error", {}).get("Message") or code, variables or {})
        if code in _AGAIN:
            raise TryAgainError(f"{doing}: {said}") from None
        if code in _ABSENT or (code == "ClientException" and "describe task definition" in said):
            raise NotThereError(
                f"{doing}: there is none of this name", hint="check name and region."
            ) from None
        raise EnvironmentFault(f"{doing}: {said} ({code})", hint=_hint(code, said)) from None
    except botocore.exceptions.WaiterError as error:
        why = error.last_response.get("Error", {}).get("Code", "waited")
        raise EnvironmentFault(
            f"{doing}: it did not come to rest ({why})",
            hint="look at its state in the console, then run the same command again.",
        ) from None
    except botocore.exceptions.BotoCoreError as error:
        raise EnvironmentFault(
            f"{doing}: {scrubbed(str(error), variables or {})}",
            hint="are there credentials (aws sts get-caller-identity), a region, and a network?",
        ) from None


def _hint(code: str, said: str) -> str:
    """What to do about a refusal."""
    if code in _DENIED:
        return "the permissions it takes are listed in `outrider function patch --help`."
    if code in _SIGNING:
        return "its code signing takes only signed layers: see --signed."
    if "unzipped" in said.lower() or "maximum allowed size" in said.lower():
        return "package and layers are too large together: make the package smaller."
    if code == "RequestEntityTooLargeException" or "4KB" in said:
        return "move long values out of its environment (Parameter Store, Secrets Manager)."
    return ""
