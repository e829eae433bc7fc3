"""What happens in each chapter, in order."""

import sys

from demo.account import cloud as clouds
from demo.account import shipping
from demo.account.shipping import FUNCTIONS, REPOSITORIES, SERVICES
from demo.account.stage import Stage


def account(stage: Stage) -> None:
    """Chapter 1: what `cdk deploy` leaves behind."""
    stage.story.chapter(
        1,
        "An account",
        "moto's server is AWS; Debian's docker-registry is what ECR keeps. Queues with dead-letter queues, "
        "tables, buckets, a bus, a topic and rules, and our layer for both architectures.",
    )
    stage.settings |= clouds.deployed(stage.cloud)
    layers = shipping.layers(stage.cloud, stage.work, sys.executable)
    stage.story.note(f"queues: {', '.join(sorted(stage.cloud.queues))}")
    for architecture, arn in sorted(layers.items()):
        stage.story.note(f"layer {architecture}: {arn}")
    words = f"our layer published for {' and '.join(sorted(layers))}"
    stage.promise(set(layers) == {"arm64", "x86_64"}, words)


def ship(stage: Stage, registry: str) -> None:
    """Chapter 2: the team ships, and AWS tells of it."""
    stage.story.chapter(
        2,
        "A team ships",
        "One image goes to three repositories. Four functions, one of a runtime past its end. Three "
        "services: one that ECS rolls, one that CodeDeploy does, one that asked for nothing. AWS tells of "
        "all of it on its bus.",
    )
    made = shipping.layout(stage.work / "image")
    for repository in REPOSITORIES:
        stage.images[repository] = shipping.push(stage.cloud, registry, made, repository, "1")
        stage.story.note(f"pushed {repository}:1  {stage.images[repository]}")
    role = shipping.role(stage.cloud)
    for name, runtime in FUNCTIONS.items():
        stage.functions[name] = shipping.create_function(stage.cloud, name, role)
        stage.story.note(f"function {name} ({runtime})")
    stage.services = shipping.create_services(stage.cloud)
    for name, controller in SERVICES.items():
        stage.story.note(f"service {name}, rolled by {controller}")
    jobs, changes = stage.cloud.waiting("jobs"), stage.cloud.waiting("injector")
    expected = (len(REPOSITORIES) + len(FUNCTIONS), len(FUNCTIONS) + len(SERVICES))
    stage.promise(
        (jobs, changes) == expected and len(set(stage.images.values())) == 1,
        f"every push and change waits in a queue: {jobs} for the scanner, {changes} for the injector",
    )
