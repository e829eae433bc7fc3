"""Debian's archive as this machine knows it: the security index, and two roots that differ by its updates.

Both roots come from one run of mmdebstrap: the base suite as it was released, and the same after `apt-get
upgrade` against the security suite. They are kept in the cache under the digest of that index.
"""

import hashlib
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from demo.image import LEAVE_OUT, release
from outrider.errors import EnvironmentFault

PACKAGES = ("usr-is-merged", "python3-minimal", "openssl", "ca-certificates", "zlib1g")
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_MAIN, _SECURITY = "http://deb.debian.org/debian", "http://deb.debian.org/debian-security"

_CONFIGURATION = """\
Dir::State::Lists "{lists}";
Dir::Cache "{cache}";
Dir::Etc::SourceList "{sources}";
Dir::Etc::SourceParts "-";
APT::Sandbox::User "";
Acquire::Languages "none";
"""
_NOT_IN_A_LAYER = ("./dev/*", "./proc/*", "./sys/*", "./var/lib/apt/lists/*", "./var/cache/apt/*")


@dataclass(frozen=True)
class Roots:
    """Two Debian roots as tar files."""

    released: Path
    upgraded: Path


def configure(cache: Path, work: Path) -> Path:
    """An apt configuration with lists of its own, so that this machine's stay as they are: for APT_CONFIG."""
    lists, packages, sources = cache / "apt-lists", work / "apt-cache", work / "security.list"
    for folder in (lists / "partial", packages):
        folder.mkdir(parents=True, exist_ok=True)
    signed = f" [signed-by={KEYRING}]" if KEYRING.exists() else ""
    sources.write_text(
        f"deb{signed} {_mirror(_SECURITY, f'{release()}-security')} {release()}-security main\n"
    )
    configuration = work / "apt.conf"
    configuration.write_text(_CONFIGURATION.format(lists=lists, cache=packages, sources=sources))
    return configuration


def roots(cache: Path, work: Path) -> Roots:
    """Make the two roots below `cache`, or take them from there."""
    made = cache / f"debian-{_recipe(cache / 'apt-lists')}-released.tar"
    upgraded = made.with_name(made.name.replace("-released", "-upgraded"))
    if made.exists() and upgraded.exists():
        return Roots(made, upgraded)
    if shutil.which("mmdebstrap") is None:
        raise EnvironmentFault("mmdebstrap is missing", hint="apt-get install mmdebstrap")
    for old in cache.glob("debian-*-released.tar"), cache.glob("debian-*-upgraded.tar"):
        for path in old:
            path.unlink()
    with tempfile.TemporaryDirectory(dir=work) as folder:
        Path(folder).chmod(0o755)
        snapshot = Path(folder) / "released.tar"
        snapshot.touch()
        snapshot.chmod(0o666)  # without root, the hooks run as another user of a namespace
        partial = upgraded.with_suffix(".partial.tar")
        _mmdebstrap(snapshot, partial)
        shutil.move(snapshot, made)
        partial.replace(upgraded)
    return Roots(made, upgraded)


def _mmdebstrap(snapshot: Path, output: Path) -> None:
    suite = release()
    security = f"deb {_mirror(_SECURITY, f'{suite}-security')} {suite}-security main"
    leave = " ".join(f"--exclude='{pattern}'" for pattern in _NOT_IN_A_LAYER)
    apt = 'APT_CONFIG="$MMDEBSTRAP_APT_CONFIG" apt-get -qq --yes -oDPkg::Chroot-Directory="$1"'
    hooks = (
        f"tar -C \"$1\" --numeric-owner --sort=name {leave} -cf '{snapshot}' .",
        f"echo '{security}' > \"$1/etc/apt/sources.list\"",
        f"{apt} update && {apt} upgrade",
        # What the second image's Dockerfile would do: nothing in it needs to raise its privileges.
        'find "$1" -xdev -perm /6000 -type f -exec chmod a-s {} +',
    )
    command = ["mmdebstrap", "--quiet", "--variant=essential", f"--include={','.join(PACKAGES)}"]
    command += ["--hook-dir=/usr/share/mmdebstrap/hooks/maybe-merged-usr"]
    command += ["--aptopt=APT::Install-Recommends false", "--aptopt=Acquire::Languages none"]
    command += [f"--dpkgopt=path-exclude={pattern}" for pattern in LEAVE_OUT]
    command += [f"--customize-hook={hook}" for hook in hooks]
    command += [suite, str(output), f"deb {_mirror(_MAIN, suite)} {suite} main"]
    environment = {key: value for key, value in os.environ.items() if key != "APT_CONFIG"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        raise EnvironmentFault(
            "mmdebstrap could not make a Debian root:\n" + done.stderr[-2000:],
            hint="is Debian's archive reachable from here?",
        )


def _recipe(lists: Path) -> str:
    """Names what the roots are made of, the security index with its date included."""
    indexes = sorted(path for path in lists.glob("*_Packages*") if path.is_file())
    digest = hashlib.sha256(repr((release(), PACKAGES, LEAVE_OUT)).encode())
    for path in indexes:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _mirror(default: str, suite: str) -> str:
    """Where this machine gets a suite from; `default` where it does not say."""
    command = ("apt-get", "indextargets", "--no-release-info", "--format", "$(REPO_URI) $(RELEASE)")
    done = subprocess.run((*command, "Created-By: Packages"), capture_output=True, text=True, check=False)
    for line in done.stdout.splitlines():
        uri, _, named = line.partition(" ")
        if named == suite and uri.startswith(("http://", "https://")):
            return uri.rstrip("/")
    return default
