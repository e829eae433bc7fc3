"""The sweep, over accounts of our own making and over moto's; and the commands.

moto has no StartMessageMoveTask: the redrive is asked of botocore's stub, which is strict about
parameters."""

import json
import os
from collections.abc import Iterator, Sequence
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from hypothesis import given
from hypothesis import strategies as st
from moto.server import ThreadedMotoServer

from outrider.errors import EnvironmentFault, InvalidInput, OutriderError, UsageError
from scanner_lambda import settings_database, sweep, sweeping
from scanner_lambda.aws.errors import CONFIG
from scanner_lambda.aws.sweeping import AwsAccount, BatchQueue, identity, redrive
from scanner_lambda.batching import BYTES, ENTRIES, batches, send_all
from scanner_lambda.sweep import INVOCATIONS, Parts
from scanner_lambda.sweeping import ListedImage
from tests.programs.scanner_lambda.index_memory import Memory
from tests.programs.scanner_lambda.sweep_run import HERE, Made, Run, images

MANIFEST = json.dumps(
    {
        "schemaVersion": 2,
        "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
        "config": {
            "mediaType": "application/vnd.docker.container.image.v1+json",
            "size": 1,
            "digest": f"sha256:{'0' * 64}",
        },
        "layers": [],
    }
)


ACCOUNTS = st.builds(
    Made,
    st.dictionaries(
        st.sampled_from(["a/a", "b", "c", "d"]),
        st.lists(st.sampled_from("0123456"), max_size=6).map(lambda some: images(*some)),
    ),
    st.lists(st.sampled_from(["f", "g", "h", "i", "j"]), unique=True),
)


@given(ACCOUNTS, st.integers(1, 9))
def test_each_digest_and_function_once_however_little_time_there_is(account: Made, pages: int) -> None:
    run = Run(account, pages)
    results = run.to_the_end()
    assert results[-1]["done"] or len(results) == INVOCATIONS
    told = [one.get("digest") or one["function"] for one in run.jobs]
    assert len(told) == len(set(told))
    if results[-1]["done"]:
        assert set(told) == {one.digest for some in account.all.values() for one in some} | set(account.arns)
        assert run.objects.objects == {}
    else:
        assert results[-1]["failed"] == 1


def test_a_repository_that_is_refused_fails_and_the_rest_goes_on() -> None:
    account = Made({"a": images("1"), "b": images("2")}, ["f"])
    account.refused = {"a"}
    run = Run(account)
    result = run.command(command="sweep")
    assert result["failed"] == 1
    assert result["done"]
    assert len(run.jobs) == 2


def test_what_the_queue_does_not_take_is_told() -> None:
    run = Run(Made({"a": images("1", "2"), "b": images("1")}))
    run.refusing = {f"sha256:{'1' * 64}"}
    result = run.command()
    assert (result["jobs"], result["failed"]) == (1, 2)


def test_what_is_no_image_is_left_out_with_a_reason() -> None:
    chart = ListedImage("sha256:c", artifact="application/vnd.cncf.helm.config.v1+json")
    run = Run(Made({"a": [chart, *images("1")]}))
    result = run.command()
    assert "1 artifacts are no images" in json.dumps(result["outcomes"])
    assert len(run.jobs) == 1


def test_scan_one() -> None:
    run = Run(Made({}))
    digest = f"sha256:{'1' * 64}"
    run.command(command="scan", repository="a", digest=digest)
    run.command(command="scan", function="arn:f")
    same = {"outrider_job": 1, "reason": "demand", "attempt": 0, **HERE}
    image = {"kind": "image", "repository": "a", "digest": digest}
    assert run.jobs == [same | image, same | {"kind": "function", "function": "arn:f"}]
    run.refusing = {digest}
    with pytest.raises(OutriderError):
        run.command(command="scan", repository="a", digest=digest)


