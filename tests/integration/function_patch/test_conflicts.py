"""What moto does not do, put between the commands and moto: revisions that somebody else's change outdates,
refusals that print the environment, functions that are being changed."""

from collections.abc import Callable
from typing import Any

import click
import pytest
from botocore.exceptions import ClientError
from functions_in_moto import SECRET, Account

from outrider.account.functions import Functions
from outrider.errors import ExitStatus

Update = Callable[..., Any]


def refused(code: str, message: str = "no") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "UpdateFunctionConfiguration")


@pytest.fixture
def between(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Update, dict[str, Any]], Any]], None]:
    """Put a function between the commands and UpdateFunctionConfiguration."""

    def put(strict: Callable[[Update, dict[str, Any]], Any]) -> None:
        made = Functions.__init__

        def init(self: Functions, *clients: Any, **said: Any) -> None:
            made(self, *clients, **said, delay=0)
            really = self.client.update_function_configuration
            monkeypatch.setattr(
                self.client, "update_function_configuration", lambda **request: strict(really, request)
            )

        monkeypatch.setattr(Functions, "__init__", init)

    return put


def test_a_function_that_somebody_else_changed_is_read_again(account: Account, between: Any) -> None:
    account.function("f")
    tried: list[dict[str, Any]] = []

    def strict(really: Update, request: dict[str, Any]) -> Any:
        tried.append(request)
        if len(tried) == 1:
            really(FunctionName="f", Environment={"Variables": {"THEIRS": "1"}})
            raise refused("PreconditionFailedException", "The Revision Id provided does not match")
        return really(**request)

    between(strict)
    assert account.patch("f").return_value == ExitStatus.OK
    assert account.state("f")["variables"]["THEIRS"] == "1"
    account.unpatch("f")
    assert account.state("f")["variables"] == {"THEIRS": "1"}


def test_it_does_not_try_for_ever(account: Account, between: Any) -> None:
    account.function("f")
    before = account.state("f")
    tried: list[int] = []

    def strict(really: Update, request: dict[str, Any]) -> Any:
        tried.append(1)
        raise refused("ResourceConflictException", "An update is in progress")

    between(strict)
    result = account.patch("f")
    assert result.return_value == ExitStatus.INCOMPLETE
    assert len(tried) == 5
    assert account.state("f")["variables"] == before["variables"]


def test_a_refusal_that_prints_the_environment_is_told_without_it(account: Account, between: Any) -> None:
    account.function("f")

    def strict(really: Update, request: dict[str, Any]) -> Any:
        said = f"too large. String measured: {{'PASSWORD':'{SECRET}'}}"
        raise refused("InvalidParameterValueException", said)

    between(strict)
    result = account.patch("f")  # patch() asserts that the secret is not in the output
    assert result.return_value == ExitStatus.INCOMPLETE
    assert "too large" in result.output


def test_after_a_crash_between_record_and_update_nothing_is_lost(account: Account, between: Any) -> None:
    account.function("f")
    before = account.state("f")

    def strict(really: Update, request: dict[str, Any]) -> Any:
        raise KeyboardInterrupt

    between(strict)
    with pytest.raises(click.Abort):
        account.patch("f")
    assert account.ssm.get_parameter(Name="/outrider/functions/f")["Parameter"]["Value"]
    assert account.state("f") == before
    assert account.unpatch("f", "--dry-run").return_value == ExitStatus.OK
