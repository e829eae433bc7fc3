"""What a step results in: a proposal always, where wanted a signed policy, never over a newer one."""

import pytest

from cdk_app.functions.reporter.staging.settings import from_environment
from outrider.errors import InvalidInput, UsageError
from outrider.model import published
from outrider.model.event import Mode
from outrider.policy import document, signing
from outrider.policy.blob import decode
from tests.programs.stages.stages_account import HOUR, IMAGE, KEY, PLACE, START, Account, local_sign

PUBLIC = signing.public_key(KEY)
NAMES = {
    "OUTRIDER_MODELS_TABLE": "models",
    "OUTRIDER_REPORTS_BUCKET": "reports",
    "OUTRIDER_STATE_BUCKET": "state",
    "OUTRIDER_BUS_NAME": "outrider",
}


def to_alerting(account: Account) -> None:
    account.learn()
    for hours in (2, 3):
        account.round(START + hours * HOUR)


def test_off_it_proposes_only() -> None:
    account = Account()
    to_alerting(account)
    account.wish(START + 4 * HOUR)
    assert account.store.policies == {}
    said = [one.detail for one in account.bus.told]
    assert all("published" not in one for one in said)
    assert "publishing is off" in said[-1]["not_published"]
    made = document.parse(account.store.proposals[said[-1]["proposal"].removeprefix("s3://reports/")])
    assert (made.workload, made.container("web").mode) == ("shop", Mode.BLOCK)
    assert made.counter == said[-1]["number"] == (START + 4 * HOUR) // 1000


def test_on_a_signed_policy_lies_where_agents_look_with_a_larger_number_each_time() -> None:
    account = Account(sign=local_sign)
    account.learn()
    account.round(START + 2 * HOUR)
    assert account.store.policies == {}, "a proposal is to be read first"
    account.round(START + 3 * HOUR)
    account.wish(START + 4 * HOUR)
    account.wish(START + 5 * HOUR, stage="learning", why="it was wrong")
    for data in account.store.puts:
        signing.verify(data, PUBLIC)
    blobs = [decode(data).policy for data in account.store.puts]
    assert [one.mode for one in blobs] == [Mode.ALERT, Mode.BLOCK, Mode.ALERT]
    assert [one.counter for one in blobs] == [(START + hours * HOUR) // 1000 for hours in (3, 4, 5)]
    assert account.bus.told[-1].detail["published"] == f"s3://state/{PLACE}"
    for _ in range(2):
        assert account.round(START + 5 * HOUR + 1)["failed"] == 0


def test_a_newer_one_is_never_written_over_and_what_is_no_policy_is_left_to_people() -> None:
    account, other = Account(sign=local_sign), Account(sign=local_sign)
    to_alerting(account)
    other.learn()
    other.wish(START + 9 * HOUR)
    newest = account.store.policies[PLACE] = other.store.policies[PLACE]
    account.wish(START + 5 * HOUR, stage="blocking")
    assert account.store.policies[PLACE] == newest
    assert "there is a newer one" in account.bus.told[-1].detail["not_published"]
    account.store.policies[PLACE] = b"somebody's"
    account.wish(START + 6 * HOUR, stage="proposed")
    assert account.store.policies[PLACE] == b"somebody's"
    assert "is no policy" in account.bus.told[-1].detail["not_published"]


def test_each_version_has_its_own_place_and_says_whose_it_is() -> None:
    account = Account(sign=local_sign)
    account.learn()
    account.wish(START + 2 * HOUR)
    other = account.learn("cc", "dd", image="sha256:" + "c" * 64)
    blocking = account.store.policies[PLACE]
    account.wish(START + 3 * HOUR, image=other.image, stage="alerting")
    assert account.store.policies[PLACE] == blocking
    found = {key: decode(data).policy for key, data in account.store.policies.items()}
    places = {image: published.key("shop", "web", image) for image in (IMAGE, other.image)}
    assert {key: policy.mode for key, policy in found.items()} == {
        places[IMAGE]: Mode.BLOCK,
        places[other.image]: Mode.ALERT,
    }
    assert {policy.made_for for policy in found.values()} == {f"shop/web@{image}" for image in places}


def test_a_version_without_a_digest_makes_a_proposal_and_no_place() -> None:
    account = Account(sign=local_sign)
    account.learn(image="")
    account.wish(START + 2 * HOUR)
    assert account.store.policies == {} and account.store.proposals
    assert "digest" in account.bus.told[-1].detail["not_published"]


@pytest.mark.parametrize(("name", "words"), [("/ecs/shop", "log group"), ("../other", "log group")])
def test_a_name_that_is_no_family_makes_a_proposal_and_no_place(name: str, words: str) -> None:
    account = Account(sign=local_sign)
    account.learn(name=name)
    for hours in (2, 3):
        account.round(START + hours * HOUR)
    assert (account.store.policies, len(account.store.proposals)) == ({}, 2)
    assert not any(".." in key for key in account.store.proposals)
    assert words in account.bus.told[-1].detail["not_published"]


def test_publishing_without_a_key_is_refused_and_off_by_default() -> None:
    key = "arn:aws:kms:eu-west-1:123456789012:key/policies"
    assert from_environment(NAMES).signing_key == ""
    assert from_environment(NAMES | {"OUTRIDER_POLICY_SIGNING_KEY": key}).signing_key == ""
    both = {"OUTRIDER_PUBLISH": "true", "OUTRIDER_POLICY_SIGNING_KEY": key}
    assert from_environment(NAMES | both).signing_key == key
    with pytest.raises(UsageError, match="OUTRIDER_POLICY_SIGNING_KEY"):
        from_environment(NAMES | {"OUTRIDER_PUBLISH": "true"})
    with pytest.raises(UsageError, match="OUTRIDER_PUBLISH"):
        from_environment(NAMES | {"OUTRIDER_PUBLISH": "yes"})


def test_a_policy_that_was_not_signed_by_the_key_would_be_seen() -> None:
    account = Account(sign=lambda blob: blob)
    to_alerting(account)
    with pytest.raises((InvalidInput, signing.UnverifiedPolicy)):
        signing.verify(account.store.policies[PLACE], PUBLIC)
