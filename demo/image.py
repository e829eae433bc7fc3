"""The shop's container images: a Debian root by mmdebstrap, our pages on top, written as OCI layouts.

Two images share the first layer, as images of one team do: `shop/web` (nginx and the application) and
`shop/cache` (Redis). Both are real: pulled, unpacked and run like any other.
"""

import hashlib
import shutil
import subprocess
from pathlib import Path
from typing import Any

from demo import oci
from demo.oci import Entry
from outrider.errors import EnvironmentFault

PACKAGES = ("usr-is-merged", "nginx", "python3", "curl", "redis-server")
LEAVE_OUT = ("/usr/share/doc/*", "/usr/share/man/*", "/usr/share/locale/*", "/usr/share/info/*")
SHOP = Path(__file__).parents[1] / "templates" / "demo" / "shop"
WWW_DATA = 33

ENTRIES = (
    Entry("etc/nginx/nginx.conf", SHOP / "nginx.conf"),
    Entry("srv/shop", mode=0o755),
    Entry("srv/shop/app.py", SHOP / "app.py"),
    Entry("srv/shop/invoice.py", SHOP / "invoice.py"),
    Entry("usr/local/bin/start", SHOP / "start", 0o755),
    # The web root belongs to the shop's user: a mistake often made, and what the defacement needs.
    Entry("var/www/shop", mode=0o755, owner=WWW_DATA),
    Entry("var/www/shop/index.html", SHOP / "index.html", owner=WWW_DATA),
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
    shop = oci.layer(ENTRIES)
    made = {}
    for name, config in IMAGES.items():
        layers: list[Path | bytes] = [base, shop] if name == "shop/web" else [base]
        made[name] = oci.write(cache / name, config, layers)
    return made


def _debian_root(cache: Path) -> Path:
    """A minimal Debian as one tar file. Kept: it is the slow part, and needs the network."""
    suite = release()
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


def release() -> str:
    """This machine's Debian release, so that its package lists and keys fit."""
    for line in Path("/etc/os-release").read_text().splitlines():
        if line.startswith("VERSION_CODENAME="):
            return line.partition("=")[2].strip('"')
    return "stable"


def _sources() -> list[str]:
    """The mirror this machine uses for Debian itself; none: mmdebstrap's own default."""
    debian = Path("/etc/apt/sources.list.d/debian.sources")
    return [str(debian)] if debian.exists() else []
