"""The errors a caller of Outrider may meet. Each says what went wrong and what to do about it."""

from enum import IntEnum


class ExitStatus(IntEnum):
    """Exit status of every `outrider` command. Scripts rely on these numbers."""

    OK = 0
    """Done and within policy."""
    POLICY = 1
    """Done, and something failed the policy: a finding over the threshold, a check that differs."""
    USAGE = 2
    """Wrong usage."""
    INCOMPLETE = 3
    """Not everything could be looked at: there are `Failed` outcomes."""
    ENVIRONMENT = 4
    """The environment is at fault: no network, no permission, no engine."""


class OutriderError(Exception):
    """Root of our errors: a message, a hint that says what to do next, and the exit status it deserves."""

    exit_status = ExitStatus.INCOMPLETE

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n  hint: {self.hint}" if self.hint else self.message


class UsageError(OutriderError):
    """The caller asked for something that makes no sense or is not supported."""

    exit_status = ExitStatus.USAGE


class InvalidInput(OutriderError):
    """Untrusted bytes or a document that does not have the form it claims, or is over a cap of `limits`."""


class RefusedDefinition(OutriderError):
    """A task definition that Fargate, or we, would not accept."""

    exit_status = ExitStatus.POLICY


class EnvironmentFault(OutriderError):
    """Something around us is missing or refuses: network, permission, container engine."""

    exit_status = ExitStatus.ENVIRONMENT
