"""The chapters of protection: what asked for it is protected, told of, and set back to the byte."""

import json
from collections.abc import Mapping
from typing import Any

from demo import registry, sidecar_image
from demo.account import code_deploy, happenings
from demo.account.cloud import ACCOUNT, INJECTOR_SESSION, REGION
from demo.account.shipping import ASKED, CLUSTER, CODE_DEPLOY, FUNCTIONS, ROLLING, SERVICES, UNTAGGED, plain
from demo.account.stage import Stage

SIDECAR = "outrider/sidecar"
"""Repository of the sidecar's image, as the CDK app makes one."""
_VOLATILE = ("ResponseMetadata", "RevisionId", "LastModified")
"""What every change of a function changes, and an answer's own."""
_PERCENT = "50"
"""Asked of the coverage: five of the seven are protected."""


def protected(stage: Stage, host: str) -> None:
    """Chapter 6: the events of the team's changes reach the injector."""
    stage.story.chapter(
        6,
        "Protected, as they asked",
        "Three of the four functions and two of the three services bear the tag outrider=protect. The same "
        "events that told the scanner told the injector: it registers patched revisions and rolls the "
        "services, one by ECS, one by CodeDeploy; functions get the layer on top of theirs. Nobody else is "
        "touched.",
    )
    from cdk_app.functions.injector import handler as injector  # noqa: PLC0415 - reads chapter 1's settings

    _push_sidecar(stage, host)
    stage.originals = {name: state(stage, name) for name in FUNCTIONS}
    stage.revisions = {name: runs(stage, name) for name in SERVICES}
    done = stage.deliver("injector", injector.handler, "injector")
    stage.promise(
        not stage.cloud.waiting("injector-dlq") and not done.errors,
        f"{done.done} changes looked at, none failed",
    )
    (deployment,) = code_deploy.carry_out(stage.cloud)
    stage.story.note(f"CodeDeploy carries out {deployment}")
    stage.deliver("injector", injector.handler, "injector")
    show(stage)
    now = {name: state(stage, name) for name in FUNCTIONS}
    wearing = sorted(name for name in FUNCTIONS if any(arn in now[name] for arn in stage.layers.values()))
    changed = sorted(name for name in FUNCTIONS if now[name] != stage.originals[name])
    words = f"the layer is on {', '.join(wearing)}, and no other function was changed"
    stage.promise(changed == wearing == sorted(ASKED), words)
    defended = sorted(name for name in SERVICES if has_sidecar(stage, name))
    words = f"the sidecar is in {' and '.join(defended)}; {UNTAGGED} runs what it ran"
    kept = runs(stage, UNTAGGED) == stage.revisions[UNTAGGED]
    stage.promise(defended == sorted((ROLLING, CODE_DEPLOY)) and kept, words)
    _told_of_itself(stage)
    before = (now, {name: runs(stage, name) for name in SERVICES})
    answer = injector.handler({"command": "reconcile"}, stage.context("injector"))
    after = (
        {name: state(stage, name) for name in FUNCTIONS},
        {name: runs(stage, name) for name in SERVICES},
    )
    stage.story.note(f"the scheduled reconcile: {answer}")
    stage.promise(before == after, "looked at once more by the reconcile: nothing changes")


def covered(stage: Stage) -> None:
    """Chapter 7: how much of the account that is."""
    stage.story.chapter(
        7,
        "How much is that?",
        "Coverage reads the live account and the injector's outcomes. What is not protected has its reason "
        "beside it, and the command that mends it; CI can ask for a threshold.",
    )
    said = stage.outrider("coverage", "--outcomes", "outrider-outcomes", "--json", shown=False)
    stage.outrider("coverage", "--outcomes", "outrider-outcomes", "--threshold", _PERCENT)
    stage.outrider("coverage", "--threshold", "99", statuses=(1,), shown=False)
    document = json.loads(said)
    states = {row["name"].rpartition("/")[2]: row["state"] for row in document["subjects"]}
    asked = {*ASKED, ROLLING, CODE_DEPLOY}
    wanted = {name for name, found in states.items() if found == "protected"}
    stage.promise(
        wanted == asked and set(states) == {*FUNCTIONS, *SERVICES},
        f"coverage: {document['percent']} % of {len(states)}, each with its reason; exit 1 under a threshold",
    )


