"""Day zero, what the scan does for it: the list of an image's programs, by the image's digest."""

import gzip
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.errors import UsageError
from outrider.policy import program_places, programs
from outrider.policy.program_places import Place
from scanner_lambda import settings
from scanner_lambda.aws.database_store import DatabaseStore
from scanner_lambda.listing import SUBJECT, Lists
from scanner_lambda.progress import Passing
from tests.programs.scanner_lambda.conftest import World, empty_database
from tests.programs.scanner_lambda.program_images import (
    FILES,
    HELPER,
    PLACE,
    PROGRAMS,
    SHELL,
    hashed,
    kept,
    layer,
)
from tests.programs.scanner_lambda.test_scan_images import push, pushed
from tests.unit.cli.scanning.artifacts import APP, INDEX, MANIFEST, sha, tar


@pytest.fixture
def listing(world: World) -> World:
    """The scan, with a place for lists."""
    world.program.lists = Lists(DatabaseStore(world.clients.s3, PLACE.bucket), PLACE)
    return world


def listed(world: World, image: str) -> programs.ProgramList | None:
    """What is kept of an image, by the way that the injector goes."""
    noted = kept(world.clients.s3, PLACE.of_image(image))
    if noted is None:
        return None
    digest = program_places.read_note(noted)
    data = kept(world.clients.s3, PLACE.of_list(digest))
    assert data is not None
    return program_places.read_list(data, digest, image)


def objects(world: World) -> dict[str, str]:
    """Key → version of all that is kept of programs."""
    found = world.clients.s3.list_objects_v2(Bucket="state", Prefix=PLACE.prefix).get("Contents", [])
    return {one["Key"]: f"{one['ETag']} {one['LastModified']}" for one in found}


def outcome(world: World) -> dict[str, Any]:
    """What the newest report says of its list."""
    summary = [one for one in world.told() if one["topic"] == "scan"][-1]
    data = world.program.store.get(summary["detail"]["report"], 1 << 24)
    assert data is not None
    (found,) = [one for one in json.loads(data)["outcomes"] if one["subject"] == SUBJECT]
    return dict(found)


def test_the_programs_of_a_pushed_image_are_kept(listing: World) -> None:
    image = push(listing, "shop", tar(APP), layer())
    assert listing.handle(pushed("shop", image)) == []
    found = listed(listing, image)
    assert found is not None and found.image == image
    assert [(one.path, one.mode) for one in found.programs] == [("/bin/helper", 0o4755), ("/bin/shop", 0o755)]
    assert set(found.hashes) == {hashed(SHELL), hashed(HELPER)}
    said = outcome(listing)
    assert said["outcome"] == "covered" and "2 programs, list " in said["detail"]


def test_it_is_what_the_command_line_makes_of_the_report(listing: World) -> None:
    image = push(listing, "shop", layer())
    listing.handle(pushed("shop", image))
    summary = next(one for one in listing.told() if one["topic"] == "scan")
    report = listing.program.store.get(summary["detail"]["report"], 1 << 24)
    assert report is not None
    data = programs.dump(programs.of_report(report))
    assert kept(listing.clients.s3, PLACE.of_list(programs.digest(data))) == data


def test_without_a_place_nothing_is_kept(world: World) -> None:
    assert world.handle(pushed("shop", push(world, "shop", layer()))) == []
    assert objects(world) == {}


def test_twice_writes_once(listing: World) -> None:
    event = pushed("shop", push(listing, "shop", layer()))
    assert listing.handle(event, event) == []
    before = objects(listing)
    assert len(before) == 2
    empty_database(listing.clients, "2026-11-27T12:00:00Z")
    assert listing.handle(event) == []  # scanned again, with that
    assert objects(listing) == before


def test_an_image_that_was_scanned_before_lists_were_wanted_gets_one(world: World) -> None:
    image = push(world, "shop", layer())
    event = pushed("shop", image)
    assert world.handle(event) == []
    world.ecr.calls.clear()
    world.program.lists = Lists(DatabaseStore(world.clients.s3, PLACE.bucket), PLACE)
    assert world.handle(event) == []
    assert listed(world, image) is not None
    assert world.ecr.calls.count("blob") == 1  # its config: layers are known


