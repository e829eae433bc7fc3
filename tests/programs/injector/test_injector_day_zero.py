"""Day zero by the injector: with the list of the scanner where there is one, else without, which it says."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from injector_account import ACCOUNT, REGION, Account, call, service_event, task_definition

from cdk_app.functions.injector import settings
from outrider.errors import UsageError
from outrider.model.artifact import Contents, Executable, Kind
from outrider.policy import programs
from outrider.policy.programs import LARGEST
from scanner_lambda.aws.database_store import DatabaseStore
from scanner_lambda.listing import Lists
from tests.programs.scanner_lambda import ecr_stand_in
from tests.programs.scanner_lambda.ecr_stand_in import Ecr, sha
from tests.programs.scanner_lambda.program_images import PLACE, PROGRAMS
from tests.unit.cli.scanning.artifacts import CONFIG, INDEX, MANIFEST

Make = Callable[..., Account]
HOST = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/shop"


@dataclass
class Shop:
    """An account whose injector gives day zero, its registry, and what the scanner keeps there."""

    account: Account
    ecr: Ecr

    def push(self, *names: str, say: str = "shop", arch: str = "amd64") -> str:
        config = json.dumps(
            {
                "os": "linux",
                "architecture": arch,
                "config": {"Entrypoint": [f"/{say}"]},
                "rootfs": {"type": "layers"},
            }
        ).encode()
        self.ecr.blobs[sha(config)] = config
        described = {"mediaType": CONFIG, "digest": sha(config), "size": len(config)}
        body = {"schemaVersion": 2, "mediaType": MANIFEST, "config": described, "layers": []}
        return self.ecr.put("shop", json.dumps(body).encode(), MANIFEST, *names)

    def scanned(self, image: str, *paths: str) -> str:
        """What a scan keeps of an image with these programs; the list's digest."""
        found = tuple(
            Executable(path=path, sha256=sha(path.encode())[7:], size=1, mode=0o755) for path in paths
        )
        contents = Contents(kind=Kind.IMAGE, name="shop", digest=image, executables=found)
        Lists(DatabaseStore(self.s3, PLACE.bucket), PLACE).keep(contents)
        return programs.digest(programs.dump(programs.of_contents(contents)))

    @property
    def s3(self) -> Any:
        return self.account.clients["s3"]

    def service(self, reference: str, name: str = "web", **fields: Any) -> str:
        fields = {"taskRoleArn": ROLE, **fields}
        container = {"name": "web", "image": f"{HOST}/{reference}", "entryPoint": ["/shop"]}
        definition = task_definition(containerDefinitions=[container], **fields)
        return self.account.service(name, self.account.register(definition))

    def attend(self, service: str) -> dict[str, str]:
        """The injector looks at a service; its newest outcome."""
        self.account.batch(service_event(service))
        return self.account.latest(service)

    def asked(self, service: str) -> dict[str, str]:
        """What the sidecar of a service's definition is asked for."""
        document = self.account.document(self.account.runs(service))
        (ours,) = [one for one in document["containerDefinitions"] if one["name"] == "outrider"]
        said = {one["name"]: one["value"] for one in ours["environment"]}
        return {name: said[name] for name in ("OUTRIDER_DAY_ZERO", "OUTRIDER_PROGRAMS") if name in said}


@pytest.fixture
def shop_with(account_with: Make) -> Iterator[Callable[..., Shop]]:
    with ecr_stand_in.serving() as ecr:

        def make(**environment: str) -> Shop:
            account = account_with(
                **{"OUTRIDER_DAY_ZERO": "on", "OUTRIDER_PROGRAMS": PROGRAMS, **environment}
            )
            account.clients["ecr"] = boto3.client(  # type: ignore[index]
                "ecr",
                endpoint_url=ecr.url,
                region_name=REGION,
                aws_access_key_id="t",
                aws_secret_access_key="t",  # noqa: S106 - of nobody
            )
            account.clients["s3"].create_bucket(
                Bucket=PLACE.bucket, CreateBucketConfiguration={"LocationConstraint": REGION}
            )
            return Shop(account, ecr)

        yield make


@pytest.fixture
def shop(shop_with: Callable[..., Shop]) -> Shop:
    return shop_with()


def test_a_list_is_given_once(shop: Shop) -> None:
    image = shop.push()
    listed = shop.scanned(image, "/bin/sh", "/shop")
    service = shop.service(f"shop@{image}")
    kept = shop.attend(service)
    assert (kept["outcome"], kept["reason"]) == ("covered", "1 of 1 containers, day zero for 1")
    assert shop.asked(service) == {"OUTRIDER_DAY_ZERO": f"web={listed}", "OUTRIDER_PROGRAMS": PROGRAMS}
    assert any("s3:GetObject on s3://state/programs/*" in said for said in json.loads(kept["warnings"]))
    before = shop.account.revisions()
    shop.attend(service)
    assert shop.account.revisions() == before


