import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from outrider.cli.engine import layout
from outrider.errors import OutriderError
from outrider.model.image import Platform

AMD, ARM = Platform("linux", "amd64"), Platform("linux", "arm64")
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar"
CONFIG = "application/vnd.oci.image.config.v1+json"


class Writer:
    """Writes an OCI layout."""

    def __init__(self, path: Path) -> None:
        self.path = path
        (path / "blobs/sha256").mkdir(parents=True)

    def blob(self, content: bytes | dict[str, Any], media_type: str, **extra: Any) -> dict[str, Any]:
        """Write a blob and describe it."""
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        name = hashlib.sha256(data).hexdigest()
        (self.path / "blobs/sha256" / name).write_bytes(data)
        return {"mediaType": media_type, "digest": f"sha256:{name}", "size": len(data), **extra}

    def image(self, platform: Platform, **config: Any) -> dict[str, Any]:
        """An image for a platform, described."""
        document = {"os": platform.os, "architecture": platform.architecture, "config": config, "rootfs": {}}
        manifest = {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": self.blob(document, CONFIG),
            "layers": [self.blob(f"layer {platform}".encode(), LAYER)],
        }
        named = {"os": platform.os, "architecture": platform.architecture}
        return self.blob(manifest, MANIFEST, platform=named)

    def index(self, *entries: dict[str, Any]) -> None:
        """The layout's index."""
        (self.path / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": entries}))


def test_the_image_for_the_platform_is_taken_also_from_a_nested_index(tmp_path: Path) -> None:
    writer = Writer(tmp_path)
    images = [writer.image(AMD, Cmd=["amd"], Volumes={"/data": {}}, StopSignal="SIGQUIT"), writer.image(ARM)]
    writer.index(*images)
    flat = layout.load(f"oci:{tmp_path}", AMD)
    assert (flat.config.cmd, flat.volumes, flat.stop_signal) == (("amd",), ("/data",), "SIGQUIT")
    writer.index(writer.blob({"schemaVersion": 2, "mediaType": INDEX, "manifests": images}, INDEX))
    assert layout.load(f"oci:{tmp_path}", AMD) == flat
    assert layout.load(f"oci:{tmp_path}", ARM).config.architecture == "arm64"


def test_a_tag_chooses_among_images(tmp_path: Path) -> None:
    writer = Writer(tmp_path)
    entries = [
        {**writer.image(AMD, Cmd=[tag]), "annotations": {"org.opencontainers.image.ref.name": tag}}
        for tag in ("one", "two")
    ]
    writer.index(*entries)
    assert layout.load(f"oci:{tmp_path}:two", AMD).config.cmd == ("two",)
    with pytest.raises(OutriderError, match="no such image"):
        layout.load(f"oci:{tmp_path}:three", AMD)


@pytest.mark.parametrize("which", range(3))
def test_a_blob_that_is_not_what_its_name_says_is_refused(tmp_path: Path, which: int) -> None:
    writer = Writer(tmp_path)
    writer.index(writer.image(AMD))
    blob = sorted((tmp_path / "blobs/sha256").iterdir())[which]
    blob.write_bytes(blob.read_bytes() + b" ")
    with pytest.raises(OutriderError):
        layout.load(f"oci:{tmp_path}", AMD)


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"{}", b'{"manifests": 1}', b'{"manifests": []}', b'{"manifests": [1]}']
)
def test_what_is_no_layout_is_refused(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "index.json").write_bytes(raw)
    with pytest.raises(OutriderError):
        layout.load(f"oci:{tmp_path}", AMD)
    with pytest.raises(OutriderError):
        layout.load(f"oci:{tmp_path}/nowhere", AMD)
