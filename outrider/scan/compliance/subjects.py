"""What rules look at: an image, a task definition, a function."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from outrider.model.artifact import Contents
from outrider.model.finding import Secret, Vulnerability


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """An image as it was scanned."""

    contents: Contents
    vulnerabilities: tuple[Vulnerability, ...] | None = None
    """None: not looked for, and rules about them do not apply."""
    secrets_searched: bool = True
    age_days: float | None = None
    """Since it was built; None: it does not say."""
    end_of_life: str = ""
    """The day on which its distribution went out of support; empty: it has not, or that is not known."""


@dataclass(frozen=True, slots=True)
class Container:
    """One container of a task definition."""

    name: str
    definition: Mapping[str, Any]
    secrets: tuple[Secret, ...] = ()
    """Found in its plain environment, command and labels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A task definition in the form that RegisterTaskDefinition takes."""

    definition: Mapping[str, Any]
    containers: tuple[Container, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function as GetFunction describes it; what was not asked for is None, and rules about it do not
    apply."""

    configuration: Mapping[str, Any]
    secrets: tuple[Secret, ...] = ()
    """Found in its variables."""
    end_of_life: str = ""
    """The day on which its runtime went out of support; empty: it has not, or that is not known."""
    policy: Mapping[str, Any] | None = None
    """The resource policy; {} for none."""
    url: Mapping[str, Any] | None = None
    """FunctionUrlConfig; {} for none."""
    reserved_concurrency: int | None = None
    """-1: none is reserved."""
    code_signing: bool | None = None
