"""Services in an account: protected by whoever rolls them, left alone for a reason, set back to the byte."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from injector_account import PAUSED, PROTECT, ROLE, Account, call, service_event, task_definition

from outrider.errors import UsageError
from outrider.inject.protection import State, of_task_definition

Make = Callable[..., Account]


def protected(account: Account, service: str) -> bool:
    return of_task_definition(account.definitions.read(account.runs(service)), "").state is State.PROTECTED


def created(arn: str) -> dict[str, Any]:
    return call("CreateService", asked={"cluster": "prod"}, answered={"service": {"serviceArn": arn}})


def test_a_service_that_asks_is_protected_once(account: Account) -> None:
    service = account.service()
    assert account.batch(created(service)) == []
    assert protected(account, service)
    kept = account.latest(service)
    assert (kept["outcome"], kept["act"], kept["revision"]) == ("covered", "roll", account.runs(service))
    (told,) = account.heard()
    assert (told.subject.id, told.detail["act"]) == (service, "roll")
    assert told.detail["containers"] == [
        {"container": "web", "outcome": "covered", "reason": "its own entryPoint, wrapped", "hint": ""}
    ]
    before = account.revisions()
    assert account.batch(created(service), service_event(service), created(service)) == []
    assert (account.revisions(), account.heard()) == (before, [])


def test_two_services_of_one_definition_share_the_revision(account: Account) -> None:
    definition = account.register(task_definition())
    services = [account.service(name, definition) for name in ("a", "b")]
    assert account.batch(*map(service_event, services)) == []
    assert account.runs(services[0]) == account.runs(services[1])
    assert account.revisions() == 2


def test_what_asks_for_nothing_is_left_alone(account: Account) -> None:
    service = account.service(tags=[])
    assert account.batch(service_event(service)) == []
    assert account.latest(service)["outcome"] == "skipped"
    assert account.latest(service)["command"].startswith("aws ecs tag-resource")
    assert account.revisions() == 1


def test_opt_out_protects_all_but_what_says_so(account_with: Make) -> None:
    account = account_with(OUTRIDER_OPT="out")
    asked = account.service("a", tags=[])
    left = account.service("b", tags=[{"key": "outrider", "value": "skip"}])
    assert account.batch(service_event(asked), service_event(left)) == []
    assert (protected(account, asked), protected(account, left)) == (True, False)


def test_a_stack_is_reported_and_changed_only_when_asked(account_with: Make) -> None:
    tags = [*PROTECT, {"key": "ManagedBy", "value": "terraform"}]
    account = account_with()
    service = account.service(tags=tags)
    assert account.batch(service_event(service)) == []
    assert "Terraform" in account.latest(service)["reason"]
    assert account.revisions() == 1
    account = account_with(OUTRIDER_ACT_ON_IAC="true")
    service = account.service(tags=tags)
    assert account.batch(service_event(service)) == []
    assert protected(account, service)


def test_the_switch_pauses_everything_but_a_removal(account: Account) -> None:
    service, other = account.service("a"), account.service("b")
    account.batch(service_event(other))
    account.clients["ssm"].put_parameter(Name=PAUSED, Value="true", Type="String", Overwrite=True)
    assert account.batch(service_event(service)) == []
    assert "paused" in account.latest(service)["reason"]
    assert not protected(account, service)
    account.command(command="unprotect", service=other)
    assert not protected(account, other)


def test_a_switch_that_cannot_be_read_lets_nothing_be_done(account: Account) -> None:
    service = account.service()
    account.clients["ssm"].delete_parameter(Name=PAUSED)
    with pytest.raises(Exception, match="pause switch"):
        account.batch(service_event(service))
    assert account.revisions() == 1


def test_set_back_to_the_byte_and_kept_so(account: Account) -> None:
    definition = account.register(task_definition(tags=[{"key": "team", "value": "shop"}]))
    service = account.service(definition=definition)
    before = account.document(definition)
    account.batch(service_event(service))
    told = account.command(command="unprotect", service=service)
    assert (told["act"], account.runs(service)) == ("roll", definition)
    assert account.document(account.runs(service)) == before
    assert account.batch(service_event(service)) == []
    assert "by command" in account.latest(service)["reason"]
    account.command(command="protect", service=service)
    assert protected(account, service)
    assert account.revisions() == 2


def test_set_back_exactly_when_the_original_revision_is_gone(account: Account) -> None:
    service = account.service()
    original = account.runs(service)
    before = account.document(original)
    account.batch(service_event(service))
    account.clients["ecs"].deregister_task_definition(taskDefinition=original)
    account.command(command="unprotect", service=service)
    assert account.runs(service) != original
    assert account.document(account.runs(service)) == before


def test_codedeploy_rolls_its_own(account: Account) -> None:
    codedeploy = account.clients["codedeploy"]
    codedeploy.create_application(applicationName="shop", computePlatform="ECS")
    codedeploy.create_deployment_group(
        applicationName="shop",
        deploymentGroupName="web",
        serviceRoleArn=ROLE,
        ecsServices=[{"serviceName": "web", "clusterName": "prod"}],
    )
    balancer = {
        "containerName": "web",
        "containerPort": 80,
        "targetGroupArn": "arn:aws:elasticloadbalancing:x",
    }
    service = account.service(deploymentController={"type": "CODE_DEPLOY"}, loadBalancers=[balancer])
    original = account.runs(service)
    assert account.batch(service_event(service)) == []
    assert account.runs(service) == original  # CodeDeploy moves it, not we
    (deployment,) = codedeploy.list_deployments(applicationName="shop", deploymentGroupName="web")[
        "deployments"
    ]
    found = codedeploy.get_deployment(deploymentId=deployment)["deploymentInfo"]
    revision = account.latest(service)["revision"]
    assert revision in found["revision"]["appSpecContent"]["content"]
    assert of_task_definition(account.definitions.read(revision), "").state is State.PROTECTED


def test_codedeploy_without_a_group_is_a_failure(account: Account) -> None:
    balancer = {
        "containerName": "web",
        "containerPort": 80,
        "targetGroupArn": "arn:aws:elasticloadbalancing:x",
    }
    service = account.service(deploymentController={"type": "CODE_DEPLOY"}, loadBalancers=[balancer])
    assert account.batch(service_event(service)) == []
    assert account.latest(service)["outcome"] == "failed"
    assert "no deployment group" in account.latest(service)["reason"]
    assert account.revisions() == 1


def test_an_external_controller_is_reported(account: Account) -> None:
    service = account.service(deploymentController={"type": "EXTERNAL"})
    assert account.batch(service_event(service)) == []
    assert "EXTERNAL" in account.latest(service)["reason"]
    assert account.revisions() == 1


def refuse(account: Account, operation: str, times: int) -> list[int]:
    """Have ECS refuse an operation so many times; the numbers of refusals so far."""
    left = [times]

    def handle(**_said: Any) -> None:
        if left[0]:
            left[0] -= 1
            raise ClientError({"Error": {"Code": "ThrottlingException", "Message": "slow down"}}, operation)

    account.clients["ecs"].meta.events.register(f"before-call.ecs.{operation}", handle)
    return left


def test_a_roll_that_fails_after_the_registration_is_told_and_tried_again(account: Account) -> None:
    service = account.service()
    refuse(account, "UpdateService", 1)
    assert account.batch(service_event(service)) == ["0"]
    assert account.latest(service)["outcome"] == "failed"
    assert "slow down" in account.latest(service)["reason"]
    assert account.batch(service_event(service)) == []
    assert protected(account, service)
    assert account.revisions() == 2


def test_what_is_set_back_again_and_again_is_given_up(account: Account) -> None:
    service = account.service()
    original = account.runs(service)
    for _ in range(3):
        assert account.batch(service_event(service)) == []
        assert protected(account, service)
        account.clients["ecs"].update_service(cluster="prod", service=service, taskDefinition=original)
    assert account.batch(service_event(service)) == []
    assert account.latest(service)["outcome"] == "failed"
    assert account.runs(service) == original
    account.moment[0] += 90_000
    assert account.batch(service_event(service)) == []
    assert protected(account, service)


def test_a_deployment_of_ours_that_ecs_took_back_is_not_tried_again(account: Account) -> None:
    service = account.service()
    original = account.runs(service)
    account.batch(service_event(service))
    account.clients["ecs"].update_service(cluster="prod", service=service, taskDefinition=original)
    failed = service_event(service, "SERVICE_DEPLOYMENT_FAILED", "ECS Deployment State Change")
    assert account.batch(failed, failed, service_event(service)) == []
    assert (account.runs(service), account.latest(service)["outcome"]) == (original, "failed")
    account.heard()
    assert account.batch(failed) == []
    assert account.heard() == []


def test_a_definition_that_asks_itself_has_its_patched_revision_ready(account: Account) -> None:
    definition = account.register(task_definition(tags=PROTECT))
    event = call("RegisterTaskDefinition", answered={"taskDefinition": {"taskDefinitionArn": definition}})
    assert account.batch(event, event) == []
    assert account.revisions() == 2
    assert of_task_definition(account.definitions.read("shop"), "").state is State.PROTECTED
    service = account.service(definition=definition)
    assert account.batch(service_event(service)) == []
    assert (account.revisions(), protected(account, service)) == (2, True)


def test_our_own_calls_are_no_news(account: Account) -> None:
    service = account.service()
    ours = f"arn:aws:sts::123456789012:assumed-role/{ROLE.rpartition('/')[2]}/anything"
    event = call("UpdateService", by=ours, asked={"cluster": "prod", "service": service})
    assert account.batch(event) == []
    assert account.latest(service) == {}


def test_an_image_that_cannot_be_read_is_a_failure_and_nothing_is_registered(account: Account) -> None:
    definition = task_definition()
    del definition["containerDefinitions"][0]["entryPoint"]
    service = account.service(definition=account.register(definition))
    assert account.batch(service_event(service)) == []
    kept = account.latest(service)
    assert (kept["outcome"], account.revisions()) == ("failed", 1)
    assert "docker.io is not ECR" in kept["reason"]


def test_a_service_that_is_gone_is_nothing(account: Account) -> None:
    service = account.service()
    account.clients["ecs"].delete_service(cluster="prod", service=service, force=True)
    assert account.batch(service_event(service)) == []
    assert account.latest(service) == {}


def test_no_sidecar_in_the_repository_no_rollout(account_with: Callable[..., Account]) -> None:
    account = account_with(OUTRIDER_SIDECAR_IMAGE="123456789012.dkr.ecr.eu-west-1.amazonaws.com/ours:1")
    account.clients["ecr"].create_repository(repositoryName="ours")
    service = account.service()
    original = account.runs(service)
    assert account.batch(service_event(service)) == []
    assert account.runs(service) == original
    assert account.latest(service)["outcome"] == "failed"
    assert "no sidecar" in account.latest(service)["reason"]


def test_sidecars_are_given_the_accounts_queue(account_with: Make) -> None:
    url = "https://sqs.eu-west-1.amazonaws.com/123456789012/outrider-events"
    account = account_with(OUTRIDER_TASKS_QUEUE_URL=url)
    service = account.service()
    assert account.batch(service_event(service)) == []
    definition = account.definitions.read(account.runs(service))["taskDefinition"]
    (sidecar,) = [one for one in definition["containerDefinitions"] if one["name"] == "outrider"]
    assert {"name": "OUTRIDER_EVENTS_QUEUE", "value": url} in sidecar["environment"]
    with pytest.raises(UsageError, match="OUTRIDER_TASKS_QUEUE_URL"):
        account_with(OUTRIDER_TASKS_QUEUE_URL="no url")
