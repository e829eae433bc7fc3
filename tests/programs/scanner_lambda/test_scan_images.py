"""Images: from an event to findings on the bus, over moto and a stand-in for ECR's layers."""

import gzip
import json
from typing import Any

from scanner_lambda import inventories
from tests.programs.scanner_lambda.conftest import ACCOUNT, REGION, World, empty_database, with_settings
from tests.unit.cli.scanning.artifacts import APP, BASE, CONFIG, INDEX, KEY, LAYER, MANIFEST, sha, tar

GZIP = f"{LAYER}+gzip"


def push(
    world: World,
    repository: str,
    *layers: bytes,
    tag: str = "v1",
    arch: str = "amd64",
    entrypoint: tuple[str, ...] = (),
) -> str:
    """Put an image into the stand-in; gives its digest."""
    packed = [gzip.compress(layer, mtime=0) for layer in layers]
    config = json.dumps(
        {
            "os": "linux",
            "architecture": arch,
            "config": {"Env": ["PASSWORD=hunter2hunter2"], "Entrypoint": list(entrypoint) or None},
            "rootfs": {"type": "layers", "diff_ids": [sha(layer) for layer in layers]},
        }
    ).encode()
    for blob in (*packed, config):
        world.ecr.blobs[sha(blob)] = blob
    described = [{"mediaType": GZIP, "digest": sha(blob), "size": len(blob)} for blob in packed]
    told = {"mediaType": CONFIG, "digest": sha(config), "size": len(config)}
    manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": told, "layers": described}
    return world.ecr.put(repository, json.dumps(manifest).encode(), MANIFEST, tag)


def pushed(repository: str, digest: str, tag: str = "v1", **changes: Any) -> str:
    """ECR's event."""
    detail = {
        "result": "SUCCESS",
        "repository-name": repository,
        "image-digest": digest,
        "action-type": "PUSH",
        "image-tag": tag,
    }
    event = {
        "version": "0",
        "source": "aws.ecr",
        "detail-type": "ECR Image Action",
        "account": ACCOUNT,
        "region": REGION,
        "detail": detail,
    }
    return json.dumps(event | changes)


def test_a_pushed_image_is_scanned_and_told(world: World) -> None:
    digest = push(world, "shop", tar(BASE), tar(APP))
    assert world.handle(pushed("shop", digest)) == []
    told = world.told()
    assert [one["topic"] for one in told].count("scan") == 1
    summary = next(one for one in told if one["topic"] == "scan")
    assert summary["subject"]["digest"] == digest and summary["subject"]["name"] == "shop:v1"
    secrets = [one for one in told if one["detail"].get("family") == "secret"]
    assert secrets and all(one["detail"]["change"] == "new" for one in secrets)
    assert KEY not in json.dumps(told) and "hunter2hunter2" not in json.dumps(told)
    assert world.index.put_ == [(f"image:{digest}", 2)]
    kept = inventories.inventory(world.program.store, f"image:{digest}")
    assert kept is not None and {one.name for one in kept.packages} == {"lamp", "coach-door"}


def test_one_digest_in_ten_repositories_is_scanned_once_and_told_ten_times(world: World) -> None:
    layers = (tar(BASE), tar(APP))
    events = [pushed(f"team{n}/shop", push(world, f"team{n}/shop", *layers)) for n in range(10)]
    assert world.handle(*events) == []
    assert world.ecr.calls.count("blob") == 3  # its config and two layers
    assert len(world.index.put_) == 1
    assert len({one["subject"]["name"] for one in world.told() if one["topic"] == "scan"}) == 10


def test_a_new_image_reads_only_its_new_layers(world: World) -> None:
    world.handle(pushed("shop", push(world, "shop", tar(BASE), tar(APP))))
    world.ecr.calls.clear()
    world.told()
    new = push(world, "shop", tar(BASE), tar({"srv/new.txt": b"hello"}))
    assert world.handle(pushed("shop", new)) == []
    assert world.ecr.calls.count("blob") == 2  # config and one layer
    gone = [one for one in world.told() if one["detail"].get("change") == "gone"]
    assert {one["detail"]["family"] for one in gone} == {"secret"}


def test_a_message_that_comes_twice_changes_and_says_nothing(world: World) -> None:
    event = pushed("shop", push(world, "shop", tar(BASE)))
    world.handle(event)
    world.told()
    world.ecr.calls.clear()
    assert world.handle(event, event) == []
    assert world.told() == [] and "blob" not in world.ecr.calls


def test_with_another_database_the_image_is_judged_again_and_nothing_is_read(world: World) -> None:
    event = pushed("shop", push(world, "shop", tar(BASE)))
    world.handle(event)
    world.told()
    empty_database(world.clients, "2026-11-27T12:00:00Z")
    world.ecr.calls.clear()
    assert world.handle(event) == []
    assert world.ecr.calls.count("blob") == 1  # its config
    assert [one["topic"] for one in world.told()] == ["scan"]


