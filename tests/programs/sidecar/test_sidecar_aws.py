"""Policies in SSM and S3, against moto's server."""

import os
from collections.abc import Iterator

import boto3
import pytest
from botocore.stub import Stubber
from moto.server import ThreadedMotoServer
from written_policy import written

from outrider.errors import EnvironmentFault, InvalidInput
from sidecar.aws.queue import EventsQueue
from sidecar.loading import PolicyLoader
from sidecar.policy import PolicyDirectory
from sidecar.settings import Settings, from_environment
from sidecar.sources import Absent, open_sources


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(autouse=True)
def account(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


def source(reference: str):
    return open_sources(reference, ("web",))[0][0]


def put_parameter(name: str, value: str, kind: str = "String") -> None:
    boto3.client("ssm").put_parameter(Name=name, Value=value, Type=kind, Overwrite=True)


def put_object(key: str, value: bytes) -> None:
    client = boto3.client("s3")
    client.create_bucket(
        Bucket="policies", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    ) if "policies" not in [b["Name"] for b in client.list_buckets()["Buckets"]] else None
    client.put_object(Bucket="policies", Key=key, Body=value)


@pytest.mark.parametrize("kind", ["String", "SecureString"])
def test_a_parameter_answers_only_when_it_changed(kind: str) -> None:
    name = f"/outrider/{kind}"
    put_parameter(name, "one", kind)
    asked = source(f"ssm:{name}")
    first = asked.fetch("")
    assert first.data == b"one"
    assert asked.fetch(first.version) is None
    put_parameter(name, "two", kind)
    assert asked.fetch(first.version).data == b"two"


def test_an_object_answers_only_when_it_changed() -> None:
    put_object("shop.yaml", b"one")
    asked = source("s3://policies/shop.yaml")
    first = asked.fetch("")
    assert first.data == b"one"
    assert asked.fetch(first.version) is None
    put_object("shop.yaml", b"two")
    assert asked.fetch(first.version).data == b"two"


@pytest.mark.parametrize(
    ("reference", "complaint"),
    [
        ("ssm:/outrider/missing", "ParameterNotFound"),
        ("s3://policies/missing", "NoSuchKey"),
        ("s3://no-such-bucket-here/key", "NoSuchBucket"),
        ("s3://No_Valid_Bucket!/key", "Invalid bucket name"),
    ],
)
def test_what_is_not_there_is_said_in_our_words(reference: str, complaint: str) -> None:
    put_object("other", b"x")
    with pytest.raises(EnvironmentFault, match=complaint):
        source(reference).fetch("")


@pytest.mark.parametrize("reference", ["ssm:/outrider/absent", "s3://policies/absent"])
def test_what_is_certainly_not_there_is_absent(reference: str) -> None:
    put_object("absent-no-longer", b"x")
    with pytest.raises(Absent):
        source(reference).fetch("")


@pytest.mark.parametrize(
    ("listed", "absent"),
    [
        ({}, True),
        ({"Contents": [{"Key": "shop.policy.old"}]}, True),
        ({"Contents": [{"Key": "shop.policy"}]}, False),
        (None, False),
    ],
)
def test_a_refusal_is_no_absence_unless_a_listing_says_so(listed: dict | None, absent: bool) -> None:
    """A stub: moto refuses nobody."""
    asked = source("s3://policies/shop.policy")
    with Stubber(asked._client) as stub:
        stub.add_client_error("get_object", "AccessDenied", "no", http_status_code=403)
        if listed is None:
            stub.add_client_error("list_objects_v2", "AccessDenied", "no", http_status_code=403)
        else:
            wanted = {"Bucket": "policies", "Prefix": "shop.policy", "MaxKeys": 1}
            stub.add_response("list_objects_v2", listed, wanted)
        with pytest.raises(EnvironmentFault) as raised:
            asked.fetch("")
        stub.assert_no_pending_responses()
    assert isinstance(raised.value, Absent) is absent
    assert ("AccessDenied" in raised.value.message) is not absent


def test_an_account_that_cannot_be_reached_is_said_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    for reference in ("ssm:/outrider/x", "s3://policies/x"):
        with pytest.raises(EnvironmentFault, match="Could not connect"):
            source(reference).fetch("")


def test_without_a_region_there_is_no_parameter_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    with pytest.raises(EnvironmentFault, match="region"):
        source("ssm:/outrider/x")


def test_a_list_is_no_policy() -> None:
    put_parameter("/outrider/list", "a,b", "StringList")
    with pytest.raises(InvalidInput, match="is a list"):
        source("ssm:/outrider/list").fetch("")


def test_an_object_over_the_cap_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sidecar.aws.s3.POLICY_DOCUMENT", 10)
    monkeypatch.setattr("sidecar.sources.POLICY_DOCUMENT", 10)
    put_object("large", b"x" * 1000)
    with pytest.raises(InvalidInput, match="larger than"):
        source("s3://policies/large").fetch("")


@pytest.mark.parametrize("reference", ["ssm:/outrider/shop", "s3://policies/deep/er/shop.yaml"])
def test_from_the_account_to_the_volume(
    volume: Settings, environment: dict[str, str], reference: str
) -> None:
    def put(text: str) -> None:
        if reference.startswith("ssm"):
            put_parameter("/outrider/shop", text)
        else:
            put_object("deep/er/shop.yaml", text.encode())

    put(written(1))
    settings = from_environment({**environment, "OUTRIDER_POLICY": reference})
    loader = PolicyLoader(settings)
    assert [p.changed for p in loader.load().placed] == [True, True]
    assert loader.load().placed == []
    put("nonsense: [")
    assert [type(error) for _, error in loader.load().errors] == [InvalidInput]
    put(written(2))
    loader.load()
    current = PolicyDirectory(settings).current("worker")
    assert current is not None
    assert current.counter == 2


def test_what_sqs_refuses_is_told_apart_from_what_it_could_not_take() -> None:
    queue = EventsQueue("https://sqs.eu-west-1.amazonaws.com/123456789012/events")
    assert queue._client.meta.region_name == "eu-west-1"
    failed = [
        {"Id": "1", "SenderFault": False, "Code": "InternalError"},
        {"Id": "2", "SenderFault": True, "Code": "InvalidMessageContents"},
    ]
    taken = [{"Id": "0", "MessageId": "m", "MD5OfMessageBody": "0" * 32}]
    with Stubber(queue._client) as stub:
        stub.add_response("send_message_batch", {"Successful": taken, "Failed": failed})
        assert queue.send(["a", "b", "c"]) == ({1}, {2})
        stub.add_client_error("send_message_batch", "AccessDenied", "no")
        with pytest.raises(EnvironmentFault, match="AccessDenied") as raised:
            queue.send(["a"])
    assert "sqs:SendMessage" in raised.value.hint
