"""Rounds: versions go from stage to stage by the terms, all of them in turn, whoever looks, however often."""

from collections import Counter
from collections.abc import Callable

from cdk_app.functions.reporter import models
from cdk_app.functions.reporter.models import Stored
from outrider.errors import EnvironmentFault
from outrider.model.stage import Stage
from outrider.policy.stages import Terms
from tests.programs.reporter.reporter_stubs import Weather
from tests.programs.stages.stages_account import HOUR, START, Account, PagedTable, local_sign


def test_terms_lead_on_and_alerts_lead_back() -> None:
    account = Account()
    version = account.learn()
    assert account.round(START + HOUR // 2)["stepped"] == 0
    assert [account.round(START + hours * HOUR)["stepped"] for hours in (2, 3, 5)] == [1, 1, 0]
    assert account.wish(START + 6 * HOUR)["step"] == "alerting → blocking"
    account.alerts(version, 3, START + 6 * HOUR + 60)
    assert account.round(START + 6 * HOUR + 900)["stepped"] == 1
    assert account.bus.steps == [
        ("learning", "proposed"),
        ("proposed", "alerting"),
        ("alerting", "blocking"),
        ("blocking", "alerting"),
    ]
    last = account.bus.told[-1]
    assert last.detail["reason"] == "3 acts were stopped within 3600 s of blocking"
    assert [one.detail["back"] for one in account.bus.told] == [False, False, False, True]
    assert (last.subject.name, last.subject.container) == ("shop", "web")


def test_alerts_that_come_late_twice_and_out_of_order_lead_to_the_same() -> None:
    found = []
    for order in ((1, 2, 3), (3, 3, 1, 2), (2, 1, 2, 3, 1)):
        account = Account()
        version = account.learn()
        for hours in (2, 3):
            account.round(START + hours * HOUR)
        account.wish(START + 4 * HOUR)
        for place in order:
            account.alerts(version, place, START + 4 * HOUR + 60)
        for _ in range(2):
            account.round(START + 4 * HOUR + 900)
        found.append([one.id for one in account.bus.told])
    assert found[0] == found[1] == found[2]
    assert len(found[0]) == 4


def test_two_hundred_versions_with_little_time_are_looked_at_in_turn() -> None:
    account = Account()
    for number in range(200):
        account.learn(name=f"shop{number}")
    rounds = [account.round(START + 2 * HOUR, most=30) for _ in range(9)]
    assert [made["done"] for made in rounds].count(True) == 1
    assert all(made["looked"] <= 32 for made in rounds)
    told = Counter(one.subject.name for one in account.bus.told if one.detail["after"] == "proposed")
    assert told == Counter(f"shop{number}" for number in range(200)), "each once, none left out"
    assert account.round(START + 2 * HOUR)["done"]


def test_a_version_that_is_damaged_keeps_no_other_from_it_and_is_told() -> None:
    account = Account()
    for number in range(5):
        account.learn(name=f"shop{number}")
    (damaged,) = [key for key in account.table.items if "shop2" in key[0] and key[1].startswith("behaviour#")]
    account.table.items[damaged] = Stored(1, "no model")
    account.table.items[models.VERSIONS, "version#0"] = Stored(1, "[1]")
    for _ in range(2):
        made = account.round(START + 2 * HOUR)
        assert (made["looked"], made["failed"], made["done"]) == (6, 2, True)
    assert {one.subject.name for one in account.bus.told if one.topic == "trouble"} == {"shop2", "[1]"}
    assert len({one.id for one in account.bus.told if one.topic == "trouble"}) == 2, (
        "the same, round by round"
    )
    assert len(account.bus.steps) == 8


def test_nobody_reads_a_version_that_only_a_person_moves() -> None:
    account = Account(terms=Terms(learn_seconds=0, learn_lives=1, quiet_seconds=0))
    account.learn()
    for hours in (2, 3):
        account.round(START + hours * HOUR)
    account.table.all = None  # type: ignore[assignment, method-assign]
    assert account.round(START + 9 * HOUR) == {
        "looked": 1, "stepped": 0, "failed": 0, "done": True, "at": account.round(START + 9 * HOUR)["at"],
    }  # fmt: skip


def test_in_bad_weather_every_step_is_told_and_the_policy_is_that_of_the_last() -> None:
    for seed in range(40):
        account = Account(Weather(), sign=local_sign)
        account.learn()
        account.weather.random.seed(seed)
        account.weather.rate = 0.1
        for hours in range(2, 40):
            try:
                account.round(START + hours * HOUR)
                if hours == 10:
                    account.wish(START + hours * HOUR)
            except EnvironmentFault:
                continue
        account.weather.rate = 0.0
        account.round(START + 50 * HOUR)
        version = models.named(f'["shop", "web", "sha256:{"b" * 64}"]')
        whole = models.load(account.table, version)
        steps = sorted(whole.steps, key=lambda step: step.order)
        assert sorted(account.bus.steps) == sorted((one.before, one.after) for one in steps), f"seed {seed}"
        assert [one.after for one in steps][:2] == [Stage.PROPOSED, Stage.ALERTING]
        assert (f"{steps[-1].at_ns // 1000}" in str(list(account.store.proposals))) is True


class Raced(PagedTable):
    """Somebody else's step comes between what is read and what is written, once."""

    between: Callable[[], object] | None = None

    def put(self, workload: str, key: str, document: str, expected: int) -> bool:
        if key == models.STEPS and self.between:
            other, self.between = self.between, None
            other()
        return super().put(workload, key, document, expected)


def test_a_step_is_not_written_over_one_that_somebody_made_meanwhile() -> None:
    account = Account()
    account.table = table = Raced(account.weather)
    version = account.learn()
    table.between = lambda: account.wish(START + 2 * HOUR)
    assert account.round(START + 2 * HOUR)["stepped"] == 0, "it was decided on what is over"
    (step,) = models.load(table, version).steps
    assert (step.before, step.after, step.by) == (Stage.LEARNING, Stage.BLOCKING, "kim")
