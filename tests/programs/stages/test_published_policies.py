"""Published policies on their way: StagesFunction → S3 → agent → supervisor, live, each version its own."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import boto3
import pytest
from aws_cdk import assertions

from cdk_app.app import FLAGS, stacks
from cdk_app.bundling import Stub
from cdk_app.functions.reporter import models
from cdk_app.functions.reporter.aws.tables import DynamoModels
from cdk_app.functions.reporter.staging import handler
from cdk_app.settings import Settings
from cdk_app.stacks.packages import Bundled
from outrider.model import published
from outrider.model.behaviour import BehaviourModel
from outrider.policy import signing
from outrider.policy.blob import decode, encode
from sidecar.sources import Absent, open_source
from tests.programs.cdk_app.iam_checker import Checker, resolved
from tests.programs.reporter.reporter_messages import act, event_envelope
from tests.programs.sidecar.sidecar_process import wait_until
from tests.programs.stages.published_tasks import Task
from tests.programs.stages.stages_account import IMAGE, PLACE, local_sign
from tests.programs.stages.stages_aws import CONTEXT, HERE, SIGNING_KEY, WISH

NEXT = "sha256:" + "c" * 64
NEXT_PLACE = published.key("shop", "web", NEXT)

NAMED = {"CoreState": "arn:aws:s3:::state", "CoreKey": f"arn:aws:kms:{HERE}:key/core"}

Make = Callable[..., Task]


@pytest.fixture
def task_with(account: DynamoModels) -> Iterator[Make]:
    place = Path(tempfile.mkdtemp(prefix="or-"))
    made: list[Task] = []

    def make(**more: str) -> Task:
        made.append(Task(place / str(len(made)), **more))
        return made[-1]

    yield make
    for task in made:
        task.close()
    shutil.rmtree(place, ignore_errors=True)


def step(stage: str, image: str = IMAGE) -> None:
    answer = handler.handler(WISH | {"stage": stage, "container": "web", "image": image}, CONTEXT)
    assert answer["step"].endswith(stage), answer


def learn(table: DynamoModels, image: str) -> None:
    one = models.observed(event_envelope(act(1)))
    assert one
    models.merge(table, BehaviourModel("shop", "web", image, one.seen, one.instances))


def lying(key: str) -> bytes:
    return bytes(boto3.client("s3").get_object(Bucket="state", Key=key)["Body"].read())


def put(data: bytes, key: str = PLACE) -> None:
    boto3.client("s3").put_object(Bucket="state", Key=key, Body=data)


def test_a_running_task_takes_what_is_published_for_its_version(
    account: DynamoModels, task_with: Make
) -> None:
    old = task_with()
    begun = old.init(os.environ)
    assert begun.returncode == 0
    assert begun.stdout.count("only watched") == 1 and "ECS has not named the digest" in begun.stdout
    assert "WITHOUT ITS POLICY" not in begun.stdout
    old.start()
    wait_until(lambda: old.now() == "ran")
    wait_until(lambda: old.said("ECS has not named the digest") == 1)
    wait_until(lambda: old.recorded(type="start"))
    assert not old.recorded(type="start", message="it is not signed, and a key was given")
    old.metadata.digest = IMAGE
    wait_until(lambda: old.said("has not come to alerting") == 1)
    status, healthy = old.agent.health()
    assert healthy and status["policy"]["problems"] == []
    assert "has not come to alerting" in status["policy"]["waiting"][0]

    step("blocking")
    wait_until(lambda: old.now() == "stopped")
    assert old.counter() == decode(lying(PLACE)).policy.counter
    assert old.agent.health()[0]["policy"]["waiting"] == []

    new = task_with(OUTRIDER_IMAGES=f"web={'c' * 64}")
    assert "has not come to alerting" in new.init(os.environ).stdout
    new.start()
    learn(account, NEXT)
    wait_until(lambda: new.now() == "ran")
    assert old.now() == "stopped"
    step("alerting", NEXT)
    wait_until(lambda: new.counter() == decode(lying(NEXT_PLACE)).policy.counter)
    wait_until(lambda: new.recorded(kind="exec", verdict="alert"))
    assert (old.now(), new.now()) == ("stopped", "ran")
    assert old.counter() == decode(lying(PLACE)).policy.counter != new.counter()
    step("blocking", NEXT)
    wait_until(lambda: new.now() == "stopped")
    step("learning")
    wait_until(lambda: old.now() == "ran")
    assert new.now() == "stopped"


def test_what_is_not_for_it_is_refused_and_what_is_gone_stays(account: DynamoModels, task_with: Make) -> None:
    task = task_with(OUTRIDER_IMAGES=f"web={'b' * 64}")
    assert task.init(os.environ).returncode == 0
    task.start()
    wait_until(lambda: task.now() == "ran")
    learn(account, NEXT)
    step("alerting")
    older = lying(PLACE)
    step("blocking")
    step("alerting", NEXT)
    right = lying(PLACE)
    wait_until(lambda: task.now() == "stopped")
    blob = task.agent.settings.blob("web")

    policy = decode(right).policy
    later = replace(policy, counter=policy.counter + 1)
    wrong: dict[str, bytes] = {
        "made for shop/web@" + NEXT: lying(NEXT_PLACE),
        "its counter is": older,
        "its signature does not verify": signing.sign(encode(later), bytes(32)),
        "it is not signed": encode(later),
        "made for no version in particular": local_sign(encode(replace(later, made_for=""))),
        "not a policy blob": right[:-1] + b"!" + right[-1:],
    }
    for words, data in wrong.items():
        put(data)
        wait_until(lambda words=words: task.said(words))  # type: ignore[misc]
        assert blob.read_bytes() == right
    boto3.client("s3").delete_object(Bucket="state", Key=PLACE)
    wait_until(lambda: task.said("cannot be had") == 1)
    watched = task.said("only watched")
    task.agent.kill()
    task.agent.start()
    wait_until(lambda: task.said("cannot be had") == 2)
    assert task.said("only watched") == watched
    assert (task.now(), blob.read_bytes()) == ("stopped", right)
    put(local_sign(encode(replace(later, mode=decode(older).policy.mode))))
    wait_until(lambda: task.now() == "ran")


@pytest.mark.whole
def test_the_policy_for_task_roles_grants_what_a_sidecar_asks(account: DynamoModels) -> None:
    made = stacks(cdk.App(context=FLAGS), Settings(policy_signing_key=SIGNING_KEY), Bundled(Stub()))
    core, runtime = (assertions.Template.from_stack(made[name]).to_json() for name in ("Core", "Runtime"))
    (policy,) = (one for one in runtime["Resources"].values() if one["Type"] == "AWS::IAM::ManagedPolicy")
    checker = Checker(resolved(policy["Properties"]["PolicyDocument"]["Statement"], core, NAMED))
    source = open_source(f"s3://state/{PLACE}")
    with checker.watching():
        with pytest.raises(Absent):
            source.fetch("")
        checker.check("s3", "ListObjectsV2", {"Bucket": "state", "Prefix": PLACE})
    assert checker.used == {"Policies s3:GetObject", "PoliciesList s3:ListBucket"}
    (listing,) = (one for one in checker.statements if one["Sid"] == "PoliciesList")
    assert listing["Condition"] == {"StringLike": {"s3:prefix": "policies/*"}}


def test_in_security_mode_a_version_without_its_policy_does_not_start(
    account: DynamoModels, task_with: Make
) -> None:
    nameless = task_with(OUTRIDER_ON_FAILURE="security").init(os.environ)
    assert nameless.returncode != 0 and "ECS has not named the digest" in nameless.stderr
    pinned: dict[str, Any] = {"OUTRIDER_ON_FAILURE": "security", "OUTRIDER_IMAGES": f"web={'b' * 64}"}
    early = task_with(**pinned).init(os.environ)
    assert early.returncode != 0 and "has not come to alerting" in early.stderr
    step("blocking")
    task = task_with(**pinned)
    begun = task.init(os.environ)
    assert (begun.returncode, begun.stdout.count("only watched")) == (0, 0)
    assert task.agent.settings.blob("web").read_bytes() == lying(PLACE)
    first = subprocess.run(task.supervised("/bin/true"), capture_output=True, timeout=60, check=False)
    assert first.returncode != 0 and b"stopped by the policy" in first.stderr
