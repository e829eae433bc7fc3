"""The account of the demo, for its tests: one registry and one moto for all, emptied between them."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from demo import registry
from demo.account import cloud
from demo.account.cloud import Cloud
from outrider.scan.image import digest

OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
OCI_LAYER = "application/vnd.oci.image.layer.v1.tar"


@pytest.fixture(scope="session")
def registry_host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with registry.running(tmp_path_factory.mktemp("registry")) as host:
        yield host


@pytest.fixture(scope="session")
def served_account(registry_host: str) -> Iterator[Cloud]:
    with cloud.served(registry_host) as found:
        yield found


@pytest.fixture
def account(served_account: Cloud) -> Iterator[Cloud]:
    served_account.reset()
    with cloud.environment(served_account.variables):
        yield served_account
    assert not served_account.functions.unknown


def content(value: Any) -> bytes:
    return json.dumps(value).encode()


def push(host: str, repository: str, tag: str, *layers: bytes, architecture: str = "amd64") -> str:
    """Push an image under a tag, or by its digest where there is none; gives its digest."""
    configuration = content({"architecture": architecture, "os": "linux", "config": {"Cmd": ["/run"]}})
    for blob in (configuration, *layers):
        push_blob(host, repository, blob)
    manifest = {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "config": described(configuration, OCI_CONFIG),
        "layers": [described(layer, OCI_LAYER) for layer in layers],
    }
    return push_manifest(host, repository, content(manifest), tag)


def described(data: bytes, media_type: str, **fields: Any) -> dict[str, Any]:
    return {"mediaType": media_type, "digest": digest.of(data), "size": len(data), **fields}


def push_blob(host: str, repository: str, data: bytes) -> None:
    place = requests.post(f"http://{host}/v2/{repository}/blobs/uploads/", timeout=10).headers["Location"]
    join = "&" if "?" in place else "?"
    done = requests.put(f"{place}{join}digest={digest.of(data)}", data=data, timeout=10)
    assert done.status_code == 201, done.text


def push_manifest(host: str, repository: str, data: bytes, tag: str) -> str:
    url = f"http://{host}/v2/{repository}/manifests/{tag or digest.of(data)}"
    headers = {"Content-Type": json.loads(data)["mediaType"]}
    done = requests.put(url, data=data, headers=headers, timeout=10)
    assert done.status_code == 201, done.text
    return digest.of(data)