def back(stage: Stage) -> None:
    """The last chapter: everything is set back."""
    stage.story.chapter(
        9,
        "And back",
        "One command each: services are rolled back to the very revision they had, functions are what they "
        "were, every layer, variable and tag. And they are kept so, whatever events come.",
    )
    from cdk_app.functions.injector import handler as injector  # noqa: PLC0415

    for name in (ROLLING, CODE_DEPLOY):
        asked = {"command": "unprotect", "service": stage.services[name]["serviceArn"]}
        stage.story.note(f"{asked} → {_brief(injector.handler(asked, stage.context('injector')))}")
    code_deploy.carry_out(stage.cloud)
    for name in ASKED:
        asked = {"command": "unprotect", "function": name}
        stage.story.note(f"{asked} → {_brief(injector.handler(asked, stage.context('injector')))}")
    for name in SERVICES:
        happenings.service_updated(stage.cloud, stage.services[name])
    stage.deliver("injector", injector.handler, "injector")
    left = sorted(name for name in FUNCTIONS if state(stage, name) != stage.originals[name])
    left += sorted(name for name in SERVICES if runs(stage, name) != stage.revisions[name])
    stage.promise(
        not left,
        f"unprotected: {len(FUNCTIONS)} functions byte-equal to what they were, {len(SERVICES)} services "
        f"on the revision they had; not: {left or 0}",
    )


def show(stage: Stage) -> None:
    """What the injector said on our bus, a line each."""
    for event in stage.heard():
        told = event["detail"]
        if told["topic"] == "outcome":
            detail = told["detail"]
            stage.story.note(f"{told['subject']['name']}: {detail['outcome']}, {detail['reason']}")


def state(stage: Stage, name: str) -> str:
    """All that AWS tells of a function's settings and tags, but for when and how often it was changed."""
    client = stage.cloud.client("lambda")
    found: dict[str, Any] = client.get_function_configuration(FunctionName=name)
    tags = client.list_tags(Resource=found["FunctionArn"]).get("Tags", {})
    kept = {key: value for key, value in found.items() if key not in _VOLATILE}
    return plain({**kept, "Tags": tags})


def runs(stage: Stage, service: str) -> str:
    """ARN of the task definition that a service runs."""
    ecs = stage.cloud.client("ecs")
    found = ecs.describe_services(cluster=CLUSTER, services=[service])["services"][0]
    return str(found["taskDefinition"])


def has_sidecar(stage: Stage, service: str) -> bool:
    """Whether the definition that a service runs has our sidecar, by the digest that was pushed."""
    ecs = stage.cloud.client("ecs")
    found = ecs.describe_task_definition(taskDefinition=runs(stage, service))["taskDefinition"]
    images = [container["image"] for container in found["containerDefinitions"]]
    return any(f"/{SIDECAR}@sha256:" in image for image in images)


def _push_sidecar(stage: Stage, host: str) -> None:
    """What `make sidecar-image` and a push leave in the account's repository."""
    registry.push(sidecar_image.build(stage.cache), f"{host}/{SIDECAR}:1")
    image = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/{SIDECAR}:1"
    stage.set(OUTRIDER_SIDECAR_IMAGE=image)
    stage.cloud.client("ssm").put_parameter(Name="/outrider/sidecar-image", Value=image, Type="String")
    stage.story.note(f"the sidecar's image is in the account: {image}")


def _told_of_itself(stage: Stage) -> None:
    """CloudTrail tells of the injector's own calls too; the rules leave them out."""
    client = stage.cloud.client("lambda")
    for name in ASKED:
        found = client.get_function_configuration(FunctionName=name)
        happenings.function_configured(stage.cloud, found, by=INJECTOR_SESSION)
    happenings.service_updated(stage.cloud, stage.services[ROLLING], by=INJECTOR_SESSION)
    waiting = stage.cloud.waiting("injector")
    stage.promise(waiting == 0, f"its own {len(ASKED) + 1} changes do not wake it: {waiting} messages")


def _brief(answer: Mapping[str, Any]) -> str:
    """What a command was answered with, in a line."""
    return ", ".join(str(answer[key]) for key in ("outcome", "reason") if answer.get(key))
