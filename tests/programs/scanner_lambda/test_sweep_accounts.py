"""The sweep of several accounts: our own and members, of which some refuse us."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.errors import EnvironmentFault
from scanner_lambda import sweeping
from scanner_lambda.sweep import INVOCATIONS
from scanner_lambda.sweeping import Checkpoint
from tests.programs.scanner_lambda.sweep_run import HERE, Made, Run, images

OWN, FIRST, SECOND = HERE["account"], "111111111111", "222222222222"


def function(account: str, name: str = "f") -> str:
    return f"arn:aws:lambda:{HERE['region']}:{account}:function:{name}"


def three(pages: int = 1000) -> Run:
    members = {
        FIRST: Made({"a": images("1", "2", "3")}, [function(FIRST)]),
        SECOND: Made({"b": images("1")}, [function(SECOND)]),
    }
    return Run(Made({"a": images("1")}, [function(OWN)]), pages, members)


def jobs_of(run: Run) -> list[tuple[str, str]]:
    return [(one["account"], one.get("digest", "")[-1:] or one["function"]) for one in run.jobs]


EVERY = [
    *((OWN, "1"), (OWN, function(OWN))),
    *((FIRST, "1"), (FIRST, "2"), (FIRST, "3"), (FIRST, function(FIRST))),
    *((SECOND, "1"), (SECOND, function(SECOND))),
]


@given(st.integers(1, 20))
def test_each_account_is_swept_once_and_jobs_name_it_however_little_time_there_is(pages: int) -> None:
    run = three(pages)
    results = run.to_the_end()
    assert results[-1]["done"]
    assert jobs_of(run) == EVERY
    assert {one["region"] for one in run.jobs} == {HERE["region"]}
    assert sum(one["jobs"] for one in results) == len(EVERY)
    assert not run.told and not run.objects.objects


def test_an_account_that_refuses_its_role_is_failed_and_the_rest_goes_on() -> None:
    run = three()
    run.closed = {FIRST}
    result = run.command()
    assert result["done"] and result["failed"] == 1
    assert jobs_of(run) == [one for one in EVERY if one[0] != FIRST]
    said = {one["subject"]: one["outcome"] for one in result["outcomes"]}
    assert said == {
        f"account {OWN}": "covered",
        f"account {FIRST}": "failed",
        f"account {SECOND}": "covered",
    }
    (told,) = run.told
    assert (told.account, told.topic.value, told.subject.name) == (FIRST, "trouble", "sweep")
    assert "cannot take the role" in told.detail["message"] and told.detail["hint"] == "deploy it there"


@pytest.mark.parametrize("account", [OWN, FIRST, SECOND])
@pytest.mark.parametrize("refused", ["repositories", "functions"])
def test_a_list_that_cannot_be_had_fails_alone(account: str, refused: str) -> None:
    run = three()
    run.accounts[account].refused = {refused}
    result = run.command()
    lost = {
        one for one in EVERY if one[0] == account and one[1].startswith("arn") == (refused == "functions")
    }
    assert result["done"] and jobs_of(run) == [one for one in EVERY if one not in lost]
    failed = [one["subject"] for one in result["outcomes"] if one["outcome"] == "failed"]
    assert failed == [f"account {account}, {refused}"]
    assert f"account {account}" not in {one["subject"] for one in result["outcomes"]}


def test_much_that_fails_is_told_once_an_account() -> None:
    run = three()
    run.accounts[FIRST].refused = {"a", "functions"}
    run.closed = {SECOND}
    assert run.command()["failed"] == 3
    assert [one.account for one in run.told] == [FIRST, SECOND]
    assert "(and 1 more)" in run.told[0].detail["message"]


def test_a_sweep_that_is_never_done_says_which_accounts_it_did_not_come_to() -> None:
    run = three(pages=0)
    results = run.to_the_end()
    assert len(results) == INVOCATIONS and not results[-1]["done"]
    failed = [one["subject"] for one in results[-1]["outcomes"] if one["outcome"] == "failed"]
    assert failed == [f"account {one}" for one in (OWN, FIRST, SECOND)]


def test_a_member_that_is_none_any_more_is_left_out_and_nothing_comes_twice() -> None:
    run = three()
    at = Checkpoint("s", account=FIRST, repository="zzz", images_done=True)
    at.seen = {one.digest for one in images("1")}
    run.objects.put("sweeps/s.json.zst", sweeping.write(at))
    run.parts = replace(run.parts, members=frozenset({SECOND}))
    assert run.command(**{"continue": "s"})["done"]
    assert jobs_of(run) == [one for one in EVERY if one[0] == SECOND]


def test_a_bus_that_is_down_does_not_end_the_sweep() -> None:
    run = three()
    run.closed = {FIRST}

    def down(envelopes: Any) -> None:
        raise EnvironmentFault("the bus is down")

    run.parts = replace(run.parts, tell=down)
    assert run.command()["failed"] == 1


def test_one_artifact_of_a_member_is_asked_for() -> None:
    run = three()
    run.command(command="scan", function=function(SECOND))
    run.command(command="scan", repository="a", tag="v1", account=FIRST)
    assert [(one["kind"], one["account"]) for one in run.jobs] == [("function", SECOND), ("image", FIRST)]
