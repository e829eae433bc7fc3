"""Day zero from end to end: an image is pushed and scanned, a definition patched, its policy loaded.

Three programs over one account (moto's server, a stand-in for ECR's layers): what one writes, the next reads.
"""

import json
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cdk_app.functions.injector import building
from cdk_app.functions.injector import settings as injector_settings
from outrider.model.event import Mode, Verdict
from outrider.policy import blob as policy_blob
from outrider.policy import program_places
from outrider.policy.compiled import CompiledPolicy
from scanner_lambda.aws.database_store import DatabaseStore
from scanner_lambda.listing import Lists
from sidecar.loading import PolicyLoader
from sidecar.settings import Settings, from_environment
from tests.programs.scanner_lambda.conftest import ACCOUNT, REGION, SESSION, World
from tests.programs.scanner_lambda.program_images import HELPER, PLACE, PROGRAMS, SHELL, hashed, kept, layer
from tests.programs.scanner_lambda.test_scan_images import push, pushed

CHECKER = "#!/bin/sh\nexit 0\n"
"""Stands in for outrider-run, which says whether a blob is one."""


@pytest.fixture
def listing(world: World) -> World:
    world.program.lists = Lists(DatabaseStore(world.clients.s3, PLACE.bucket), PLACE)
    world.clients.dynamodb.create_table(
        TableName="outcomes",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in ("subject", "sk")],
        KeySchema=[
            {"AttributeName": name, "KeyType": kind}
            for name, kind in {"subject": "HASH", "sk": "RANGE"}.items()
        ],
    )
    return world


def patched(image: str) -> dict[str, str]:
    """A definition with this image asks for protection; what the injector makes its sidecar's environment."""
    ecs = SESSION.client("ecs")
    made = ecs.register_task_definition(
        family="shop",
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        cpu="256",
        memory="1024",
        taskRoleArn=f"arn:aws:iam::{ACCOUNT}:role/shop",
        tags=[{"key": "outrider", "value": "protect"}],
        containerDefinitions=[
            {"name": "web", "image": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/shop@{image}"}
        ],
    )["taskDefinition"]["taskDefinitionArn"]
    read = injector_settings.read(
        {
            "OUTRIDER_OUTCOMES_TABLE": "outcomes",
            "OUTRIDER_BUS_NAME": "outrider",
            "OUTRIDER_SIDECAR_IMAGE": f"public.ecr.aws/outrider/sidecar@sha256:{'5' * 64}",
            "OUTRIDER_MODE": "block",
            "OUTRIDER_DAY_ZERO": "on",
            "OUTRIDER_PROGRAMS": PROGRAMS,
        }
    )
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:outrider-injector"

    def client(service: str, region: str | None = None) -> Any:
        return SESSION.client(service)  # type: ignore[call-overload]

    injector = building.build(arn, read, lambda name, error: None, clients=client)
    assert injector.definitions is not None
    record = injector.definitions.attend(made)
    assert record is not None and record.outcome == "covered"
    document = ecs.describe_task_definition(taskDefinition=record.revision)["taskDefinition"]
    (ours,) = [one for one in document["containerDefinitions"] if one["name"] == "outrider"]
    return {one["name"]: one["value"] for one in ours["environment"]}


@pytest.fixture
def place() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="or-"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


def started(environment: dict[str, str], place: Path) -> Settings:
    """A task volume for a sidecar with this environment."""
    settings = from_environment(environment)
    settings = replace(settings, directory=place / "task", state_directory=place / "state")
    for path in (settings.binary, settings.blob("web")):
        path.parent.mkdir(parents=True)
    settings.binary.write_text(CHECKER)
    settings.binary.chmod(0o755)
    return settings


def in_force(settings: Settings) -> CompiledPolicy:
    return policy_blob.decode(settings.blob("web").read_bytes()).policy


def test_what_came_with_the_image_runs_and_nothing_else(listing: World, place: Path) -> None:
    image = push(listing, "shop", layer(), entrypoint=("/bin/shop",))
    assert listing.handle(pushed("shop", image)) == []
    settings = started(patched(image), place)
    assert PolicyLoader(settings).load().errors == []
    policy = in_force(settings)
    assert (policy.mode, policy.programs_verdict) == (Mode.BLOCK, Verdict.BLOCK)
    assert set(policy.programs) == {hashed(SHELL), hashed(HELPER)}
    assert hashed(b"#!/bin/sh\nexec curl evil\n") not in policy.programs


def test_a_list_changed_after_the_patch_is_not_believed(listing: World, place: Path) -> None:
    image = push(listing, "shop", layer(), entrypoint=("/bin/shop",))
    listing.handle(pushed("shop", image))
    settings = started(patched(image), place)
    key = PLACE.of_list(program_places.read_note(kept(listing.clients.s3, PLACE.of_image(image)) or b""))
    genuine = kept(listing.clients.s3, key)
    assert genuine is not None
    plain = json.loads(genuine)
    plain["programs"].append([hashed(b"evil").hex(), 0o755, "/tmp/evil"])
    listing.clients.s3.put_object(Bucket=PLACE.bucket, Key=key, Body=json.dumps(plain).encode())
    loader = PolicyLoader(settings)
    ((_, error),) = loader.load().errors
    assert "not the one that the task definition names" in error.message
    assert loader.without_policy() == ["web"]
    listing.clients.s3.put_object(Bucket=PLACE.bucket, Key=key, Body=genuine)
    assert loader.load().errors == []
    assert hashed(b"evil") not in in_force(settings).programs


def test_an_image_that_was_not_scanned_is_protected_without(listing: World) -> None:
    image = push(listing, "shop", layer(), entrypoint=("/bin/shop",))
    assert "OUTRIDER_DAY_ZERO" not in patched(image)
