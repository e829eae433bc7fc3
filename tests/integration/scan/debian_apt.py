"""A Debian root as its release has it, without security updates; and what apt says that these would change.

apt is given lists of its own (APT_CONFIG): the main and security suites of this machine's release, for this
machine's architecture and a foreign one. The image is made of the first, the database of the second.
"""

import hashlib
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from oci_layout import MACHINE

KEYS = "/usr/share/keyrings/debian-archive-keyring.gpg"
FOREIGN = {"amd64": "arm64", "arm64": "amd64"}[MACHINE]

INCLUDE = (
    *("usr-is-merged", "python3", "nodejs", "curl", "ca-certificates", "tzdata"),
    *("libldb2", "libwbclient0"),  # one source, two versions: 2:2.6.2+samba4.17.12 of 2:4.17.12
    *("libpq5", "postgresql-client-common"),  # arch:all; its sisters' versions begin with 15+
    *("node-undici", "node-llhttp"),  # 8.1.0~5.15.0 of 5.15.0
    "gron",  # a Go program of Debian's, which does not know what it was linked with
    "telnet",  # 0.17+2.4 of 2:2.4: an epoch that only the source has
)
LEAVE_OUT = ("/usr/share/man/*", "/usr/share/locale/*", "/usr/share/info/*", "/usr/share/doc/*/*")
KEEP = ("/usr/share/doc/*/copyright",)

Upgrade = tuple[str, str, str, str]
"""(binary package, architecture, installed version, version of apt's candidate)."""


def run(*command: object, env: Mapping[str, str] | None = None) -> str:
    """Output of a command that must succeed, in the C locale."""
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C", **(env or {})}
    done = subprocess.run([*map(str, command)], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, (command, done.stderr[-3000:], done.stdout[-1000:])
    return done.stdout


def suites() -> tuple[str, str]:
    """Source lines of this machine's release: the release itself, and its security updates."""
    os_release = Path("/etc/os-release").read_text()
    codename = re.search(r"^VERSION_CODENAME=(\w+)", os_release, re.MULTILINE)
    assert codename, "not a Debian release"
    mirrors = {}
    for stanza in Path("/etc/apt/sources.list.d/debian.sources").read_text().split("\n\n"):
        fields = dict(re.findall(r"^(\w[\w-]*): *(.*)$", stanza, re.MULTILINE))
        for suite in fields.get("Suites", "").split():
            mirrors[suite] = fields["URIs"].split()[0]
    options = f"[signed-by={KEYS}]"
    names = codename[1], f"{codename[1]}-security"
    base, security = (f"deb {options} {mirrors[name]} {name} main" for name in names)
    return base, security


@dataclass(frozen=True)
class DebianImage:
    """An image of Debian's release without security updates."""

    root: Path
    """Its one layer, a tar file."""
    layout: Path
    status: Path
    """A copy of its `/var/lib/dpkg/status`."""


@dataclass(frozen=True)
class Apt:
    """apt with one set of lists."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """Makes every apt program, and `outrider db build --from-apt`, use these lists."""
        return {"APT_CONFIG": str(self.folder / "apt.conf")}

    def configure(self, sources: str, architectures: tuple[str, ...]) -> None:
        """Write the settings."""
        for name in ("lists/partial", "none"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        (self.folder / "sources.list").write_text(sources + "\n")
        settings = {
            "Dir::State::lists": f"{self.folder}/lists",
            "Dir::Etc::sourcelist": f"{self.folder}/sources.list",
            "Dir::Etc::sourceparts": f"{self.folder}/none",
            "Dir::Etc::preferences": "/dev/null",
            "Dir::Etc::preferencesparts": f"{self.folder}/none",
            "Dir::Etc::parts": f"{self.folder}/none",
            "Dir::Cache::pkgcache": "",
            "Dir::Cache::srcpkgcache": "",
            "APT::Sandbox::User": "root",
            "Acquire::Languages": "none",
            "Acquire::Retries": "3",
            "Debug::NoLocking": "true",
        }
        lines = [f'{name} "{value}";' for name, value in settings.items()]
        lines.append("#clear APT::Architectures;")
        lines += [f'APT::Architectures:: "{name}";' for name in architectures]
        (self.folder / "apt.conf").write_text("\n".join(lines) + "\n")

    def update(self) -> None:
        """Fetch the lists, unless they are there."""
        if not list((self.folder / "lists").glob("*Packages*")):
            run("apt-get", "update", "-q", "--error-on=any", env=self.environment)

    def index(self, architecture: str) -> Iterator[dict[str, str]]:
        """The stanzas of the one package index of an architecture, read as deb822(5) says."""
        (path,) = (self.folder / "lists").glob(f"*_binary-{architecture}_Packages*")
        text = run("/usr/lib/apt/apt-helper", "cat-file", path)
        for stanza in text.strip().split("\n\n"):
            yield dict(re.findall(r"^([\w-]+): *(.*)$", stanza, re.MULTILINE))

    def dist_upgrade(self, status: Path) -> set[Upgrade]:
        """What `apt-get dist-upgrade` would do to a machine with this status file."""
        said = run(
            "apt-get", "-s", "dist-upgrade", "-o", f"Dir::State::status={status}", env=self.environment
        )
        assert " 0 to remove and 0 not upgraded." in said, said
        lines = re.findall(r"^Inst (\S+) \[(\S+)\] \((\S+) .*\[(\w+)\]\)", said, re.MULTILINE)
        return {(name.partition(":")[0], arch, old, new) for name, old, new, arch in lines}

    def upgradable(self, status: Path) -> set[Upgrade]:
        """Packages with a newer candidate, whether or not it can be installed."""
        said = run("apt", "list", "--upgradable", "-o", f"Dir::State::status={status}", env=self.environment)
        lines = re.findall(r"^(\S+?)/\S+ (\S+) (\w+) \[upgradable from: (\S+)\]", said, re.MULTILINE)
        return {(name, arch, old, new) for name, new, arch, old in lines}


def newer(one: str, other: str) -> bool:
    """Whether a version is later than another, as dpkg says."""
    return subprocess.run(("dpkg", "--compare-versions", one, "gt", other), check=False).returncode == 0


def source_of(stanza: Mapping[str, str]) -> tuple[str, str]:
    """Name and version of the source package, as deb-control(5) says."""
    name, _, version = stanza.get("Source", stanza["Package"]).partition(" ")
    return name, version.strip("()") or stanza["Version"]


def base_root(cache: Path, base: str) -> Path:
    """A Debian root of one suite as a tar file. Kept: it needs the network, and a minute."""
    recipe = hashlib.sha256(repr((base, INCLUDE, LEAVE_OUT, KEEP, MACHINE)).encode()).hexdigest()[:12]
    made = cache / f"debian-base-{recipe}.tar"
    if not made.exists():
        cache.mkdir(parents=True, exist_ok=True)
        partial = made.with_suffix(".partial.tar")
        options = [f"--dpkgopt=path-exclude={pattern}" for pattern in LEAVE_OUT]
        options += [f"--dpkgopt=path-include={pattern}" for pattern in KEEP]
        options += ["--dpkgopt=force-unsafe-io", "--aptopt=APT::Install-Recommends false"]
        suite = base.split()[3]
        include = f"--include={','.join(INCLUDE)}"
        run("mmdebstrap", "--quiet", "--variant=minbase", include, *options, suite, partial, base)
        partial.replace(made)
    return made
