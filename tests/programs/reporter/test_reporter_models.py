"""However observations come - at once, twice, in any order, with failures - the table is their union."""

import json
import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import reduce

import boto3
import requests
from hypothesis import given, settings
from hypothesis import strategies as st
from moto.server import ThreadedMotoServer

from cdk_app.functions.reporter import models
from cdk_app.functions.reporter.aws.tables import DynamoLedger, DynamoModels
from cdk_app.functions.reporter.delivery import Right
from cdk_app.functions.reporter.models import Table
from outrider.errors import EnvironmentFault
from outrider.model.behaviour import BehaviourModel
from outrider.model.event import Event, Kind
from outrider.runtime.learn import learn
from tests.programs.reporter.reporter_messages import act, event_envelope, peer
from tests.programs.reporter.reporter_stubs import MemoryTable, Weather

PORTS = (0, 80, 443)
"""0: the act is an exec."""


def _event(number: int, instance: str) -> Event:
    """The act of that number: a defender gives a number to one act only."""
    port = PORTS[number % len(PORTS)]
    if port:
        return act(number, instance, kind=Kind.CONNECT, target="", address=peer(port))
    return act(number, instance)


EVENTS = st.builds(_event, st.integers(1, 60), st.sampled_from(["aa", "bb", "cc"]))


def _union(events: list[Event]) -> BehaviourModel:
    """What the library makes of them, each learned by itself."""
    found = [models.observed(event_envelope(event)) for event in events]
    return reduce(BehaviourModel.merge, [one for one in found if one])


def _take(table: Table, event: Event) -> None:
    """As the queue does it: again until it was taken."""
    one = models.observed(event_envelope(event))
    for _ in range(200):
        with suppress(EnvironmentFault):
            if one:
                models.merge(table, one)
            return
    raise AssertionError("never taken")


@given(st.lists(EVENTS, min_size=1, max_size=12), st.integers(0, 1 << 32))
@settings(max_examples=60, deadline=None)
def test_any_order_duplicates_and_failures_give_the_union(events: list[Event], seed: int) -> None:
    weather = Weather(seed, 0.25)
    table = MemoryTable(weather)
    told = events + weather.random.choices(events, k=len(events))
    weather.random.shuffle(told)
    for event in told:
        _take(table, event)
    union = _union(events)
    assert models.load(table, union) == union
    (learned,) = learn(events, workload="shop", images={"web": "sha256:" + "b" * 64}).models
    assert (learned.behaviours, learned.instances) == (union.behaviours, union.instances)


def test_a_thousand_tasks_are_one_model() -> None:
    told = [act(seq, f"{task:04x}") for task in range(1000) for seq in (task % 7, task % 7, 9)]
    random.Random(7).shuffle(told)  # noqa: S311 - the same shuffle each time
    table = MemoryTable(Weather(7, 0.05))
    for event in told:
        _take(table, event)
    union = _union(told)
    assert len(union.instances) == 1000
    assert models.load(table, union) == union


def test_threads_against_dynamodb_give_the_union_and_one_right_each() -> None:
    server = ThreadedMotoServer(port=0)
    server.start()
    try:
        host, port = server.get_host_and_port()
        requests.post(f"http://{host}:{port}/moto-api/reset", timeout=10)
        dynamodb = boto3.client(
            "dynamodb",
            endpoint_url=f"http://{host}:{port}",
            region_name="eu-west-1",
            aws_access_key_id="x",
            aws_secret_access_key="x",  # noqa: S106 - moto asks for any
        )
        _tables(dynamodb)
        table = DynamoModels(dynamodb, "models")
        told = [act(seq, f"{task:02x}") for task in range(12) for seq in (1, 2, 1)]
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda event: _take(table, event), told))
        union = _union(told)
        assert models.load(table, union) == union
        _rights(DynamoLedger(dynamodb, "ledger", lambda: 1000.0), dynamodb)
    finally:
        server.stop()


def _rights(ledger: DynamoLedger, dynamodb: object) -> None:
    """Of eight who ask at once one may send; a lease ends; what was sent is never sent again."""
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: ledger.claim("bus", "1"), range(8)))
    assert sorted(answers) == [Right.BUSY] * 7 + [Right.GIVEN]
    late = DynamoLedger(dynamodb, "ledger", lambda: 2000.0)
    assert late.claim("bus", "1") is Right.GIVEN
    late.done("bus", "1")
    assert DynamoLedger(dynamodb, "ledger", lambda: 9e6).claim("bus", "1") is Right.DONE
    assert [ledger.count("topic", 2, 1) for _ in range(3)] == [True, True, False]


def _tables(dynamodb: object) -> None:
    """As the account's stacks make them."""
    for name, keys in (("models", ("workload", "sk")), ("ledger", ("id",))):
        dynamodb.create_table(  # type: ignore[attr-defined]
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
            KeySchema=[
                {"AttributeName": key, "KeyType": kind}
                for key, kind in zip(keys, ("HASH", "RANGE"), strict=False)
            ],
        )


def test_items_stay_far_below_what_dynamodb_takes() -> None:
    table = MemoryTable(Weather())
    for number in range(40):
        one = models.observed(event_envelope(act(1, distribution=f"{number}" + "x" * 8000)))
        assert one
        models.merge(table, one)
    assert max(len(json.dumps(stored.document)) for stored in table.items.values()) < 400_000
