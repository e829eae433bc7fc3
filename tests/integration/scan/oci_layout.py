"""Writes an image as an OCI layout: layers as they are given, with a config and a history."""

import gzip
import hashlib
import io
import json
import platform
import shutil
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

MACHINE = {"x86_64": "amd64", "aarch64": "arm64"}[platform.machine()]
_TAR = "application/vnd.oci.image.layer.v1.tar"


def tar(files: Mapping[str, bytes], mode: int = 0o644) -> bytes:
    """A layer with these files."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for path, data in sorted(files.items()):
            info = tarfile.TarInfo(path)
            info.size, info.mode = len(data), mode
            archive.addfile(info, io.BytesIO(data))
    return stream.getvalue()


def write(where: Path, layers: Sequence[Path | bytes]) -> Path:
    """The layout. Files are linked, not copied; bytes are stored as gzip."""
    blobs = where / "blobs" / "sha256"
    blobs.mkdir(parents=True)
    stored, identities = [], []
    for layer in layers:
        if isinstance(layer, Path):
            with layer.open("rb") as stream:
                identity = hashlib.file_digest(stream, "sha256").hexdigest()
            _link(layer, blobs / identity)
            size = layer.stat().st_size
            stored.append({"mediaType": _TAR, "digest": f"sha256:{identity}", "size": size})
        else:
            identity = hashlib.sha256(layer).hexdigest()
            stored.append(_blob(blobs, gzip.compress(layer, 6, mtime=0), f"{_TAR}+gzip"))
        identities.append(f"sha256:{identity}")
    config = {
        "architecture": MACHINE,
        "os": "linux",
        "config": {"Cmd": ["sh"], "Env": ["PATH=/usr/bin:/bin"]},
        "rootfs": {"type": "layers", "diff_ids": identities},
        "history": [{"created_by": f"layer {number}"} for number in range(len(layers))],
    }
    media = "application/vnd.oci.image."
    manifest = {
        "schemaVersion": 2,
        "mediaType": f"{media}manifest.v1+json",
        "config": _blob(blobs, json.dumps(config).encode(), f"{media}config.v1+json"),
        "layers": stored,
    }
    index = _blob(blobs, json.dumps(manifest).encode(), manifest["mediaType"])
    (where / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    (where / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [index]}))
    return where


def _link(layer: Path, blob: Path) -> None:
    """Under a second name; a copy where that is on another file system."""
    try:
        blob.hardlink_to(layer)
    except OSError:
        shutil.copyfile(layer, blob)


def _blob(blobs: Path, data: bytes, media_type: Any) -> dict[str, Any]:
    name = hashlib.sha256(data).hexdigest()
    (blobs / name).write_bytes(data)
    return {"mediaType": media_type, "digest": f"sha256:{name}", "size": len(data)}
