"""OCI layouts around layers that lie in files."""

import gzip
import hashlib
import json
import platform
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import zstandard

_MEDIA = "application/vnd.oci.image.layer.v1.tar"
_CHUNK = 1 << 20


def write(where: Path, layers: Sequence[Path | bytes]) -> Path:
    """An image of these layers, lowest first: files (plain, gzip, zstd), or the bytes of a tar."""
    blobs = where / "blobs" / "sha256"
    blobs.mkdir(parents=True, exist_ok=True)
    described, diffs = [], []
    for layer in layers:
        described.append(_blob(blobs, layer, _media(layer)))
        diffs.append(f"sha256:{_diff(layer)}")
    config = {
        "architecture": {"x86_64": "amd64", "aarch64": "arm64"}[platform.machine()],
        "os": "linux",
        "config": {"Cmd": ["/bin/sh"]},
        "rootfs": {"type": "layers", "diff_ids": diffs},
    }
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": _blob(blobs, json.dumps(config).encode(), "application/vnd.oci.image.config.v1+json"),
        "layers": described,
    }
    index = _blob(blobs, json.dumps(manifest).encode(), str(manifest["mediaType"]))
    (where / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    (where / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [index]}))
    return where


def _media(layer: Path | bytes) -> str:
    ending = layer.suffix if isinstance(layer, Path) else ""
    return _MEDIA + {".gzip": "+gzip", ".gz": "+gzip", ".zstd": "+zstd"}.get(ending, "")


def _blob(blobs: Path, content: Path | bytes, media: str) -> dict[str, Any]:
    if isinstance(content, bytes):
        digest, size = hashlib.sha256(content).hexdigest(), len(content)
        (blobs / digest).write_bytes(content)
    else:
        with content.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        size = content.stat().st_size
        if not (blobs / digest).exists():
            _link(content, blobs / digest)
    return {"mediaType": media, "digest": f"sha256:{digest}", "size": size}


def _link(content: Path, name: Path) -> None:
    """A hard link, or a copy where the work directory is on another file system."""
    try:
        name.hardlink_to(content)
    except OSError:
        shutil.copyfile(content, name)


def _diff(layer: Path | bytes) -> str:
    """SHA-256 of the tar, uncompressed."""
    hashed = hashlib.sha256()
    if isinstance(layer, bytes):
        hashed.update(layer)
        return hashed.hexdigest()
    with layer.open("rb") as raw:
        media = _media(layer)
        stream: Any = raw
        if media.endswith("+gzip"):
            stream = gzip.GzipFile(fileobj=raw)
        elif media.endswith("+zstd"):
            stream = zstandard.ZstdDecompressor().stream_reader(raw)
        while piece := stream.read(_CHUNK):
            hashed.update(piece)
    return hashed.hexdigest()
