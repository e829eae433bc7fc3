"""A person's wish: checked field by field, for one version, kept with who and why; else refused."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdk_app.functions.reporter import models
from cdk_app.functions.reporter.staging import wishes
from outrider.errors import InvalidInput
from outrider.model.stage import Stage
from tests.programs.stages.stages_account import HOUR, START, Account

GOOD = {"workload": "shop", "stage": "blocking", "who": "kim", "why": "read it"}


def test_a_wish_is_done_once_and_kept_with_who_and_why() -> None:
    account = Account()
    version = account.learn()
    assert account.wish(START + HOUR)["step"] == "learning → blocking"
    assert account.wish(START + 2 * HOUR)["step"] == "it was there already"
    (step,) = models.load(account.table, version).steps
    assert (step.after, step.by, step.reason) == (Stage.BLOCKING, "kim", "read it")
    (told,) = account.bus.told
    assert (told.detail["by"], told.detail["reason"]) == ("kim", "read it")


FORGED: list[tuple[dict[str, Any], str]] = [
    ({"stage": "off"}, "no stage"),
    ({"who": ""}, "says its who"),
    ({"why": " "}, "says its why"),
    ({"who": "k" * 101}, "at most 100"),
    ({"why": "two\nlines"}, "one printable line"),
    ({"why": "\u202eback"}, "one printable line"),
    ({"workload": 7}, "one printable line"),
    ({"workload": ["shop"]}, "one printable line"),
    ({"terms": {"learn_seconds": 0}}, "no field 'terms'"),
    ({"command": "round"}, "no field 'command'"),
    ({"workload": "bank"}, "nothing was learned"),
    ({"image": "sha256:" + "c" * 64}, "nothing was learned"),
]


@pytest.mark.parametrize(("said", "words"), FORGED)
def test_what_is_forged_or_wrong_is_refused_and_moves_nothing(said: dict[str, Any], words: str) -> None:
    account = Account()
    version = account.learn()
    before = dict(account.table.items)
    assert words in account.wish(START + HOUR, **said)["refused"]
    assert (account.table.items, account.bus.told) == (before, [])
    assert models.load(account.table, version).steps == frozenset()


def test_of_several_versions_one_has_to_be_named() -> None:
    account = Account()
    account.learn()
    other = account.learn("cc", image="sha256:" + "c" * 64)
    answer = account.wish(START + HOUR)
    assert answer["refused"] == "there are 2 versions of shop"
    assert other.image in answer["hint"]
    assert account.wish(START + HOUR, image=other.image)["image"] == other.image


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=9), inner, max_size=2),
    max_leaves=4,
)


@given(st.dictionaries(st.sampled_from([*GOOD, "container", "image", "more"]), JSON, max_size=4))
def test_any_payload_is_read_or_refused(said: dict[str, Any]) -> None:
    try:
        asked = wishes.read(GOOD | said)
    except InvalidInput:
        return
    assert asked.wish.who.isprintable() and asked.wish.who
