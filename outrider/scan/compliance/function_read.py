"""A function as an account describes it, and as its rules look at it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from outrider.model.finding import Secret
from outrider.model.outcome import Failed, Outcome
from outrider.scan.compliance.fields import mapping, text
from outrider.scan.compliance.subjects import Function
from outrider.scan.secrets.search import search_text

Ended = Callable[[str], str]
"""Lambda runtime → the day since which AWS does not patch it; empty for all others."""


@dataclass(frozen=True, slots=True)
class Package:
    """A zip that AWS hands out under a signed address."""

    name: str
    """`code`, or the layer version's ARN."""
    url: str = field(repr=False)
    size: int
    """Bytes; 0: not said."""
    sha256: str
    """Base64; empty: not said."""


@dataclass(frozen=True, slots=True)
class FunctionRead:
    """What was read of one function; None: it could not be asked, and an outcome says why."""

    configuration: Mapping[str, Any]
    packages: tuple[Package, ...]
    """The code first, then the layers in the order in which they are laid over each other."""
    image: str
    """Reference of the image of an image function; empty for others."""
    policy: Mapping[str, Any] | None
    url: Mapping[str, Any] | None
    reserved_concurrency: int | None
    code_signing: bool | None
    outcomes: tuple[Outcome, ...]


def function_of(read: FunctionRead, ended: Ended) -> Function:
    """A function as it was read from an account."""
    return Function(
        configuration=read.configuration,
        secrets=secrets_of(read.configuration),
        end_of_life=ended(text(read.configuration, "Runtime")),
        policy=read.policy,
        url=read.url,
        reserved_concurrency=read.reserved_concurrency,
        code_signing=read.code_signing,
    )


def configured(configuration: Mapping[str, Any], ended: Ended) -> Function:
    """What the configuration alone tells."""
    return Function(
        configuration=configuration,
        secrets=secrets_of(configuration),
        end_of_life=ended(text(configuration, "Runtime")),
    )


def secrets_of(configuration: Mapping[str, Any]) -> tuple[Secret, ...]:
    """Credentials in a function's variables."""
    return tuple(
        secret
        for name, value in environment_of(configuration)
        for secret in search_text(f"env:{name}", f"{name}={value}")
    )


def environment_of(configuration: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """A function's variables, sorted by name; those whose value is no text are left to AWS to refuse."""
    variables = mapping(mapping(configuration, "Environment"), "Variables")
    return tuple(sorted((name, value) for name, value in variables.items() if isinstance(value, str)))


def undisclosed(configuration: Mapping[str, Any]) -> Iterator[Outcome]:
    """Variables that AWS does not hand out, because their key is not ours to use.

    https://docs.aws.amazon.com/lambda/latest/api/API_EnvironmentError.html
    """
    error = mapping(mapping(configuration, "Environment"), "Error")
    if error:
        words = text(error, "Message") or text(error, "ErrorCode") or "AWS does not disclose them"
        yield Failed("environment variables", words, "kms:Decrypt on the function's key is needed.")