def test_it_is_off_unless_it_is_asked_for(shop_with: Callable[..., Shop]) -> None:
    shop = shop_with(OUTRIDER_DAY_ZERO="off")
    image = shop.push()
    shop.scanned(image, "/shop")
    service = shop.service(f"shop@{image}")
    assert shop.attend(service)["reason"] == "1 of 1 containers"
    assert shop.asked(service) == {}
    assert shop.ecr.calls == []


def test_of_an_index_the_image_for_the_platform_of_the_task(shop: Shop) -> None:
    children = {arch: shop.push(arch=arch) for arch in ("amd64", "arm64")}
    lists = {arch: shop.scanned(image, f"/{arch}") for arch, image in children.items()}
    entries = [
        {
            "mediaType": MANIFEST,
            "digest": digest,
            "size": 1,
            "platform": {"os": "linux", "architecture": arch},
        }
        for arch, digest in children.items()
    ]
    index = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": entries}).encode()
    whole = shop.ecr.put("shop", index, INDEX)
    for name, arch in {"ARM64": "arm64", "X86_64": "amd64"}.items():
        service = shop.service(f"shop@{whole}", name, runtimePlatform={"cpuArchitecture": name})
        shop.attend(service)
        assert shop.asked(service)["OUTRIDER_DAY_ZERO"] == f"web={lists[arch]}"


def test_a_list_that_is_missing_keeps_nobody_from_being_protected_and_may_come_late(shop: Shop) -> None:
    image = shop.push()
    service = shop.service(f"shop@{image}")
    kept = shop.attend(service)
    assert (kept["outcome"], kept["reason"]) == ("covered", "1 of 1 containers, day zero for 0")
    said = f"container web: without day zero: the scanner has no list of the programs of {image}"
    assert said in json.loads(kept["warnings"])
    assert shop.asked(service) == {}
    listed = shop.scanned(image, "/shop")
    assert shop.attend(service)["reason"] == "1 of 1 containers, day zero for 1"
    assert shop.asked(service)["OUTRIDER_DAY_ZERO"] == f"web={listed}"
    shop.s3.delete_object(Bucket=PLACE.bucket, Key=PLACE.of_image(image))
    assert shop.attend(service)["reason"] == "1 of 1 containers, day zero for 0"


def forge(shop: Shop, image: str, listed: str, how: str) -> None:
    """Somebody who may write there does."""
    other = sha(b"another")
    if how == "list":
        shop.s3.put_object(Bucket=PLACE.bucket, Key=PLACE.of_list(listed), Body=b"[]")
    elif how == "large":
        shop.s3.put_object(Bucket=PLACE.bucket, Key=PLACE.of_list(listed), Body=b"x" * (LARGEST + 1))
    elif how == "note":
        shop.s3.put_object(Bucket=PLACE.bucket, Key=PLACE.of_image(image), Body=b"../../etc/passwd\n")
    else:  # the list of another image
        note = shop.scanned(other, "/bin/evil").encode() + b"\n"
        shop.s3.put_object(Bucket=PLACE.bucket, Key=PLACE.of_image(image), Body=note)


@pytest.mark.parametrize("how", ["list", "large", "note", "other"])
def test_a_forged_list_is_given_to_nobody_and_takes_none_away(shop: Shop, how: str) -> None:
    image = shop.push()
    listed = shop.scanned(image, "/shop")
    has = shop.service(f"shop@{image}", "has")
    shop.attend(has)
    given = shop.asked(has)
    shop.account.program.services.definitions.day_zero.lists._checked.clear()  # type: ignore[union-attr]
    forge(shop, image, listed, how)
    fresh = shop.service(f"shop@{image}", "fresh", family="fresh")
    kept = shop.attend(fresh)
    assert (kept["outcome"], kept["reason"]) == ("covered", "1 of 1 containers, day zero for 0")
    assert any("container web: without day zero: " in said for said in json.loads(kept["warnings"]))
    before = shop.account.runs(has)
    kept = shop.attend(has)
    assert kept["outcome"] == "failed" and "its day zero cannot be looked at" in kept["reason"]
    assert (shop.account.runs(has), shop.asked(has)) == (before, given)


