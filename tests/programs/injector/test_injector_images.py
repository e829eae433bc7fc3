"""Image configs through ECR's API, by a strict stub of it: moto has no blobs, and its digests are none."""

import hashlib
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from types import SimpleNamespace
from typing import Any

import pytest

from cdk_app.functions.injector.aws.images import EcrImages
from outrider.account.errors import NotThereError
from outrider.inject.task_definition import Needed, NeededImage
from outrider.model.image import Platform, ResolvedImage
from outrider.model.outcome import Failed
from outrider.scan.image import manifest

HOST = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"


def digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


class Registry:
    """A repository `shop` with an index for two platforms."""

    def __init__(self) -> None:
        self.blobs: dict[str, bytes] = {}
        self.manifests: dict[str, tuple[bytes, str]] = {}
        self.asked: list[str] = []
        entries = []
        for architecture in ("amd64", "arm64"):
            config = json.dumps(
                {
                    "os": "linux",
                    "architecture": architecture,
                    "config": {"Entrypoint": [f"/{architecture}"]},
                    "rootfs": {},
                }
            ).encode()
            self.blobs[digest(config)] = config
            described = {
                "mediaType": "application/vnd.oci.image.config.v1+json",
                "digest": digest(config),
                "size": len(config),
            }
            body = {"schemaVersion": 2, "mediaType": manifest.OCI_MANIFEST, "config": described, "layers": []}
            entries.append(
                {
                    **self.put(body, manifest.OCI_MANIFEST),
                    "platform": {"os": "linux", "architecture": architecture},
                }
            )
        index = {"schemaVersion": 2, "mediaType": manifest.OCI_INDEX, "manifests": entries}
        self.tags = {"1": str(self.put(index, manifest.OCI_INDEX)["digest"])}

    def put(self, body: Any, kind: str) -> dict[str, Any]:
        data = json.dumps(body).encode()
        self.manifests[digest(data)] = (data, kind)
        return {"mediaType": kind, "digest": digest(data), "size": len(data)}

    def batch_get_image(
        self,
        *,
        registryId: str,
        repositoryName: str,
        imageIds: list[dict[str, str]],
        acceptedMediaTypes: list[str],
    ) -> Any:
        assert (registryId, repositoryName) == ("123456789012", "shop")
        (wanted,) = imageIds
        name = wanted.get("imageDigest") or self.tags.get(wanted["imageTag"], "")
        self.asked.append(name)
        if name not in self.manifests:
            return {"images": [], "failures": [{"failureCode": "ImageNotFound"}]}
        data, kind = self.manifests[name]
        return {"images": [{"imageManifest": data.decode(), "imageManifestMediaType": kind}]}

    def get_download_url_for_layer(self, *, registryId: str, repositoryName: str, layerDigest: str) -> Any:
        return {"downloadUrl": f"{self.url}/{layerDigest}?signature=secret"}

    url = ""
    meta = SimpleNamespace(region_name="eu-west-1", endpoint_url="http://stub")


@pytest.fixture
def registry() -> Iterator[Registry]:
    made = Registry()

    class Blobs(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            data = made.blobs.get(self.path.lstrip("/").partition("?")[0])
            self.send_response(200 if data is not None else 403)
            self.end_headers()
            self.wfile.write(data or b"")

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Blobs)
    Thread(target=server.serve_forever, daemon=True).start()
    made.url = f"http://127.0.0.1:{server.server_port}"
    yield made
    server.shutdown()
    server.server_close()


def read(
    registry: Registry, reference: str, architecture: str = "arm64", images: EcrImages | None = None
) -> Any:
    reader = images or EcrImages(lambda service, region: registry)
    needed = Needed((NeededImage("web", reference, ""),), Platform("linux", architecture), frozenset({"web"}))
    return reader.read(needed)["web"]


def test_the_config_for_the_platform_of_the_task(registry: Registry) -> None:
    for architecture in ("amd64", "arm64"):
        found = read(registry, f"{HOST}/shop:1", architecture)
        assert isinstance(found, ResolvedImage)
        assert found.config.entrypoint == (f"/{architecture}",)
        assert found.pinned == f"{HOST}/shop@{registry.tags['1']}"


def test_a_digest_is_read_once_and_a_tag_each_time(registry: Registry) -> None:
    reader = EcrImages(lambda service, region: registry)
    for _ in range(2):
        read(registry, f"{HOST}/shop@{registry.tags['1']}", images=reader)
    assert len(registry.asked) == 2
    for _ in range(2):
        read(registry, f"{HOST}/shop:1", images=reader)
    assert len(registry.asked) == 6


def test_an_image_of_another_region_is_asked_there(registry: Registry) -> None:
    asked: list[tuple[str, str]] = []

    def clients(service: str, region: str) -> Registry:
        asked.append((service, region))
        return registry

    read(registry, f"{HOST.replace('eu-west-1', 'us-east-1')}/shop:1", images=EcrImages(clients))
    assert asked == [("ecr", "us-east-1")]


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        (f"{HOST}/shop:2", "ImageNotFound"),
        ("nginx:1", "docker.io is not ECR"),
        ("UPPER", "not a"),
        ("", "names no image"),
    ],
)
def test_what_cannot_be_read_says_why(registry: Registry, reference: str, said: str) -> None:
    found = read(registry, reference)
    assert isinstance(found, Failed)
    assert said in found.error


def test_what_lies_is_not_believed(registry: Registry) -> None:
    for name, data in list(registry.blobs.items()):
        registry.blobs[name] = data.replace(b"/a", b"/b")
    assert isinstance(read(registry, f"{HOST}/shop:1"), Failed)
    for name in registry.blobs:
        registry.blobs[name] = b"x" * 10_000
    assert "longer than" in read(registry, f"{HOST}/shop:1").error
    registry.blobs.clear()
    refused = read(registry, f"{HOST}/shop:1")
    assert "answered 403" in refused.error
    assert "secret" not in refused.error
    child = next(name for name, (_, kind) in registry.manifests.items() if kind == manifest.OCI_MANIFEST)
    registry.manifests = dict.fromkeys(registry.manifests, registry.manifests[child])
    assert isinstance(read(registry, f"{HOST}/shop@{registry.tags['1']}"), Failed)


def test_the_sidecar_is_pinned_once(registry: Registry) -> None:
    images = EcrImages(lambda service, region: registry)
    expected = f"{HOST}/shop@{registry.tags['1']}"
    assert [images.pinned(f"{HOST}/shop:1") for _ in range(2)] == [expected] * 2
    assert images.pinned(expected) == expected
    assert len(registry.asked) == 2
    assert images.pinned("public.ecr.aws/outrider/sidecar:1") == "public.ecr.aws/outrider/sidecar:1"


def test_a_sidecar_that_is_not_there_is_told_again_and_again(registry: Registry) -> None:
    images = EcrImages(lambda service, region: registry)
    for _ in range(2):
        with pytest.raises(NotThereError, match="ImageNotFound"):
            images.pinned(f"{HOST}/shop:2")
