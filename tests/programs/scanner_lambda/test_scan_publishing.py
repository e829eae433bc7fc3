"""What places are told, and how it gets onto the bus."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider import limits
from outrider.errors import EnvironmentFault, InvalidInput, UsageError
from outrider.model import envelope
from outrider.model.envelope import Envelope, SubjectKind, Topic
from scanner_lambda import publishing, settings
from scanner_lambda.aws import bus
from scanner_lambda.aws.bus import Bus
from scanner_lambda.publishing import Place, Told

PLACE = Place(
    kind=SubjectKind.IMAGE, id="r@sha256:1", name="r:v1", key="k", account="1" * 12, region="eu-west-1"
)


def told(*names: str, report: str = "reports/1", **extra: Any) -> Told:
    return Told(
        report=report,
        digest="sha256:1",
        database="sha256:2",
        scanned="2026-11-28T00:00:00Z",
        counts={"packages": 1},
        failed=(),
        findings={name: {"known_as": name, "family": "secret", **extra} for name in names},
    )


def changes(found: list[Envelope]) -> set[tuple[str, str]]:
    return {(one.detail["known_as"], one.detail["change"]) for one in found if one.topic is Topic.FINDING}


@given(st.sets(st.sampled_from("abcdef")), st.sets(st.sampled_from("abcdef")))
def test_a_place_hears_the_difference_and_always_the_same(before: set[str], now: set[str]) -> None:
    found = list(publishing.envelopes(PLACE, told(*now), [told(*before)], 1))
    assert changes(found) == {(n, "new") for n in now - before} | {(n, "gone") for n in before - now}
    assert found == list(publishing.envelopes(PLACE, told(*now), [told(*before)], 1))
    assert len({one.id for one in found}) == len(found)
    assert all(envelope.load(json.dumps(envelope.dump(one))) == one for one in found)


def test_what_was_told_comes_back() -> None:
    assert publishing.load(publishing.dump(told("a"))) == told("a")
    with pytest.raises(InvalidInput):
        publishing.load(b'{"report": 1}')


def test_a_finding_too_large_for_an_event_is_cut() -> None:
    long = told("a", references=["https://example.org/" + "x" * 1000] * 2000, summary="y" * 100_000)
    (finding, _) = publishing.envelopes(PLACE, long, [None], 1)
    assert finding.detail["cut"] and len(json.dumps(envelope.dump(finding))) < limits.ENVELOPE


class Client:
    """PutEvents that takes each entry only on its nth offer."""

    def __init__(self, refusals: int) -> None:
        self.refusals, self.offers, self.calls = refusals, dict[str, int](), list[list[Any]]()
        self.taken: list[str] = []

    def put_events(self, Entries: list[Any]) -> Any:
        self.calls.append(Entries)
        results = []
        for one in Entries:
            count = self.offers[one["Detail"]] = self.offers.get(one["Detail"], 0) + 1
            refused = len(one["Detail"]) % 2 == 0 and count <= self.refusals
            results.append({"ErrorCode": "ThrottlingException"} if refused else {"EventId": "1"})
            if not refused:
                self.taken.append(one["Detail"])
        return {"Entries": results}


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bus, "sleep", lambda _: None)


def test_batches_keep_to_what_eventbridge_takes_and_send_again_only_what_was_refused() -> None:
    client = Client(2)
    found = list(
        publishing.envelopes(PLACE, told(*(f"n{'x' * n}" for n in range(35)), text="z" * 40_000), [None], 1)
    )
    assert Bus(client, "b").send(found) == len(found)  # type: ignore[arg-type]
    assert len(client.taken) == len(set(client.taken)) == len(found)
    for call in client.calls:
        assert len(call) <= 10 and sum(len(one["Detail"]) for one in call) <= 256 << 10


def test_what_is_never_taken_is_an_error() -> None:
    with pytest.raises(EnvironmentFault, match="does not take"):
        Bus(Client(99), "b").send(publishing.envelopes(PLACE, told("a", "bb"), [None], 1))  # type: ignore[arg-type]


NEEDED = {
    "OUTRIDER_JOBS_QUEUE_URL": "q",
    "OUTRIDER_STATE_BUCKET": "b",
    "OUTRIDER_SCANS_TABLE": "t",
    "OUTRIDER_IDEMPOTENCY_TABLE": "i",
    "OUTRIDER_BUS_NAME": "n",
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *((name, "") for name in NEEDED),
        ("OUTRIDER_SCAN_ATTEMPTS", "0"),
        ("OUTRIDER_PART_TRIES", "many"),
        ("OUTRIDER_MEMBER_ACCOUNTS", "12"),
        ("OUTRIDER_PLATFORMS", "arm"),
        ("OUTRIDER_DATABASE_PUBLIC_KEY", "x"),
    ],
)
def test_a_wrong_setting_is_named(name: str, value: str) -> None:
    assert settings.read(NEEDED).platforms
    with pytest.raises(UsageError, match=name):
        settings.read(NEEDED | {name: value})
