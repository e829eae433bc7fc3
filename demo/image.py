"""The shop's container images: a Debian root by mmdebstrap, our pages on top, written as OCI layouts.

Two images share the first layer, as images of one team do: `shop/web` (nginx and the application) and
`shop/cache` (Redis). Both are real: pulled, unpacked and run like any other.
"""

import hashlib
import io
import json
import platform
import shutil
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from outrider.errors import EnvironmentFault

PACKAGES = ("usr-is-merged", "nginx", "python3", "curl", "redis-server")
LEAVE_OUT = ("/usr/share/doc/*", "/usr/share/man/*", "/usr/share/locale/*", "/usr/share/info/*")
SHOP = Path(__file__).parents[1] / "templates" / "demo" / "shop"
WWW_DATA = 33
EPOCH = 1_600_000_000
"""Modification time of everything we add: the same tree gives the same layer."""


@dataclass(frozen=True)
class Entry:
    """One file, directory or link of the shop's own layer."""

    path: str
    source: str = ""
    mode: int = 0o644
    owner: int = 0
    link: str = ""


ENTRIES = (
    Entry("etc/nginx/nginx.conf", "nginx.conf"),
    Entry("srv/shop", mode=0o755),
    Entry("srv/shop/app.py", "app.py"),
    Entry("srv/shop/invoice.py", "invoice.py"),
    Entry("usr/local/bin/start", "start", 0o755),
    # The web root belongs to the shop's user: a mistake often made, and what the defacement needs.
    Entry("var/www/shop", mode=0o755, owner=WWW_DATA),
    Entry("var/www/shop/index.html", "index.html", owner=WWW_DATA),
    Entry("var/lib/shop", mode=0o755, owner=WWW_DATA),
    Entry("var/lib/shop/invoices", mode=0o755, owner=WWW_DATA),
    Entry("var/lib/shop/photos", mode=0o755, owner=WWW_DATA),
    Entry("var/log/nginx/access.log", link="/dev/stdout"),
    Entry("var/log/nginx/error.log", link="/dev/stderr"),
)
IMAGES: dict[str, dict[str, Any]] = {
    "shop/web": {"Entrypoint": ["/usr/local/bin/start"], "WorkingDir": "/srv/shop"},
    "shop/cache": {"Cmd": ["redis-server"]},
}


def build(cache: Path) -> dict[str, Path]:
    """Make both images below `cache`, or take them from there; return repository name → OCI layout."""
    base = _debian_root(cache)
    shop = _shop_layer()
    made = {}
    for name, config in IMAGES.items():
        layers = [base, shop] if name == "shop/web" else [base]
        made[name] = _layout(cache / name, config, layers)
    return made


def _debian_root(cache: Path) -> Path:
    """A minimal Debian as one tar file. Kept: it is the slow part, and needs the network."""
    suite = _suite()
    recipe = hashlib.sha256(repr((suite, PACKAGES, LEAVE_OUT)).encode()).hexdigest()[:16]
    made = cache / f"debian-{recipe}.tar"
    if made.exists():
        return made
    if shutil.which("mmdebstrap") is None:
        raise EnvironmentFault(
            "mmdebstrap is missing", hint="apt-get install mmdebstrap, or run make demo as root"
        )
    cache.mkdir(parents=True, exist_ok=True)
    partial = made.with_suffix(".partial.tar")
    command = ["mmdebstrap", "--quiet", "--variant=essential", f"--include={','.join(PACKAGES)}"]
    command += ["--hook-dir=/usr/share/mmdebstrap/hooks/maybe-merged-usr"]
    command += ["--aptopt=APT::Install-Recommends false"]
    command += [f"--dpkgopt=path-exclude={pattern}" for pattern in LEAVE_OUT]
    done = subprocess.run(
        [*command, suite, str(partial), *_sources()], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise EnvironmentFault(
            "mmdebstrap could not make a Debian root:\n" + done.stderr[-2000:],
            hint="is Debian's archive reachable from here?",
        )
    partial.replace(made)
    return made


def _suite() -> str:
    """This machine's Debian release, so that its package lists and keys fit."""
    for line in Path("/etc/os-release").read_text().splitlines():
        if line.startswith("VERSION_CODENAME="):
            return line.partition("=")[2].strip('"')
    return "stable"


def _sources() -> list[str]:
    """The mirror this machine uses for Debian itself; none: mmdebstrap's own default."""
    debian = Path("/etc/apt/sources.list.d/debian.sources")
    return [str(debian)] if debian.exists() else []


def _shop_layer() -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for entry in ENTRIES:
            info = tarfile.TarInfo(entry.path)
            info.mtime, info.mode, info.uid, info.gid = EPOCH, entry.mode, entry.owner, entry.owner
            if entry.link:
                info.type, info.linkname = tarfile.SYMTYPE, entry.link
                archive.addfile(info)
            elif entry.source:
                data = (SHOP / entry.source).read_bytes()
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
            else:
                info.type = tarfile.DIRTYPE
                archive.addfile(info)
    return stream.getvalue()


def _layout(where: Path, config: dict[str, Any], layers: list[Path | bytes]) -> Path:
    """Write an OCI layout with one image; blobs that are there already are not written again."""
    blobs = where / "blobs" / "sha256"
    blobs.mkdir(parents=True, exist_ok=True)
    described = [_blob(blobs, layer, "application/vnd.oci.image.layer.v1.tar") for layer in layers]
    document = {
        "architecture": {"x86_64": "amd64", "aarch64": "arm64"}[platform.machine()],
        "os": "linux",
        "config": {"Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"], **config},
        "rootfs": {"type": "layers", "diff_ids": [layer["digest"] for layer in described]},
    }
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": _blob(blobs, json.dumps(document).encode(), "application/vnd.oci.image.config.v1+json"),
        "layers": described,
    }
    index = _blob(blobs, json.dumps(manifest).encode(), manifest["mediaType"])
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
