"""What happens in each chapter, in order."""

import json
import shutil
import sys

from demo.account import cloud as clouds
from demo.account import shipping
from demo.account.shipping import FUNCTIONS, REPOSITORIES, SERVICES
from demo.account.stage import Stage
from demo.scan.image import TEMPLATES

QUIET = {"POWERTOOLS_LOG_LEVEL": "WARNING", "POWERTOOLS_METRICS_DISABLED": "true"}
"""Of what the programs log, the story shows what went wrong; metrics are for CloudWatch."""


def account(stage: Stage) -> None:
    """Chapter 1: what `cdk deploy` leaves behind."""
    stage.story.chapter(
        1,
        "An account",
        "moto's server is AWS; Debian's docker-registry is what ECR keeps. Queues with dead-letter queues, "
        "tables, buckets, a bus, a topic and rules, and our layer for both architectures.",
    )
    layers = stage.layers = shipping.layers(stage.cloud, stage.work, sys.executable)
    stage.set(**QUIET)
    stage.set(**clouds.deployed(stage.cloud), OUTRIDER_LAYER_ARNS=json.dumps(layers))
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


def advisories(stage: Stage) -> None:
    """Chapter 3: what is known to be vulnerable."""
    stage.story.chapter(
        3,
        "What is known",
        "An advisory of the team about its own package becomes a signed database in the state bucket. (In an "
        "account the database function builds it from public feeds, which this demo does not download.)",
    )
    shutil.copy(TEMPLATES / "advisory.json", stage.work)
    stage.outrider("policy", "keygen", "-o", "db.key")
    stage.outrider("db", "build", "advisory.json", "--key", "db.key", "-o", "db")
    s3 = stage.cloud.client("s3")
    database = stage.work / "db"
    built = sorted([*database.glob("*.sqlite"), database / "manifest.json", database / "manifest.sig"])
    for path in built:
        s3.put_object(Bucket="outrider-state", Key=f"db/{path.name}", Body=path.read_bytes())
        stage.story.note(f"s3://outrider-state/db/{path.name}")
    stage.set(OUTRIDER_DATABASE_PUBLIC_KEY=(stage.work / "db.key.pub").read_text().strip())
    stage.promise(len(built) > 2, f"the advisory database is signed and in place: {len(built)} files")
