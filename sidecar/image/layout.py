"""An OCI image layout (image-spec 1.1): blobs by digest, an index with one image an architecture."""

import gzip
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_TYPE = "application/vnd.oci.image"
EPOCH = "1970-01-01T00:00:00Z"
"""Images are dated so, that the same content has the same digest."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer, ready to be stored."""

    packed: bytes
    diff_id: str
    """Digest of the tar archive inside."""
    comment: str


def pack(archive: bytes, comment: str) -> Layer:
    """Compress a layer, always to the same bytes."""
    return Layer(gzip.compress(archive, compresslevel=6, mtime=0), _digest(archive), comment)


class Layout:
    """A layout being written into a directory."""

    def __init__(self, where: Path) -> None:
        self._where = where
        self._images: list[dict[str, Any]] = []
        (where / "blobs" / "sha256").mkdir(parents=True)

    def add_image(self, arch: str, layers: list[Layer], config: dict[str, Any]) -> None:
        """Add the image for one architecture; `config` is what containers start with."""
        described = [self._store(f"{_TYPE}.layer.v1.tar+gzip", layer.packed) for layer in layers]
        full = {
            "created": EPOCH,
            "architecture": arch,
            "os": "linux",
            "config": config,
            "rootfs": {"type": "layers", "diff_ids": [layer.diff_id for layer in layers]},
            "history": [
                {"created": EPOCH, "created_by": "outrider", "comment": layer.comment} for layer in layers
            ],
        }
        manifest = {
            "schemaVersion": 2,
            "mediaType": f"{_TYPE}.manifest.v1+json",
            "config": self._store_json(f"{_TYPE}.config.v1+json", full),
            "layers": described,
        }
        stored = self._store_json(f"{_TYPE}.manifest.v1+json", manifest)
        self._images.append({**stored, "platform": {"architecture": arch, "os": "linux"}})

    def finish(self, tag: str) -> str:
        """Write the index; return the digest by which the image of all architectures is known."""
        index = {"schemaVersion": 2, "mediaType": f"{_TYPE}.index.v1+json", "manifests": self._images}
        stored = self._store_json(f"{_TYPE}.index.v1+json", index)
        stored["annotations"] = {"org.opencontainers.image.ref.name": tag}
        outer = {"schemaVersion": 2, "mediaType": f"{_TYPE}.index.v1+json", "manifests": [stored]}
        (self._where / "index.json").write_bytes(_json(outer))
        (self._where / "oci-layout").write_bytes(_json({"imageLayoutVersion": "1.0.0"}))
        return str(stored["digest"])

    def _store_json(self, media_type: str, value: dict[str, Any]) -> dict[str, Any]:
        """Store a JSON document; return its descriptor."""
        return self._store(media_type, _json(value))

    def _store(self, media_type: str, data: bytes) -> dict[str, Any]:
        """Store a blob; return its descriptor."""
        digest = _digest(data)
        (self._where / "blobs" / "sha256" / digest.removeprefix("sha256:")).write_bytes(data)
        return {"mediaType": media_type, "digest": digest, "size": len(data)}


def _json(value: dict[str, Any]) -> bytes:
    """JSON, always the same bytes."""
    return json.dumps(value, separators=(",", ":"), sort_keys=True).encode()


def _digest(data: bytes) -> str:
    """As OCI writes it."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"
