"""The bad day is the same for the same seed, does what it says, and finds what is wrong with a careless
handler.
"""

import json
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError
from chaos import RATES, READ_TIMEOUT, Chaos, Fault, dice_of, shaken

from demo.account import cloud as clouds
from demo.account.cloud import Cloud
from demo.account.pump import Pump

ONCE = Config(retries={"total_max_attempts": 1})
PATIENT = Config(retries={"mode": "adaptive", "total_max_attempts": 12})
TABLE = "counts"


@pytest.fixture
def table(account: Cloud) -> Any:
    dynamodb = account.client("dynamodb")
    dynamodb.create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    )
    return dynamodb


def only(fault: Fault) -> dict[Fault, float]:
    return {fault: 1.0}


def put(client: Any) -> None:
    client.put_item(TableName=TABLE, Item={"id": {"S": "a"}})


def there(client: Any) -> bool:
    return "Item" in client.get_item(TableName=TABLE, Key={"id": {"S": "a"}})


@pytest.mark.parametrize(
    ("fault", "raised", "took_effect"),
    [
        (Fault.THROTTLED, ClientError, False),
        (Fault.FAILED, ClientError, False),
        (Fault.CUT_BEFORE, ConnectionClosedError, False),
        (Fault.CUT_AFTER, ConnectionClosedError, True),
    ],
)
def test_each_fault_is_what_it_says(
    table: Any, fault: Fault, raised: type[Exception], took_effect: bool
) -> None:
    with Chaos(1, only(fault)).raging() as chaos:
        with pytest.raises(raised):
            put(boto3.client("dynamodb", config=ONCE))
        assert chaos.faults() == {fault}
    assert there(table) == took_effect


def test_a_slow_answer_is_given_up_after_it_took_effect_or_only_takes_long(table: Any) -> None:
    with Chaos(3, only(Fault.SLOW)).raging() as chaos:
        client, given_up = boto3.client("dynamodb", config=ONCE), 0
        for _ in range(12):
            before = chaos.seconds
            try:
                put(client)
            except ReadTimeoutError:
                given_up += 1
                assert chaos.seconds - before > READ_TIMEOUT
    assert 0 < given_up < 12 and there(table)


@pytest.mark.parametrize(
    "service", ["sqs", "lambda", "sns", "s3", "ecs", "events", "ssm", "securityhub", "ecr"]
)
@pytest.mark.parametrize("fault", [Fault.THROTTLED, Fault.FAILED])
def test_every_service_tells_its_errors_so_that_botocore_knows_them(
    account: Cloud, service: str, fault: Fault
) -> None:
    calls = {
        "sqs": "list_queues",
        "lambda": "list_functions",
        "sns": "list_topics",
        "s3": "list_buckets",
        "ecs": "list_clusters",
        "events": "list_rules",
        "ssm": "describe_parameters",
        "securityhub": "get_findings",
        "ecr": "describe_repositories",
    }
    with Chaos(5, only(fault)).raging() as chaos, pytest.raises(ClientError) as error:
        getattr(boto3.client(service, config=PATIENT), calls[service])()
    told = error.value.response
    assert told["Error"]["Code"] not in {"", "Unknown"} and told["Error"]["Message"] == "somebody's bad day"
    assert len(chaos.met) == 12, "botocore takes it for an error that is worth another attempt"


def tour(seed: int) -> Chaos:
    with Chaos(seed).raging() as chaos:
        client = boto3.client("dynamodb", config=PATIENT)
        for _ in range(25):
            put(client)
            there(client)
    return chaos


def test_the_same_seed_is_the_same_day_and_another_is_another(table: Any) -> None:
    first, again, other = tour(7), tour(7), tour(8)
    assert first.met == again.met != other.met


def test_patience_gets_through_and_nobody_really_waits(table: Any) -> None:
    """Did anybody wait, this would take more than the minute it pretends to."""
    days = [tour(seed) for seed in range(6)]
    assert set.union(*(day.faults() for day in days)) == set(RATES)
    assert sum(day.seconds for day in days) > 60


def test_when_it_is_over_it_is_over(table: Any) -> None:
    with Chaos(1, only(Fault.FAILED)).raging():
        made_inside = boto3.client("dynamodb", config=ONCE)
    put(made_inside)
    put(boto3.client("dynamodb", config=ONCE))
    assert there(table)


def test_what_is_spared_is_left_alone_and_nothing_leaves_this_machine(table: Any) -> None:
    with Chaos(1, only(Fault.FAILED), spared=frozenset({"PutItem"})).raging():
        put(boto3.client("dynamodb", config=ONCE))
        with pytest.raises(AssertionError, match=r"moto.s server"):
            boto3.client(
                "dynamodb", config=ONCE, endpoint_url="https://dynamodb.eu-central-1.invalid"
            ).list_tables()


def test_shaken_batches_lose_nothing_repeat_some_and_are_the_same_again() -> None:
    batches = [[{"messageId": f"{b}.{n}"} for n in range(10)] for b in range(20)]
    once, again = ([arrange(list(batch)) for batch in batches] for arrange in (shaken(4), shaken(4)))
    assert once == again
    assert all(one in delivered for batch, delivered in zip(batches, once, strict=True) for one in batch)
    flat = [one["messageId"] for delivered in once for one in delivered]
    assert len(flat) > len(set(flat)) == 200
    assert any(batch != delivered[: len(batch)] for batch, delivered in zip(batches, once, strict=True))


def careless(event: dict[str, Any], context: Any) -> None:
    """Counts deliveries, and fails all of a batch for one."""
    client = boto3.client("dynamodb", config=PATIENT)
    for record in event["Records"]:
        client.update_item(
            TableName=TABLE,
            Key={"id": {"S": json.loads(record["body"])}},
            UpdateExpression="ADD n :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
        )


def careful(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Writes what is so, and gives back only what it could not do."""
    client = boto3.client("dynamodb", config=ONCE)
    failed = []
    for record in event["Records"]:
        item = {"id": {"S": json.loads(record["body"])}, "n": {"N": "1"}}
        try:
            client.put_item(TableName=TABLE, Item=item)
        except Exception:  # noqa: BLE001 - whatever it was, this record comes again
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}


def counted(account: Cloud, table: Any, handler: Any, seed: int) -> dict[str, int]:
    """Twenty messages on a bad day; what the table says of each."""
    clouds.deployed(account)
    sqs, queue = account.client("sqs"), account.queues["jobs"]
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"RedrivePolicy": ""})
    for number in range(20):
        sqs.send_message(QueueUrl=queue, MessageBody=json.dumps(str(number)))
    with Chaos(seed).raging():
        Pump(sqs, queue, handler, "handler", arrange=shaken(seed)).drain()
    items = table.scan(TableName=TABLE)["Items"]
    return {item["id"]["S"]: int(item["n"]["N"]) for item in items}


def test_a_careless_handler_is_found_out_and_a_careful_one_is_not(account: Cloud, table: Any) -> None:
    right = {str(number): 1 for number in range(20)}
    assert counted(account, table, careless, 11) != right
    account.reset()
    table.create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    )
    assert counted(account, table, careful, 11) == right


def test_dice_are_of_their_purpose() -> None:
    assert dice_of(1, "a").random() == dice_of(1, "a").random() != dice_of(1, "b").random()
