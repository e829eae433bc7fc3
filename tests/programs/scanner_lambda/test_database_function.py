"""Database, delta, index and rematch against moto's server: from a feed to an envelope on the bus."""

import base64
import json
import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests
from moto.server import ThreadedMotoServer

from outrider.errors import EnvironmentFault, InvalidInput
from outrider.model import envelope
from outrider.model.outcome import Failed, Outcome
from outrider.model.package import Package
from outrider.policy.signing import public_key
from outrider.scan.advisories import manifest, signing
from scanner_lambda import database, rematch, settings_database
from scanner_lambda.aws.database_store import DatabaseStore, private_key, store
from scanner_lambda.aws.rematching import parts as rematch_parts
from scanner_lambda.database import Parts
from scanner_lambda.settings_database import Feed
from scanner_lambda.shelf import CURRENT, SIGNATURES, kept
from tests.programs.scanner_lambda.database_account import Mirror, osv, serving, zipped

ARN = "arn:aws:lambda:eu-central-1:123456789012:function:rematch"
BUCKET = "state"
KEY = bytes(range(32))
DAY = datetime(2026, 1, 3, tzinfo=UTC)
FEEDS = (Feed("osv", "PyPI/all.zip"), Feed("kev", "kev.json"))
KEV = {
    "title": "CISA Catalog",
    "catalogVersion": "1",
    "dateReleased": "2026-01-01T00:00:00Z",
    "vulnerabilities": [],
}


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    requests.post(f"{url}/moto-api/reset", timeout=10)  # moto's state is the process's, whoever made it
    yield url
    server.stop()


@pytest.fixture(autouse=True)
def account(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    s3 = boto3.client("s3")
    if BUCKET not in {one["Name"] for one in s3.list_buckets()["Buckets"]}:
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    objects = store(BUCKET)
    objects.delete(list(objects.list("")))


@pytest.fixture
def mirror() -> Iterator[Mirror]:
    with serving() as found:
        found.files["/PyPI/all.zip"] = zipped(osv("X-1", "one", "2"), osv("X-2", "two", "2"))
        yield found


class Builder:
    """Runs the builder, day after day."""

    def __init__(self, mirror: Mirror, folder: Path, objects: DatabaseStore | None = None) -> None:
        self.mirror, self.folder = mirror, folder
        self.objects = objects or store(BUCKET)
        self.day = DAY
        self.jobs: list[str] = []
        self.ages: list[float] = []
        self.takes = True

    def send(self, body: str) -> bool:
        if self.takes:
            self.jobs.append(body)
        return self.takes

    def run(self, days: int = 1) -> Sequence[Outcome]:
        self.day += timedelta(days=days)
        work = self.folder / str(self.day.timestamp())
        work.mkdir()
        made = Parts(
            self.objects,
            self.mirror.address,
            FEEDS,
            lambda: KEY,
            self.send,
            self.ages.append,
            lambda: self.day,
        )
        return database.run(made, work)

    def current(self) -> manifest.Manifest:
        data = self.objects.get(CURRENT, 1 << 20)
        assert data
        signing.verify(data, self.objects.get(SIGNATURES, 4096) or b"", public_key(KEY))
        return manifest.parse(data)


@pytest.fixture
def builder(mirror: Mirror, tmp_path: Path) -> Builder:
    return Builder(mirror, tmp_path)


def failed(outcomes: Sequence[Outcome]) -> list[str]:
    return [one.subject for one in outcomes if isinstance(one, Failed)]


def test_a_signed_database_and_no_job_for_the_first(builder: Builder) -> None:
    outcomes = builder.run()
    assert failed(outcomes) == ["kev.json"]
    assert [shard.name for shard in builder.current().shards] == ["pypi"]
    assert builder.jobs == []
    assert len(builder.ages) == 1


def test_what_changed_is_a_job_and_what_did_not_is_not_fetched(builder: Builder, mirror: Mirror) -> None:
    builder.run()
    builder.run()
    assert mirror.statuses[2] == 304
    assert builder.jobs == []
    mirror.files["/PyPI/all.zip"] = zipped(osv("X-1", "one", "2"), osv("X-2", "two", "3"))
    builder.run()
    job = json.loads(builder.jobs[0])
    digest = [name for name in builder.objects.list("db/manifests/") if job["to"] in name]
    assert digest == [kept(job["to"]), kept(job["to"]).replace(".json", ".sig")]


def test_a_job_that_could_not_be_sent_is_sent_by_the_next_build(builder: Builder, mirror: Mirror) -> None:
    builder.run()
    mirror.files["/PyPI/all.zip"] = zipped(osv("X-1", "one", "3"), osv("X-2", "two", "2"))
    builder.takes = False
    with pytest.raises(EnvironmentFault):
        builder.run()
    builder.takes = True
    builder.run()
    assert len(builder.jobs) == 1


def test_a_mirror_that_is_gone_leaves_the_copy_and_says_so(builder: Builder, mirror: Mirror) -> None:
    builder.run()
    mirror.broken = True
    assert "PyPI/all.zip" in failed(builder.run())
    assert [shard.name for shard in builder.current().shards] == ["pypi"]


def test_without_a_copy_the_shard_of_the_database_before_is_carried_over(
    builder: Builder, mirror: Mirror
) -> None:
    mirror.files["/kev.json"] = json.dumps(
        KEV | {"vulnerabilities": [{"cveID": "CVE-2026-0001", "dateAdded": "2026-01-01"}]}
    ).encode()
    builder.run()
    builder.objects.delete(list(builder.objects.list("db/feeds/")))
    del mirror.files["/PyPI/all.zip"]
    assert "shard pypi" in failed(builder.run())
    assert {shard.name for shard in builder.current().shards} == {"cve", "pypi"}


def test_nothing_at_all_leaves_the_old_one_and_tells_its_age(builder: Builder, mirror: Mirror) -> None:
    builder.run()
    builder.objects.delete(list(builder.objects.list("db/feeds/")))
    mirror.broken = True
    before = builder.current()
    with pytest.raises(EnvironmentFault):
        builder.run()
    assert builder.current() == before
    assert builder.ages[1] > builder.ages[0]


def test_an_older_database_is_refused(builder: Builder) -> None:
    builder.run()
    with pytest.raises(signing.RefusedDatabase):
        builder.run(-3)


def test_of_two_builders_one_is_refused_and_the_database_stays_signed(
    builder: Builder, mirror: Mirror, tmp_path: Path
) -> None:
    builder.run()

    class Late(DatabaseStore):
        def replace(self, key: str, data: bytes, tag: str) -> bool:
            if key == SIGNATURES:
                builder.run(2)
            return super().replace(key, data, tag)

    (tmp_path / "late").mkdir()
    late = Builder(mirror, tmp_path / "late", Late(boto3.client("s3"), BUCKET))
    late.day = builder.day
    with pytest.raises(EnvironmentFault, match="another builder"):
        late.run()
    assert builder.current().built == "2026-01-06T00:00:00Z"


def test_the_key_is_that_of_the_parameter() -> None:
    boto3.client("ssm").put_parameter(
        Name="/key", Type="SecureString", Value="AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", Overwrite=True
    )
    assert private_key("/key") == KEY


def queue(name: str) -> str:
    url = boto3.client("sqs").create_queue(QueueName=name)["QueueUrl"]
    boto3.client("sqs").purge_queue(QueueUrl=url)
    return url


def received(url: str) -> list[str]:
    found = boto3.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    return [one["Body"] for one in found]


def scans() -> None:
    """The table of scans, which has seen none."""
    keys: Any = (("pk", "HASH"), ("sk", "RANGE"))
    boto3.client("dynamodb").create_table(
        TableName="scans",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name, _ in keys],
        KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys],
    )


