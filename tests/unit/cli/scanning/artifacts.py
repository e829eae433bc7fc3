"""Small artifacts in every form that `outrider scan` takes, made in memory, with one flaw of each kind."""

import gzip
import hashlib
import io
import json
import tarfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FEEDS = Path(__file__).parents[3] / "data" / "scan" / "feeds"
"""Advisories of packages that do not exist: `lamp` of Debian 12, `coach-door` of PyPI."""

LAYER = "application/vnd.oci.image.layer.v1.tar"
CONFIG = "application/vnd.oci.image.config.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"

OS_RELEASE = b'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nPRETTY_NAME="Debian 12"\n'
DPKG = b"Package: lamp\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.2-1\n\n"
DOOR = b"Metadata-Version: 2.1\nName: coach-door\nVersion: 1.4.1\n"
KEY = "AKIA" + "QYLPMN5HFIQR7XYA"
"""Looks like an AWS key ID, and was made up here."""
SECRET = f"aws_access_key_id = {KEY}\n".encode()

BASE = {"etc/os-release": OS_RELEASE, "var/lib/dpkg/status": DPKG}
APP = {"usr/lib/python3/dist-packages/coach_door-1.4.1.dist-info/METADATA": DOOR, "app/settings.ini": SECRET}
FUNCTION = {"handler.py": b"def handler(event, context): ...\n", "coach_door-1.4.1.dist-info/METADATA": DOOR}

OS_FLAW, LANGUAGE_FLAW = "CVE-2026-40001", "CVE-2026-11111"

Files = Mapping[str, bytes]


def sha(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def tar(files: Files) -> bytes:
    """A layer, the same bytes for the same files."""
    into = io.BytesIO()
    with tarfile.open(fileobj=into, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(data), 0o644
            archive.addfile(member, io.BytesIO(data))
    return into.getvalue()


def zipped(files: Files) -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return into.getvalue()


@dataclass
class Image:
    """An image that is made of layers as they are in the blob, and of what its config says."""

    layers: Sequence[bytes]
    """Uncompressed."""
    config: dict[str, Any] = field(default_factory=dict)
    architecture: str = "amd64"
    compressed: bool = True

    @property
    def blobs(self) -> list[bytes]:
        return [gzip.compress(one, 1, mtime=0) if self.compressed else one for one in self.layers]

    @property
    def config_bytes(self) -> bytes:
        return json.dumps(
            {
                "architecture": self.architecture,
                "os": "linux",
                "created": "2026-11-01T00:00:00Z",
                "config": self.config,
                "rootfs": {"type": "layers", "diff_ids": [sha(one) for one in self.layers]},
                "history": [{"created_by": f"COPY {n} /"} for n in range(len(self.layers))],
            }
        ).encode()

    @property
    def manifest(self) -> bytes:
        ending = "+gzip" if self.compressed else ""
        return json.dumps(
            {
                "schemaVersion": 2,
                "mediaType": MANIFEST,
                "config": described(self.config_bytes, CONFIG),
                "layers": [described(one, LAYER + ending) for one in self.blobs],
            }
        ).encode()

    def everything(self) -> list[bytes]:
        return [*self.blobs, self.config_bytes, self.manifest]


def image(*layers: Files, **fields: Any) -> Image:
    """An image of these layers; without any, of a base and an application with their flaws."""
    return Image([tar(files) for files in layers or (BASE, APP)], **fields)


def described(data: bytes, media_type: str, **fields: Any) -> dict[str, Any]:
    return {"mediaType": media_type, "digest": sha(data), "size": len(data), **fields}


def layout(where: Path, images: Mapping[str, Image]) -> Path:
    """An OCI layout; images by name."""
    folder = where / "blobs" / "sha256"
    folder.mkdir(parents=True, exist_ok=True)
    entries = []
    for name, one in images.items():
        for blob in one.everything():
            (folder / sha(blob).removeprefix("sha256:")).write_bytes(blob)
        told = {"annotations": {"org.opencontainers.image.ref.name": name}}
        platform = {"platform": {"os": "linux", "architecture": one.architecture}}
        entries.append(described(one.manifest, MANIFEST, **told, **platform))
    (where / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    (where / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": entries}))
    return where


def archive(path: Path, images: Mapping[str, Image]) -> Path:
    """What `docker save` of old writes; images by their tags."""
    files: dict[str, bytes] = {}
    told = []
    for tag, one in images.items():
        names = [f"{sha(layer)[7:]}.tar" for layer in one.layers]
        files |= dict(zip(names, one.layers, strict=True))
        config = f"{sha(one.config_bytes)[7:]}.json"
        files[config] = one.config_bytes
        told.append({"Config": config, "RepoTags": [tag], "Layers": names})
    path.write_bytes(tar({**files, "manifest.json": json.dumps(told).encode()}))
    return path


def folder(where: Path, files: Files) -> Path:
    for name, data in files.items():
        (where / name).parent.mkdir(parents=True, exist_ok=True)
        (where / name).write_bytes(data)
    return where