@pytest.mark.parametrize(
    "event",
    [
        {"command": "destroy"}, {"command": "scan"}, {"command": "scan", "repository": "a"},
        {"command": "scan", "repository": "a", "digest": "d", "function": "f"},
        {"command": "scan", "function": 1},
        {"command": "scan", "function": "arn:aws:lambda:eu-central-1:999999999999:function:f"},
        {"command": "scan", "repository": "a", "tag": "1", "account": "999999999999"},
        {"command": "sweep", "continue": "../x"}, {"command": "sweep", "continue": "unknown"},
    ],
)  # fmt: skip
def test_commands_that_are_none(event: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        Run(Made({})).command(**event)


@given(st.binary())
def test_a_checkpoint_that_is_none(data: bytes) -> None:
    with pytest.raises(InvalidInput):
        sweeping.parse(data)


@given(st.lists(st.sampled_from([1, 1000, 100_000, BYTES, BYTES + 1])))
def test_batches_are_as_sqs_takes_them(sizes: list[int]) -> None:
    bodies = ["x" * size for size in sizes]
    found = list(batches(bodies))
    assert [body for batch in found for body in batch] == bodies
    for batch in found:
        assert len(batch) <= ENTRIES
        assert len(batch) == 1 or sum(map(len, batch)) <= BYTES


def test_what_is_refused_is_sent_again() -> None:
    calls: list[list[str]] = []

    def send(bodies: Sequence[str]) -> Sequence[int]:
        calls.append(list(bodies))
        return [1] if len(calls) == 1 else []

    assert send_all(["a", "b", "c"], send, lambda seconds: None) == []
    assert calls == [["a", "b", "c"], ["b"]]


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def test_an_account_on_moto(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    ecr, sqs, functions = (boto3.client(name, config=CONFIG) for name in ("ecr", "sqs", "lambda"))
    for name in ("one", "two"):
        ecr.create_repository(repositoryName=name)
        ecr.put_image(repositoryName=name, imageTag="v1", imageManifest=MANIFEST)
    url = sqs.create_queue(QueueName="jobs")["QueueUrl"]
    account, memory = AwsAccount(ecr, functions), Memory()
    send = BatchQueue(sqs, url).send
    parts = Parts(lambda number: account, memory, send, str, lambda event: None, HERE, list)
    result = sweep.run({}, parts, lambda: True, "request-1")
    bodies = [
        json.loads(one["Body"])
        for one in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    ]
    assert result["done"]
    assert {one["repository"] for one in bodies} <= {"one", "two"}
    assert len(bodies) == result["jobs"] == len({one["digest"] for one in bodies})
    with pytest.raises(EnvironmentFault):
        account.images("three", "")


def test_the_redrive_moves_dead_letters_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    client = boto3.client("sqs", region_name="eu-central-1")
    with Stubber(client) as stub:
        stub.add_response("start_message_move_task", {"TaskHandle": "h"}, {"SourceArn": "arn:aws:sqs:::dlq"})
        assert redrive(client, "arn:aws:sqs:::dlq") == "h"
        stub.add_client_error("start_message_move_task", "UnsupportedOperation")
        with pytest.raises(EnvironmentFault):
            redrive(client, "arn:aws:sqs:::dlq")
        stub.assert_no_pending_responses()


def test_whose_function_it_is() -> None:
    assert identity("arn:aws:lambda:eu-central-1:123456789012:function:sweep:3") == HERE
    with pytest.raises(EnvironmentFault):
        identity("sweep")


NEEDED = {
    "OUTRIDER_STATE_BUCKET": "b", "OUTRIDER_DATABASE_MIRROR": "https://m/",
    "OUTRIDER_DATABASE_KEY_PARAMETER": "k",
    "OUTRIDER_REMATCH_QUEUE_URL": "q", "OUTRIDER_JOBS_QUEUE_URL": "j", "OUTRIDER_JOBS_DLQ_ARN": "d",
    "OUTRIDER_BUS_NAME": "o", "OUTRIDER_SCANS_TABLE": "t",
}  # fmt: skip


def test_settings() -> None:
    found = settings_database.database(NEEDED)
    assert found.mirror == "https://m"
    assert found.feeds[0].path == "PyPI/all.zip"
    assert settings_database.sweep(NEEDED).dead_letter_arn == "d"
    alone = settings_database.sweep(NEEDED)
    assert (alone.accounts, alone.member_role) == (frozenset(), "OutriderMember")
    members = NEEDED | {"OUTRIDER_MEMBER_ACCOUNTS": "111111111111, 222222222222"}
    assert settings_database.sweep(members).accounts == {"111111111111", "222222222222"}
    with pytest.raises(UsageError, match="OUTRIDER_MEMBER_ACCOUNTS"):
        settings_database.sweep(NEEDED | {"OUTRIDER_MEMBER_ACCOUNTS": "12"})
    signed = NEEDED | {"OUTRIDER_DATABASE_PUBLIC_KEY_PARAMETER": "/public"}
    assert settings_database.rematch(signed).bus == "o"
    with pytest.raises(UsageError, match="OUTRIDER_DATABASE_PUBLIC_KEY"):
        settings_database.rematch(NEEDED)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OUTRIDER_DATABASE_MIRROR", "http://example.org"), ("OUTRIDER_STATE_BUCKET", ""),
        ("OUTRIDER_DATABASE_FEEDS", "[]"), ("OUTRIDER_DATABASE_FEEDS", "{"),
        ("OUTRIDER_DATABASE_FEEDS", '["osv:../x"]'), ("OUTRIDER_DATABASE_FEEDS", '["what:x"]'),
    ],
)  # fmt: skip
def test_settings_that_are_wrong_name_their_variable(name: str, value: str) -> None:
    with pytest.raises(UsageError, match=name):
        settings_database.database(NEEDED | {name: value})