def test_a_fault_takes_nothing_away(shop: Shop) -> None:
    image = shop.push()
    shop.scanned(image, "/shop")
    has = shop.service(f"shop@{image}", "has")
    shop.attend(has)

    def denied(**said: Any) -> Any:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "GetObject")

    shop.s3.meta.events.register("before-call.s3.GetObject", denied)
    try:
        assert shop.attend(has)["outcome"] == "failed"
        fresh = shop.service(f"shop@{image}", "fresh", family="fresh")
        for _ in range(2):  # the second time it is a definition of ours, without
            assert shop.attend(fresh)["reason"] == "1 of 1 containers, day zero for 0"
    finally:
        shop.s3.meta.events.unregister("before-call.s3.GetObject", denied)
    assert shop.attend(has)["outcome"] == "covered"
    assert shop.attend(fresh)["reason"] == "1 of 1 containers, day zero for 1"


def test_a_tag_counts_where_it_cannot_be_moved(shop: Shop) -> None:
    listed = shop.scanned(shop.push("v1"), "/shop")
    moving = shop.service("shop:v1", "moving")
    kept = shop.attend(moving)
    assert kept["reason"] == "1 of 1 containers, day zero for 0"
    assert any("a tag that may be moved" in said for said in json.loads(kept["warnings"]))
    shop.ecr.immutable.add("shop")
    shop.attend(moving)
    assert shop.asked(moving)["OUTRIDER_DAY_ZERO"] == f"web={listed}"


@pytest.mark.parametrize(
    ("image", "said"),
    [("nginx:1", "docker.io, not of ECR"), (f"{HOST}/shop@{sha(b'gone')}", "ImageNotFound")],
)
def test_an_image_that_cannot_be_known(shop: Shop, image: str, said: str) -> None:
    container = {"name": "web", "image": image, "entryPoint": ["/shop"]}
    definition = task_definition(containerDefinitions=[container], taskRoleArn=ROLE)
    kept = shop.attend(shop.account.service("web", shop.account.register(definition)))
    assert kept["reason"] == "1 of 1 containers, day zero for 0"
    assert any(said in warning for warning in json.loads(kept["warnings"]))


def test_without_a_role_the_sidecar_could_not_read_it(shop: Shop) -> None:
    image = shop.push()
    shop.scanned(image, "/shop")
    container = {"name": "web", "image": f"{HOST}/shop@{image}", "entryPoint": ["/shop"]}
    definition = shop.account.register(task_definition(containerDefinitions=[container]))
    kept = shop.attend(shop.account.service("web", definition))
    assert kept["outcome"] == "covered"
    assert any("no role (taskRoleArn)" in said for said in json.loads(kept["warnings"]))


def test_signed_policies_bring_their_own(shop_with: Callable[..., Shop]) -> None:
    key = {"OUTRIDER_POLICY": "s3://guard/web.policy", "OUTRIDER_POLICY_KEY": "A" * 43 + "="}
    shop = shop_with(**key)
    image = shop.push()
    shop.scanned(image, "/shop")
    service = shop.service(f"shop@{image}")
    kept = shop.attend(service)
    assert kept["reason"] == "1 of 1 containers, day zero for 0"
    assert any("policies are signed" in said for said in json.loads(kept["warnings"]))
    assert shop.asked(service) == {}


def test_a_definition_that_asks_itself_has_it_before_anything_runs(shop: Shop) -> None:
    image = shop.push()
    listed = shop.scanned(image, "/shop")
    container = {"name": "web", "image": f"{HOST}/shop@{image}", "entryPoint": ["/shop"]}
    tags = [{"key": "outrider", "value": "protect"}]
    definition = task_definition(containerDefinitions=[container], taskRoleArn=ROLE, tags=tags)
    arn = shop.account.register(definition)
    made = {"taskDefinition": {"taskDefinitionArn": arn}}
    assert shop.account.batch(call("RegisterTaskDefinition", answered=made)) == []
    kept = shop.account.latest(arn)
    assert kept["act"] == "register"
    assert f"web={listed}" in json.dumps(shop.account.document(kept["revision"]))


NEEDED = {"OUTRIDER_OUTCOMES_TABLE": "outcomes", "OUTRIDER_BUS_NAME": "outrider"}


def test_the_settings() -> None:
    assert settings.read(NEEDED | {"OUTRIDER_PROGRAMS": PROGRAMS}).programs == ""
    on = NEEDED | {"OUTRIDER_DAY_ZERO": "on"}
    assert settings.read(on | {"OUTRIDER_PROGRAMS": PROGRAMS}).programs == PROGRAMS
    for wrong in (on, on | {"OUTRIDER_PROGRAMS": "ssm:/{digest}"}, NEEDED | {"OUTRIDER_DAY_ZERO": "block"}):
        with pytest.raises(UsageError, match=r"OUTRIDER_(PROGRAMS|DAY_ZERO)"):
            settings.read(wrong)
