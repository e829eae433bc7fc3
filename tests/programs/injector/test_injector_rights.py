"""The injector runs with the rights that the CDK app gives it: no call is refused, no right is for nobody."""

import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import assertions
from injector_account import ACCOUNT, REGION, Account, built, task_definition

from cdk_app.app import FLAGS, stacks
from cdk_app.bundling import Stub
from cdk_app.settings import Settings
from cdk_app.stacks.packages import Bundled
from cdk_app.stacks.permissions import PERMISSIONS
from outrider.scan.image import manifest
from tests.programs.cdk_app.iam_checker import PSEUDO, Checker, resolved, statements

pytestmark = pytest.mark.whole

NO_CALL = {"CodeDeploy": {"codedeploy:GetDeploymentConfig", "codedeploy:RegisterApplicationRevision"}}
"""What AWS asks of the caller of CreateDeployment; no call of ours shows it."""


NAMED = {
    "CoreOutcomes": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/outcomes",
    "CoreBus": f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/outrider",
    "CoreState": "arn:aws:s3:::state",
    "CoreKey": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/core",
    "InjectorEventsQueue": f"arn:aws:sqs:{REGION}:{ACCOUNT}:own",
}
"""Logical ids of the templates in this test's account."""


@pytest.fixture(scope="module")
def checker() -> Checker:
    made = stacks(cdk.App(context=FLAGS), Settings(), Bundled(Stub()))
    core, own = (assertions.Template.from_stack(made[name]).to_json() for name in ("Core", "Injector"))
    found = resolved(statements(own, "InjectorFunction"), core, NAMED)
    return Checker(json.loads(json.dumps(found).replace(PSEUDO["AWS::Region"], REGION)))


SIGNING = f"arn:aws:lambda:{REGION}:{ACCOUNT}:code-signing-config:csc-0"
ANSWERS = {
    "lambda.GetFunctionCodeSigningConfig": (200, {"CodeSigningConfigArn": SIGNING}),
    "lambda.GetCodeSigningConfig": (
        200,
        {
            "CodeSigningConfig": {
                "CodeSigningPolicies": {"UntrustedArtifactOnDeployment": "Warn"},
                "AllowedPublishers": {"SigningProfileVersionArns": []},
            }
        },
    ),
    "ecr.GetDownloadUrlForLayer": (400, {"Error": {"Code": "LayersNotFoundException", "Message": "none"}}),
}
"""Stand-ins, strict, for what moto does not do."""


@pytest.fixture
def account(injector_moto: str) -> Iterator[Account]:
    made = built(
        injector_moto,
        OUTRIDER_INJECTOR_QUEUE_URL=f"{injector_moto}/{ACCOUNT}/own",
        OUTRIDER_DAY_ZERO="on",
        OUTRIDER_PROGRAMS="s3://state/programs/{digest}",
    )
    made.clients["s3"].create_bucket(Bucket="state", CreateBucketConfiguration={"LocationConstraint": REGION})
    made.clients["sqs"].create_queue(QueueName="own")
    hooks = {call: _stands_in(*answer) for call, answer in ANSWERS.items()}
    for call, hook in hooks.items():
        made.clients[call.split(".")[0]].meta.events.register(f"before-call.{call}", hook)
    yield made
    for call, hook in hooks.items():
        made.clients[call.split(".")[0]].meta.events.unregister(f"before-call.{call}", hook)


def _stands_in(status: int, answer: dict[str, Any]) -> Any:
    def hook(**said: Any) -> Any:
        return SimpleNamespace(status_code=status), answer

    return hook


def image_of_ecr(account: Account) -> dict[str, Any]:
    """A definition whose start only its image knows; there is no such config."""
    ecr = account.clients["ecr"]
    ecr.create_repository(repositoryName="shop", imageTagMutability="IMMUTABLE")
    config = {
        "mediaType": "application/vnd.oci.image.config.v1+json",
        "digest": f"sha256:{'a' * 64}",
        "size": 9,
    }
    body = {"schemaVersion": 2, "mediaType": manifest.OCI_MANIFEST, "config": config, "layers": []}
    ecr.put_image(repositoryName="shop", imageTag="1", imageManifest=json.dumps(body))
    reference = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/shop:1"
    role = f"arn:aws:iam::{ACCOUNT}:role/shop"
    container = {"name": "web", "image": reference}
    return task_definition("image", containerDefinitions=[container], taskRoleArn=role)


def function_with_an_alias(account: Account) -> None:
    account.function("checkout")
    account.clients["lambda"].publish_version(FunctionName="checkout")
    account.clients["lambda"].create_alias(FunctionName="checkout", Name="live", FunctionVersion="1")
    tags = {"outrider": "protect"}
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:checkout"
    account.clients["lambda"].tag_resource(Resource=arn, Tags=tags)


def code_deploy(account: Account) -> str:
    client = account.clients["codedeploy"]
    client.create_application(applicationName="shop", computePlatform="ECS")
    client.create_deployment_group(
        applicationName="shop",
        deploymentGroupName="blue",
        serviceRoleArn=f"arn:aws:iam::{ACCOUNT}:role/deploy",
        ecsServices=[{"serviceName": "blue", "clusterName": "prod"}],
    )
    balancer = {
        "containerName": "web",
        "containerPort": 80,
        "targetGroupArn": "arn:aws:elasticloadbalancing:x",
    }
    return account.service("blue", deploymentController={"type": "CODE_DEPLOY"}, loadBalancers=[balancer])


def test_the_injector_has_the_rights_it_uses_and_no_more(account: Account, checker: Checker) -> None:
    web = account.service("web")
    code_deploy(account)
    account.service("image", account.register(image_of_ecr(account)))
    function_with_an_alias(account)
    with checker.watching():
        assert account.program.with_switch()
        account.command(command="reconcile", seconds=10)
        account.command(command="reconcile")
        account.command(command="unprotect", service=web)
        account.command(command="unprotect", function="checkout")
    assert checker.refused == []
    idle_here = {"StateList s3:ListBucket"}  # a 404 in place of a 403: no call shows it
    implicit = {grant.sid for grant in PERMISSIONS["InjectorFunction"] if grant.implicit}
    idle = (
        {
            f"{grant.sid} {action}"
            for grant in PERMISSIONS["InjectorFunction"]
            if grant.sid not in implicit
            for action in set(grant.actions) - NO_CALL.get(grant.sid, set())
        }
        - checker.used
        - idle_here
    )
    assert idle == set()
