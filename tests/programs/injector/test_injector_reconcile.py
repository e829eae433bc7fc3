"""The scheduled look at everything, the batch's manners, and settings."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from injector_account import ACCOUNT, REGION, Account, service_event, task_definition

from cdk_app.functions.injector import settings
from cdk_app.functions.injector.reconcile import Place, place_of
from outrider.errors import InvalidInput, OutriderError, UsageError

Make = Callable[..., Account]
NEEDED = {"OUTRIDER_OUTCOMES_TABLE": "t", "OUTRIDER_BUS_NAME": "b"}


def populated(account: Account) -> list[str]:
    """Five services and two functions."""
    definition = account.register(task_definition())
    services = [account.service(f"s{number:02}", definition) for number in range(5)]
    return [*services, *(account.function(name, Tags={"outrider": "protect"}) for name in ("f", "g"))]


def test_everything_is_looked_at_once(account: Account) -> None:
    subjects = populated(account)
    told = account.command(command="reconcile")
    assert told == {"covered": 7, "skipped": 0, "failed": 0, "gone": 0, "done": True, "continued": False}
    assert {account.latest(subject)["outcome"] for subject in subjects} == {"covered"}
    assert account.revisions() == 2
    heard = account.heard()
    assert sorted(one.subject.id for one in heard) == sorted(subjects)
    account.command(command="reconcile")
    assert [one.detail["act"] for one in account.heard()] == []


def test_what_has_no_time_goes_on_where_it_stopped(account_with: Make) -> None:
    account = account_with(OUTRIDER_INJECTOR_QUEUE_URL="")
    subjects = populated(account)
    calls = [0]

    def has_time() -> bool:
        calls[0] += 1
        return calls[0] % 3 != 0

    program = account.program.with_switch()
    parts = []
    for _ in range(9):
        message = program.parse(json.dumps({"command": "reconcile"}))
        parts.append(program.work(message, has_time))
        if parts[-1]["done"]:
            break
    assert len(parts) > 2
    assert parts[-1]["done"]
    assert sum(part["covered"] for part in parts) == len(subjects)


def test_the_rest_is_sent_to_the_queue(account_with: Make) -> None:
    account = account_with()
    url = account.clients["sqs"].create_queue(QueueName="injector")["QueueUrl"]
    account = account_with(OUTRIDER_INJECTOR_QUEUE_URL=url)
    account.clients["sqs"].create_queue(QueueName="injector")
    populated(account)
    told = account.command(command="reconcile", seconds=1)
    assert (told["done"], told["continued"]) == (False, True)
    (message,) = account.clients["sqs"].receive_message(QueueUrl=url)["Messages"]
    assert account.batch(message["Body"]) == []


def test_one_subject_that_fails_is_no_other_ones(account: Account) -> None:
    account.service("good")
    bad = task_definition("bad")
    bad["containerDefinitions"][0]["dockerLabels"] = {"com.outrider.original": "damaged"}
    broken = account.service("bad", account.register(bad))
    told = account.command(command="reconcile")
    assert (told["covered"], told["failed"]) == (1, 1)
    assert account.latest(broken)["outcome"] == "failed"


def test_bad_messages_come_back_alone(account: Account) -> None:
    service = account.service()
    foreign = {**service_event(service), "account": "210987654321"}
    bad: list[Any] = ["{", "[]", {"detail-type": 1}, {"command": "rm"}, {"command": "protect"}, "x" * 300_000]
    bad += [
        {**service_event(service), "resources": ["arn:evil"]},
        {**service_event(service), "resources": None},
    ]
    failed = account.batch(*bad, foreign, service_event(service))
    assert failed == [str(number) for number in range(len(bad))]
    assert account.latest(service)["outcome"] == "covered"
    told = [one for one in account.heard() if one.topic == "trouble"]
    assert len(told) == len(bad)
    assert len({one.id for one in told}) == len(bad)


def test_a_batch_without_time_comes_again(account: Account) -> None:
    service = account.service()
    assert account.batch(service_event(service), seconds=5) == ["0"]
    assert account.latest(service) == {}


def test_a_command_that_fails_says_so(account: Account) -> None:
    with pytest.raises(OutriderError, match="none of this name"):
        account.command(command="unprotect", service="nobody", cluster="prod")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OUTRIDER_OUTCOMES_TABLE", ""),
        ("OUTRIDER_MODE", "shout"),
        ("OUTRIDER_OPT", "maybe"),
        ("OUTRIDER_ACT_ON_IAC", "yes"),
        ("OUTRIDER_ON_FAILURE", "panic"),
        ("OUTRIDER_LAYER_ARNS", "{"),
        ("OUTRIDER_LAYER_ARNS", '{"arm64": "layer"}'),
        ("OUTRIDER_LAYER_ARNS", '{"mips": "arn:aws:lambda:eu-west-1:123456789012:layer:outrider:1"}'),
        ("OUTRIDER_POLICY", "nonsense"),
        ("OUTRIDER_HISTORY_DAYS", "0"),
        ("OUTRIDER_STOP_BEFORE_MS", "soon"),
    ],
)
def test_a_wrong_setting_is_named(name: str, value: str) -> None:
    with pytest.raises(UsageError, match=name):
        settings.read({**NEEDED, "OUTRIDER_SIDECAR_IMAGE": "s", name: value})


def test_settings_are_safe_without_any_choice() -> None:
    read = settings.read(NEEDED)
    assert (read.opt, read.mode, read.act_on_iac, read.layers, read.tasks) == ("in", "alert", False, {}, None)


@pytest.mark.parametrize("text", ["s|a", "x|a|b", "s|a|b|c", f"s|{'a' * 5000}|b"])
def test_a_place_that_is_none(text: str) -> None:
    with pytest.raises(InvalidInput):
        place_of(text)


def test_a_place_is_read_as_it_was_written() -> None:
    place = Place("s", f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/a", "b")
    assert (place_of(place.text()), place_of("")) == (place, Place())
    assert Place() < Place("s", "z", "z") < Place("t", "", "a")
