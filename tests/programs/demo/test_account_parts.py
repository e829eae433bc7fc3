"""The account demo's parts: what it ships is wrong and right as it says, and the same every time."""

import io
import json
import tarfile
import zipfile
from pathlib import Path

from account_fixtures import account, registry_host, served_account

from demo.account import cloud as clouds
from demo.account import protecting, shipping
from demo.account.cloud import Cloud
from demo.account.stage import Stage
from demo.scan.image import MENDED, credential
from demo.story import Story

__all__ = ["account", "registry_host", "served_account"]


def contents(layout: Path) -> dict[str, bytes]:
    """Files of all layers, by name."""
    found = {}
    for blob in sorted((layout / "blobs" / "sha256").iterdir()):
        if tarfile.is_tarfile(blob):
            with tarfile.open(blob) as archive:
                for member in archive:
                    stream = archive.extractfile(member)
                    found[member.name] = stream.read() if stream else b""
    return found


def test_the_image_has_its_mistakes_and_the_mended_one_has_none(tmp_path: Path) -> None:
    shipped = contents(shipping.layout(tmp_path / "shipped"))
    mended = contents(shipping.layout(tmp_path / "mended", MENDED))
    assert credential().encode() in shipped["srv/pricing/.env"] and "srv/pricing/.wh..env" in shipped
    assert not any(credential().encode() in data for data in mended.values())
    assert shipped["var/lib/dpkg/status"] == Path("/var/lib/dpkg/status").read_bytes()


def test_a_function_is_the_same_bytes_every_time() -> None:
    for runtime in shipping.FUNCTIONS.values():
        handler, data = shipping.package(runtime)
        assert (handler, data) == shipping.package(runtime)
        names = zipfile.ZipFile(io.BytesIO(data)).namelist()
        assert handler.partition(".")[0] in {name.partition(".")[0] for name in names}


def test_what_is_shipped_is_told_to_the_queues_and_a_state_shows_a_change(account: Cloud) -> None:
    clouds.deployed(account)
    role = shipping.role(account)
    shipping.create_function(account, "prices", role)
    made = shipping.create_services(account)
    assert set(made) == set(shipping.SERVICES) and account.waiting("injector") == 1 + len(made)
    stage = Stage(Story(), Path(), account)
    before = protecting.state(stage, "prices")
    client = account.client("lambda")
    client.update_function_configuration(FunctionName="prices", Timeout=7)
    assert protecting.state(stage, "prices") != before
    client.update_function_configuration(FunctionName="prices", Timeout=3)
    assert protecting.state(stage, "prices") == before
    client.tag_resource(Resource=json.loads(before)["FunctionArn"], Tags={"a": "b"})
    assert protecting.state(stage, "prices") != before
