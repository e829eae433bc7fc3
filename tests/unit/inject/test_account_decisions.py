"""What decides about services of an account: tags, owners, roll-outs, the AppSpec, what is the same."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given

from outrider.errors import InvalidInput, RefusedDefinition
from outrider.inject import appspec, mending, opt, ownership, rollout
from outrider.inject.opt import Opt
from outrider.inject.protection import State, has_day_zero, of_task_definition
from outrider.inject.rollout import MOST_ROLLS, Act, Memory, Rules, Situation
from outrider.inject.same import identity, same_content
from outrider.inject.settings import Settings
from outrider.model.outcome import Covered, Failed, Skipped

from .samples import SIDECAR, patch, task, web
from .strategies import definitions

SETTINGS = Settings(sidecar_image=SIDECAR)
PROTECT, SKIP = {"outrider": "protect"}, {"outrider": "skip"}


@pytest.mark.parametrize(
    ("rule", "tags", "wanted", "asked"),
    [
        (Opt.IN, [{}, {}, {}], False, False),
        (Opt.OUT, [{}, {}, {}], True, False),
        (Opt.IN, [{}, {}, PROTECT], True, True),
        (Opt.IN, [SKIP, PROTECT, PROTECT], False, True),
        (Opt.OUT, [PROTECT, SKIP, {}], True, True),
        (Opt.OUT, [{}, SKIP, PROTECT], False, True),
        (Opt.IN, [{"outrider": "yes"}, {}, {}], False, False),
        (Opt.IN, [{"Outrider": "protect"}, {}, {}], False, False),
    ],
)
def test_the_nearest_tag_decides(rule: Opt, tags: list[dict[str, str]], wanted: bool, asked: bool) -> None:
    choice = opt.choose(rule, list(zip(("service", "task definition", "cluster"), tags, strict=True)))
    assert (choice.wanted, choice.asked) == (wanted, asked)


def test_a_tag_nobody_knows_is_told_of() -> None:
    assert "outrider=yes is neither" in opt.choose(Opt.IN, [("service", {"outrider": "yes"})]).why


@pytest.mark.parametrize(
    ("tags", "owner"),
    [
        ({"aws:cloudformation:stack-name": "shop"}, "CloudFormation stack shop"),
        ({"ManagedBy": "Terraform"}, "Terraform"),
        ({"managed-by": "terraform-aws-modules"}, "Terraform"),
        ({"terraform": "true"}, "Terraform"),
        ({"terraform": "false"}, ""),
        ({"Provisioner": "Pulumi 3"}, "Pulumi"),
        ({"managed-by": "the shop team"}, ""),
        ({"team": "terraform"}, ""),
    ],
)
def test_owners(tags: dict[str, str], owner: str) -> None:
    found = ownership.owner(tags)
    assert found.startswith(owner)
    assert bool(found) == bool(owner)


def described(document: dict[str, Any], tags: list[dict[str, str]] | None = None) -> dict[str, Any]:
    return {"taskDefinition": {**document, "taskDefinitionArn": "arn:now"}, "tags": tags or []}


def situation(document: dict[str, Any] | None = None, **fields: Any) -> Situation:
    service = {"tags": [{"key": "outrider", "value": "protect"}], **fields.pop("service", {})}
    return Situation(
        subject="service a/b", definition=described(document or task()), service=service, **fields
    )


def decided(one: Situation, **rules: Any) -> rollout.Decision:
    said = Rules(**rules)
    return rollout.decide(one, said, SETTINGS, {}, rollout.wanted(one, said))


def test_what_asks_is_rolled() -> None:
    made = decided(situation())
    assert isinstance(made.outcome, Covered)
    assert (made.act, bool(made.document)) == (Act.ROLL, True)


def test_what_is_protected_is_left_as_it_is() -> None:
    made = decided(situation(patch(task()).document))
    assert (type(made.outcome), made.act) == (Covered, Act.NONE)


def test_our_own_revision_counts_whatever_ecs_made_of_it() -> None:
    document = patch(task()).document
    name = identity(document, SETTINGS)
    document["containerDefinitions"][-1]["somethingNew"] = "by ECS"
    assert decided(situation(document)).act is Act.ROLL
    known = Memory(registered={name: "arn:now"})
    assert decided(situation(document, memory=known)).act is Act.NONE


@pytest.mark.parametrize(
    ("fields", "rules", "said"),
    [
        ({"service": {"tags": []}}, {}, "nothing asks"),
        ({"memory": Memory(held=True)}, {}, "by command"),
        ({}, {"paused": True}, "paused"),
        ({"service": {"deploymentController": {"type": "EXTERNAL"}}}, {}, "EXTERNAL"),
    ],
)
def test_what_is_left_alone_says_why(fields: dict[str, Any], rules: dict[str, Any], said: str) -> None:
    made = decided(situation(**fields), **rules)
    assert isinstance(made.outcome, Skipped)
    assert said in made.outcome.reason
    assert (made.act, made.document) == (Act.NONE, None)


def test_still_protected_is_said_of_what_is_to_be_left_alone() -> None:
    made = decided(situation(patch(task()).document, service={"tags": []}))
    assert isinstance(made.outcome, Skipped)
    assert "still protected" in made.outcome.reason


def test_a_stack_of_the_definition_counts_as_the_service_s() -> None:
    one = situation()
    tagged = described(task(), [{"key": "aws:cloudformation:stack-name", "value": "shop"}])
    one = Situation(subject=one.subject, definition=tagged, service=one.service)
    assert isinstance(decided(one).outcome, Skipped)
    assert decided(one, act_on_iac=True).act is Act.ROLL


def test_it_is_not_rolled_for_ever() -> None:
    name = decided(situation()).identity
    assert decided(situation(memory=Memory(rolls=[name] * (MOST_ROLLS - 1)))).act is Act.ROLL
    assert isinstance(decided(situation(memory=Memory(rolls=[name] * MOST_ROLLS))).outcome, Failed)
    again = situation(memory=Memory(rolls=[name] * MOST_ROLLS), insisted=True)
    assert decided(again).act is Act.ROLL


def test_what_cannot_be_protected_failed_only_when_it_asked() -> None:
    windows = task(runtimePlatform={"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"})
    assert isinstance(decided(situation(windows)).outcome, Failed)
    assert isinstance(decided(situation(windows, service={"tags": []}), opt=Opt.OUT).outcome, Skipped)


def test_an_unknown_controller_is_refused() -> None:
    made = decided(situation(service={"deploymentController": {"type": "MAGIC"}}))
    assert isinstance(made.outcome, Failed)
    assert "MAGIC" in made.outcome.error


def test_one_unreadable_container_fails_the_whole() -> None:
    made = decided(situation(task(web(), {"name": "bare", "image": "x"})))
    assert isinstance(made.outcome, Failed)
    assert (made.document, len(made.containers)) == (None, 2)


BALANCED = {"loadBalancers": [{"containerName": "web", "containerPort": 80}]}


def test_an_appspec_says_again_what_the_task_set_has() -> None:
    service = {
        **BALANCED,
        "platformVersion": "1.3.0",
        "taskSets": [
            {"status": "ACTIVE", "platformVersion": "LATEST"},
            {
                "status": "PRIMARY",
                "platformVersion": "1.4.0",
                "networkConfiguration": {
                    "awsvpcConfiguration": {"subnets": ["s"], "assignPublicIp": "DISABLED"}
                },
                "capacityProviderStrategy": [{"capacityProvider": "FARGATE_SPOT", "weight": 1, "base": 0}],
            },
        ],
    }
    revision = appspec.revision(service, "arn:new")
    properties = json.loads(revision["appSpecContent"]["content"])["Resources"][0]["TargetService"][
        "Properties"
    ]
    assert properties == {
        "TaskDefinition": "arn:new",
        "LoadBalancerInfo": {"ContainerName": "web", "ContainerPort": 80},
        "PlatformVersion": "1.4.0",
        "NetworkConfiguration": {"AwsvpcConfiguration": {"Subnets": ["s"], "AssignPublicIp": "DISABLED"}},
        "CapacityProviderStrategy": [{"CapacityProvider": "FARGATE_SPOT", "Weight": 1, "Base": 0}],
    }
    with pytest.raises(RefusedDefinition, match="no load balancer"):
        appspec.revision({}, "arn:new")


@given(definitions())
def test_what_ecs_fills_in_changes_nothing(document: dict[str, Any]) -> None:
    filled = copy.deepcopy(document)
    for container in filled["containerDefinitions"]:
        for name, value in {"cpu": 0, "environment": [], "volumesFrom": []}.items():
            container.setdefault(name, value)
    try:
        same = same_content(document, filled)
    except InvalidInput:
        return
    assert same
    assert identity(document, SETTINGS) == identity(filled, SETTINGS)


def test_another_wish_has_another_identity() -> None:
    document = patch(task()).document
    other = Settings(sidecar_image=SIDECAR, poll_seconds=60)
    assert identity(document, SETTINGS) != identity(document, other)
    assert identity(document, SETTINGS) != identity(patch(task(web(image="b"))).document, SETTINGS)


@pytest.mark.parametrize(
    ("document", "sidecar", "state"),
    [
        (task(), "", State.NOT),
        (patch(task()).document, SIDECAR, State.PROTECTED),
        (patch(task()).document, "another", State.OLD),
        (task(requiresCompatibilities=["EC2"]), "", State.UNSUPPORTED),
        (task(web(dockerLabels={"com.outrider.skip": "x"})), "", State.LEFT_OUT),
        (task(web(dockerLabels={"com.outrider.original": "x"})), "", State.DRIFTED),
    ],
)
def test_states_of_a_definition(document: dict[str, Any], sidecar: str, state: State) -> None:
    assert of_task_definition(described(document), sidecar).state is state


def test_a_container_added_after_the_patch_is_drift() -> None:
    document = patch(task()).document
    document["containerDefinitions"].insert(0, web("late"))
    found = of_task_definition(described(document), "")
    assert (found.state, "late" in found.why) == (State.DRIFTED, True)


def test_a_launcher_taken_away_is_drift() -> None:
    document = patch(task()).document
    document["containerDefinitions"][0]["entryPoint"] = ["/app"]
    assert of_task_definition(described(document), "").state is State.DRIFTED


def test_commands_are_quoted() -> None:
    said = mending.of_service("arn; rm -rf /", "", State.NOT)
    assert "'arn; rm -rf /'" in said
    assert mending.of_function("f", State.PROTECTED) == ""


def test_which_containers_have_day_zero() -> None:
    lists = "s3://guard/programs/{digest}"
    with_it = described(patch(task(), day_zero={"web": "1" * 64}, programs=lists).document)
    assert [has_day_zero(with_it, name) for name in ("web", "we", "worker")] == [True, False, False]
    assert has_day_zero(with_it["taskDefinition"], "web")
    assert not has_day_zero(described(patch(task()).document), "web")
    agent = {"name": "outrider", "environment": [None, {"name": "OUTRIDER_DAY_ZERO"}, 3]}
    for odd in ([], "x", [3, {"name": "outrider", "environment": "x"}], [agent]):
        assert not has_day_zero({"containerDefinitions": odd}, "web")
