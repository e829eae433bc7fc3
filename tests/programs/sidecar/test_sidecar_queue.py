"""The whole road of a task's events: real supervisor, real agent, SQS (moto's), and the reporter's intake."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from metadata_server import serving
from moto.server import ThreadedMotoServer
from sidecar_process import ROOT, AgentProcess, wait_until
from written_policy import written

from cdk_app.functions.reporter import intake, models
from cdk_app.functions.reporter.intake import Line
from outrider.model.envelope import Envelope, Topic
from sidecar import install
from sidecar.settings import from_environment

pytestmark = pytest.mark.whole

ACCOUNT, REGION = "123456789012", "eu-central-1"
TASK = f"arn:aws:ecs:{REGION}:{ACCOUNT}:task/shop/0123456789abcdef"
DIGEST = f"sha256:{'c' * 64}"
AWS = {
    "AWS_ACCESS_KEY_ID": "x",
    "AWS_SECRET_ACCESS_KEY": "x",
    "AWS_REGION": REGION,
    "AWS_DEFAULT_REGION": REGION,
    "AWS_EC2_METADATA_DISABLED": "true",
}


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()


@pytest.fixture
def metadata() -> Iterator[str]:
    answer = {"TaskARN": TASK, "Family": "shop", "Containers": [{"Name": "web", "ImageID": DIGEST}]}
    with serving(lambda path: json.dumps(answer).encode(), "/v4/task") as address:
        yield address


@pytest.fixture
def sqs(moto: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in (AWS | {"AWS_ENDPOINT_URL": moto}).items():
        monkeypatch.setenv(name, value)
    return boto3.Session().client("sqs")


def protected(environment: dict[str, str], place: Path, queue: str, metadata: str) -> AgentProcess:
    """An agent beside a volume that `init` made with this checkout's supervisor."""
    policy = place / "policy.yaml"
    policy.write_text(written(target=os.path.realpath("/bin/sh"), names=("web",)))
    environment |= {
        "OUTRIDER_CONTAINERS": "web",
        "OUTRIDER_POLICY": f"file:{policy}",
        "OUTRIDER_EVENTS_QUEUE": queue,
        "OUTRIDER_LOG": "all",
        "ECS_CONTAINER_METADATA_URI_V4": metadata,
    }
    install.install(from_environment(environment), lambda _: None, ROOT / "outrider" / "_native")
    return AgentProcess(environment, place / "stdout")


def received(sqs: Any, queue: str) -> list[str]:
    found = []
    while messages := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            found.append(message["Body"])
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    return found


def told(bodies: list[str]) -> list[Envelope]:
    taken = [intake.from_message(body) for body in bodies]
    return [one.envelope for one in taken if one is not None]


def test_a_blocked_act_of_a_real_program_reaches_the_reporter_by_version(
    environment: dict[str, str], place: Path, sqs: Any, metadata: str
) -> None:
    queue = sqs.create_queue(QueueName="events")["QueueUrl"]
    agent = protected(environment, place, queue, metadata)
    run = [str(agent.settings.binary), "--dir", str(agent.settings.directory), "--container", "web"]
    agent.start()
    try:
        subprocess.run(
            [*run, "--", "/bin/sh", "-c", "/usr/bin/id"], check=False, capture_output=True, timeout=60
        )
        wait_until(lambda: any('"verdict":"block"' in line for line in agent.log.read_text().splitlines()))
    finally:
        assert agent.stop() == 0
    envelopes = told(received(sqs, queue))
    blocked = [one for one in envelopes if one.detail.get("verdict") == "block"]
    assert blocked and all(one.subject.id == TASK and one.subject.name == "shop" for one in blocked)
    assert {one.subject.digest for one in blocked} == {DIGEST}
    events = [one for one in envelopes if one.topic is Topic.EVENT]
    learned = [model for one in events if (model := models.observed(one)) is not None]
    assert {(model.workload, model.container, model.image) for model in learned} == {("shop", "web", DIGEST)}
    lines = [line for line in agent.log.read_text().splitlines() if line.startswith("{")]
    by_log = [intake.from_line(Line(ACCOUNT, REGION, "/ecs/shop", line)) for line in lines]
    assert {one.id for one in envelopes} <= {one.id for one in by_log if one}  # told twice is told once


def test_a_queue_that_is_gone_is_said_once_and_nothing_waits_for_it(
    environment: dict[str, str], place: Path, sqs: Any, metadata: str, moto: str
) -> None:
    agent = protected(environment, place, f"{moto}/{ACCOUNT}/gone", metadata)
    run = [str(agent.settings.binary), "--dir", str(agent.settings.directory), "--container", "web"]
    agent.start()
    try:
        done = subprocess.run(
            [*run, "--", "/bin/sh", "-c", "/usr/bin/id"], check=False, capture_output=True, timeout=60
        )
        assert done.returncode
        wait_until(lambda: "cannot be sent" in agent.log.read_text())
        health, well = agent.health()
        assert well and health["events_queue"]["problem"]
    finally:
        assert agent.stop() == 0
    said = [line for line in agent.logged() if "queue" in line.get("message", "")]
    assert len(said) == 2 and "cannot be sent" in said[0]["message"] and "were not sent" in said[1]["message"]