def test_from_a_feed_to_the_bus(builder: Builder, mirror: Mirror) -> None:
    events, sqs = boto3.client("events"), boto3.client("sqs")
    events.create_event_bus(Name="outrider")
    told = queue("told")
    arn = sqs.get_queue_attributes(QueueUrl=told, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.put_rule(Name="all", EventBusName="outrider", EventPattern='{"source": ["outrider"]}')
    events.put_targets(Rule="all", EventBusName="outrider", Targets=[{"Id": "1", "Arn": arn}])
    url = queue("rematch")
    scans()
    public = base64.b64encode(public_key(KEY)).decode()
    boto3.client("ssm").put_parameter(Name="/public", Type="String", Value=public)
    settings = settings_database.RematchSettings(BUCKET, url, "outrider", "scans", "", "/public")
    parts = rematch_parts(settings, ARN)
    builder.run()
    for digest, version in (("a" * 64, "2.5"), ("b" * 64, "3.0")):
        one = Package(type="pypi", name="two", version=version)
        parts.index.put(f"image:sha256:{digest}", [one], None)
    mirror.files["/PyPI/all.zip"] = zipped(osv("X-1", "one", "2"), osv("X-2", "two", "3"))
    builder.run()
    assert not failed(list(rematch.work(builder.jobs[0], parts, lambda: True)))
    (message,) = [body for body in received(url) if "artifacts" in body]
    assert rematch.work(message, parts, lambda: True) == []
    assert rematch.work(message, parts, lambda: True) == []
    first, second = (envelope.load(json.dumps(json.loads(body)["detail"])) for body in received(told))
    assert first.id == second.id
    assert first.subject.digest == f"sha256:{'a' * 64}"
    assert [one["id"] for one in first.detail["new"]] == ["X-2"]
    assert first.account == "123456789012"


@pytest.mark.parametrize(
    "body",
    [
        "", "[]", "{}", '{"outrider_rematch": 2}', '{"outrider_rematch": 1}',
        json.dumps({"outrider_rematch": 1, "from": "", "to": "a" * 64, "delta": "../../secret"}),
        json.dumps({"outrider_rematch": 1, "kind": "artifacts", "changes": "db/x", "to": "a" * 64}),
    ],
)  # fmt: skip
def test_messages_that_are_none(body: str) -> None:
    parts: Any = None
    with pytest.raises(InvalidInput):
        rematch.work(body, parts, lambda: True)
