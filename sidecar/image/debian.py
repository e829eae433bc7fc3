"""Debian packages of any architecture: downloaded by apt into a place of its own, taken apart by dpkg-deb.

apt checks the signature of the lists and the hash of each package. Nothing is installed, nothing needs root.
"""

import io
import os
import re
import shutil
import subprocess
import tarfile
import time
from pathlib import Path

from outrider.errors import EnvironmentFault
from sidecar.image.contents import DEBIAN_PACKAGES, SUITE, wanted
from sidecar.image.tree import Node, Tree

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
FRESH_SECONDS = 24 * 3600
"""Downloaded packages older than this are looked for anew: an image should have the security updates."""

_CONFIGURATION = """\
Dir "{root}/";
Dir::State "state/";
Dir::State::status "{root}/status";
Dir::Cache "cache/";
Dir::Log "log/";
Dir::Etc::main "/etc/apt/apt.conf";
Dir::Etc::parts "/etc/apt/apt.conf.d";
Dir::Etc::preferences "-";
Dir::Etc::preferencesparts "-";
Dir::Etc::sourcelist "{root}/sources.list";
Dir::Etc::sourceparts "-";
APT::Architecture "{arch}";
APT::Architectures {{ "{arch}"; }};
APT::Sandbox::User "";
APT::Get::List-Cleanup "false";
Acquire::Languages "none";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
Acquire::Retries "3";
"""
_FILES = ("state/lists/partial", "cache/archives/partial", "log")


def fetch(arch: str, cache: Path, mirrors: tuple[str, str] | None = None) -> list[Path]:
    """Return the packages of the image for `arch` as .deb files, downloaded unless the cache has fresh ones.

    `mirrors` are the addresses of Debian and of its security updates; without them, those this machine's own
    apt uses. Raises EnvironmentFault: no apt, no mirror, no network and nothing cached.
    """
    packages = cache / "packages"
    stamp = cache / "stamp"
    wanted_now = f"{SUITE} {arch} {' '.join(DEBIAN_PACKAGES)}"
    cached = stamp.is_file() and stamp.read_text() == wanted_now
    if cached and time.time() - stamp.stat().st_mtime < FRESH_SECONDS:
        return sorted(packages.glob("*.deb"))
    try:
        _download(arch, cache, mirrors or host_mirrors())
    except EnvironmentFault:
        if not cached:
            raise
    else:
        stamp.write_text(wanted_now)
    return sorted(packages.glob("*.deb"))


def host_mirrors() -> tuple[str, str]:
    """Where this machine's own apt finds Debian and its security updates. Raises EnvironmentFault."""
    said = _run(["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"], os.environ)
    addresses = said.decode().split()
    main = next((a for a in addresses if re.search(r"/debian/?$", a)), None)
    security = next((a for a in addresses if re.search(r"/debian-security/?$", a)), None)
    if main is None or security is None:
        raise EnvironmentFault(
            "this machine's apt knows no Debian mirror",
            hint="name them: --mirror URI --security-mirror URI.",
        )
    return main, security


def unpack(package: Path, tree: Tree) -> str:
    """Put a package's files into the tree; return its entry for dpkg's status file, which scanners read."""
    archive = _run(["dpkg-deb", "--fsys-tarfile", str(package)], os.environ)
    with tarfile.open(fileobj=io.BytesIO(archive)) as members:
        tree.add_tar(members, wanted)
    control = _run(["dpkg-deb", "--field", str(package)], os.environ).decode().rstrip()
    name, rest = control.split("\n", 1)
    return f"{name}\nStatus: install ok installed\n{rest}\n"


def base_files(tree: Tree, status: list[str]) -> None:
    """Add what maintainer scripts would have made, as far as anybody asks for it."""
    tree.add("var/lib/dpkg/status", Node("\n".join(sorted(status)).encode()))
    tree.add("etc/passwd", Node(b"root:x:0:0:root:/root:/usr/sbin/nologin\n"))
    tree.add("etc/group", Node(b"root:x:0:\n"))
    tree.add("etc/nsswitch.conf", Node(b"passwd: files\ngroup: files\nhosts: files dns\n"))


def _download(arch: str, cache: Path, mirrors: tuple[str, str]) -> None:
    """Have apt fetch the packages into `cache`."""
    if not KEYRING.is_file():
        raise EnvironmentFault(f"{KEYRING} is missing", hint="apt-get install debian-archive-keyring")
    root = (cache / "apt").absolute()
    for name in _FILES:
        (root / name).mkdir(parents=True, exist_ok=True)
    (root / "status").touch()
    lines = [f"deb [signed-by={KEYRING}] {mirrors[0]} {SUITE} main"]
    lines += [f"deb [signed-by={KEYRING}] {mirrors[1]} {SUITE}-security main"]
    (root / "sources.list").write_text("\n".join(lines) + "\n")
    (root / "apt.conf").write_text(_CONFIGURATION.format(root=root, arch=arch))
    environment = {**os.environ, "APT_CONFIG": str(root / "apt.conf"), "LC_ALL": "C.UTF-8"}
    _run(["apt-get", "update", "-qq"], environment)
    fresh = cache / "fresh"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    _run(["apt-get", "download", "-qq", *DEBIAN_PACKAGES], environment, fresh)
    shutil.rmtree(cache / "packages", ignore_errors=True)
    fresh.rename(cache / "packages")


def _run(
    command: list[str], environment: "os._Environ[str] | dict[str, str]", where: Path | None = None
) -> bytes:
    """Run a program of Debian's; its words are the error's words."""
    try:
        done = subprocess.run(  # noqa: S603 - argument lists of our own
            command, env=dict(environment), cwd=where, capture_output=True, check=False
        )
    except FileNotFoundError:
        raise EnvironmentFault(
            f"{command[0]} is not here",
            hint="the image is built on Debian or a derivative; else use the Dockerfile.",
        ) from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        raise EnvironmentFault(f"{command[0]} {command[1]} exited {done.returncode}: {said[-2000:]}")
    return done.stdout
