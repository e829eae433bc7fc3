"""OCI layouts of the demos' images: layers of files of ours, blobs, one manifest."""

import hashlib
import io
import json
import platform
import tarfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

EPOCH = 1_600_000_000
"""Modification time of everything we add: the same tree gives the same layer."""

_LAYER = "application/vnd.oci.image.layer.v1.tar"
_CONFIG = "application/vnd.oci.image.config.v1+json"
_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True)
class Entry:
    """One file, directory (no source) or link of a layer."""

    path: str
    source: Path | bytes | None = None
    mode: int = 0o644
    owner: int = 0
    link: str = ""


def layer(entries: Iterable[Entry]) -> bytes:
    """A layer's tar."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for entry in entries:
            info = tarfile.TarInfo(entry.path)
            info.mtime, info.mode, info.uid, info.gid = EPOCH, entry.mode, entry.owner, entry.owner
            if entry.link:
                info.type, info.linkname = tarfile.SYMTYPE, entry.link
                archive.addfile(info)
            elif entry.source is not None:
                data = entry.source if isinstance(entry.source, bytes) else entry.source.read_bytes()
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
            else:
                info.type = tarfile.DIRTYPE
                archive.addfile(info)
    return stream.getvalue()


def write(
    where: Path, config: dict[str, Any], layers: Sequence[Path | bytes], history: Sequence[str] = ()
) -> Path:
    """Write a layout with one image; blobs that are there already are not written again.

    `history`: what made each layer, as a Dockerfile says it.
    """
    blobs = where / "blobs" / "sha256"
    blobs.mkdir(parents=True, exist_ok=True)
    described = [_blob(blobs, layer, _LAYER) for layer in layers]
    document = {
        "architecture": {"x86_64": "amd64", "aarch64": "arm64"}[platform.machine()],
        "os": "linux",
        "config": {"Env": [_PATH], **config},
        "rootfs": {"type": "layers", "diff_ids": [layer["digest"] for layer in described]},
    }
    if history:
        document["history"] = [{"created_by": words} for words in history]
    manifest = {
        "schemaVersion": 2,
        "mediaType": _MANIFEST,
        "config": _blob(blobs, json.dumps(document).encode(), _CONFIG),
        "layers": described,
    }
    index = _blob(blobs, json.dumps(manifest).encode(), _MANIFEST)
    (where / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    (where / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [index]}))
    return where


def _blob(blobs: Path, content: Path | bytes, media_type: str) -> dict[str, Any]:
    if isinstance(content, bytes):
        digest, size = hashlib.sha256(content).hexdigest(), len(content)
        (blobs / digest).write_bytes(content)
    else:
        with content.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        size = content.stat().st_size
        if not (blobs / digest).exists():
            (blobs / digest).hardlink_to(content)
    return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": size}