def test_an_index_becomes_a_job_for_each_platform(world: World) -> None:
    children = {arch: push(world, "shop", tar(BASE), tag=arch, arch=arch) for arch in ("amd64", "arm64")}
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
    digest = world.ecr.put("shop", index, INDEX, "v1")
    assert world.handle(pushed("shop", digest)) == []
    jobs = world.jobs()
    assert {json.loads(job)["digest"] for job in jobs} == {digest}, "it is what the tag points to"
    assert {json.loads(job)["platform"] for job in jobs} == {"linux/amd64", "linux/arm64"}
    assert world.handle(*jobs) == []
    assert {one[0] for one in world.index.put_} == {f"image:{one}" for one in children.values()}


def test_a_manifest_that_lies_is_refused_and_the_rest_goes_on(world: World) -> None:
    good, lying = push(world, "good", tar(BASE)), push(world, "bad", tar(APP))
    world.ecr.manifests["bad", lying] = world.ecr.manifests["good", good]
    assert world.handle(pushed("bad", lying), pushed("good", good)) == ["0"]
    told = world.told()
    assert [one["topic"] for one in told].count("trouble") == 1
    assert any(one["subject"]["name"] == "good:v1" for one in told)


def test_a_layer_that_is_not_what_it_should_be_is_failed_and_said(world: World) -> None:
    digest = push(world, "shop", tar(BASE))
    blob = next(
        name for name in world.ecr.blobs if world.ecr.blobs[name] == gzip.compress(tar(BASE), mtime=0)
    )
    other = bytearray(world.ecr.blobs[blob])  # type: ignore[arg-type]
    other[-1] ^= 1
    world.ecr.blobs[blob] = bytes(other)
    assert world.handle(pushed("shop", digest)) == []
    summary = next(one for one in world.told() if one["topic"] == "scan")
    assert summary["detail"]["counts"]["failed"] >= 1
    assert any("layer 0" in one["subject"] for one in summary["detail"]["failed"])


def test_a_download_that_breaks_off_goes_on_where_it_did(world: World) -> None:
    digest = push(world, "shop", tar({**BASE, "srv/blob": bytes(range(256)) * 40}))
    world.ecr.cut_after = 400
    assert world.handle(pushed("shop", digest)) == []
    summary = next(one for one in world.told() if one["topic"] == "scan")
    assert not any(one["subject"].startswith("layer") for one in summary["detail"]["failed"])


def test_what_an_invocation_has_no_time_for_goes_on_in_the_next(world: World) -> None:
    digest = push(world, "shop", tar(BASE), tar(APP))
    world.context.left = 1000
    assert world.handle(pushed("shop", digest)) == []
    (job,) = world.jobs()
    assert json.loads(job)["attempt"] == 1 and json.loads(job)["reason"] == "continue"
    assert world.told() == []
    world.context.left = 300_000
    assert world.handle(job) == []
    assert any(one["topic"] == "scan" for one in world.told())


def test_what_never_comes_to_its_end_is_failed(world: World) -> None:
    digest = push(world, "shop", tar(BASE))
    world.context.left = 1000
    with_settings(world, attempts=2)
    bodies = [pushed("shop", digest)]
    for _ in range(3):
        assert world.handle(*bodies) == []
        bodies = world.jobs()
    assert bodies == []
    summary = next(one for one in world.told() if one["topic"] == "scan")
    assert any("time" in one["error"] for one in summary["detail"]["failed"])


def test_a_layer_that_killed_the_function_before_is_not_begun_for_ever(world: World) -> None:
    layer = tar(BASE)
    digest = push(world, "shop", layer)
    for _ in range(world.program.settings.tries):
        world.program.table.add(f"image:{digest}", f"part#{sha(layer)}", 2_000_000_000)
    assert world.handle(pushed("shop", digest)) == []
    summary = next(one for one in world.told() if one["topic"] == "scan")
    assert any("never came to its end" in one["error"] for one in summary["detail"]["failed"])


def test_an_image_that_was_deleted_meanwhile_is_no_failure(world: World) -> None:
    assert world.handle(pushed("shop", "sha256:" + "0" * 64)) == []


def test_an_unsigned_database_is_not_believed_and_the_rest_is_told(world: World) -> None:
    world.clients.s3.put_object(Bucket="state", Key="db/manifest.sig", Body=b"nothing")
    assert world.handle(pushed("shop", push(world, "shop", tar(APP)))) == []
    told = world.told()
    summary = next(one for one in told if one["topic"] == "scan")
    assert any(one["subject"] == "advisory database" for one in summary["detail"]["failed"])
    assert any(one["detail"].get("family") == "secret" for one in told)


def test_other_accounts_are_refused(world: World) -> None:
    digest = push(world, "shop", tar(BASE))
    assert world.handle(pushed("shop", digest, account="999999999999")) == ["0"]