def test_each_image_of_an_index_has_its_own(listing: World) -> None:
    children = {
        arch: push(listing, "shop", layer({"bin/shop": (arch.encode(), 0o755)}), tag=arch, arch=arch)
        for arch in ("amd64", "arm64")
    }
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
    whole = listing.ecr.put("shop", index, INDEX, "v1")
    listing.handle(pushed("shop", whole))
    assert listing.handle(*listing.jobs()) == []
    for arch, digest in children.items():
        found = listed(listing, digest)
        assert found is not None and found.hashes == (hashed(arch.encode()),)
    assert listed(listing, whole) is None, "an index is no image: who runs it runs one of its images"


def test_an_image_of_which_a_layer_is_not_known_has_no_list(listing: World) -> None:
    image = push(listing, "shop", layer(), layer({"bin/more": (b"#!/bin/sh\n", 0o755)}))
    blob = sha(gzip.compress(layer(), mtime=0))
    spoilt = bytearray(listing.ecr.blobs[blob])  # type: ignore[arg-type]
    spoilt[-1] ^= 1
    listing.ecr.blobs[blob] = bytes(spoilt)
    assert listing.handle(pushed("shop", image)) == []
    assert objects(listing) == {}
    said = outcome(listing)
    assert said["outcome"] == "skipped" and "layer 0" in said["reason"]


def test_an_image_without_programs_has_no_list(listing: World) -> None:
    image = push(listing, "shop", layer({"etc/motd": (b"hello\n", 0o644)}))
    assert listing.handle(pushed("shop", image)) == []
    assert objects(listing) == {}
    assert outcome(listing)["outcome"] == "skipped"


def test_an_image_with_more_programs_than_can_be_decided_on_has_no_list(
    listing: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programs, "MOST", 1)
    assert listing.handle(pushed("shop", push(listing, "shop", layer()))) == []
    assert objects(listing) == {}
    assert "2 programs; 1 to 1" in outcome(listing)["reason"]


def test_a_list_that_is_too_large_is_not_kept(listing: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "LARGEST", 100)
    assert listing.handle(pushed("shop", push(listing, "shop", layer()))) == []
    assert objects(listing) == {}
    assert "100 is the most" in outcome(listing)["reason"]


@pytest.mark.parametrize("forged", [b"[]", b"x" * (programs.LARGEST + 1)], ids=["other", "large"])
def test_what_somebody_else_put_there_is_replaced(listing: World, forged: bytes) -> None:
    image = push(listing, "shop", layer())
    data = programs.dump(
        programs.ProgramList(
            image,
            tuple(
                sorted(
                    programs.Program(f"/{name}", hashed(body).hex(), mode)
                    for name, (body, mode) in FILES.items()
                    if mode & 0o111
                )
            ),
        )
    )
    for key in (PLACE.of_image(image), PLACE.of_list(programs.digest(data))):
        listing.clients.s3.put_object(Bucket="state", Key=key, Body=forged)
    assert listing.handle(pushed("shop", image)) == []
    assert listed(listing, image) is not None


def test_a_place_that_others_write_all_the_time_is_tried_again() -> None:
    class Busy:
        def put(self, key: str, data: bytes) -> None:
            raise AssertionError

        def versioned(self, key: str, limit: int) -> tuple[bytes, str]:
            return b"theirs", "tag"

        def replace(self, key: str, data: bytes, tag: str) -> bool:
            assert tag == "tag"
            return False

    with pytest.raises(Passing, match="somebody else"):
        Lists(Busy(), PLACE)._settle("programs/x", b"ours")


NEEDED = {
    "OUTRIDER_JOBS_QUEUE_URL": "q",
    "OUTRIDER_STATE_BUCKET": "state",
    "OUTRIDER_SCANS_TABLE": "scans",
    "OUTRIDER_IDEMPOTENCY_TABLE": "once",
    "OUTRIDER_BUS_NAME": "outrider",
}


def test_the_setting() -> None:
    assert settings.read(NEEDED).programs is None
    assert settings.read(NEEDED | {"OUTRIDER_PROGRAMS": PROGRAMS}).programs == PLACE
    with pytest.raises(UsageError, match="OUTRIDER_PROGRAMS"):
        settings.read(NEEDED | {"OUTRIDER_PROGRAMS": "s3://state/programs/"})


@given(st.text(max_size=60) | st.from_regex(r"s3://[a-z.]{3,9}/[a-z{}/]{0,9}\{digest\}", fullmatch=True))
def test_any_setting_is_a_place_or_refused(text: str) -> None:
    try:
        place = program_places.parse(text)
    except UsageError:
        return
    assert isinstance(place, Place) and text == f"s3://{place.bucket}/{place.of_list('{digest}')}"
