"""What surrounds a recipe on a CI machine: docker, pip, apt and the images, as far as a recipe asks for them.

`outrider` is ours and real; it is there only after pip was asked for it.
"""

import io
import json
import os
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

from recipes import Recipe

from demo import oci

SYSTEM = "/usr/bin:/bin"
RELEASE = 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nPRETTY_NAME="Debian 12"\n'
STATUS = "Package: openssl\nStatus: install ok installed\nArchitecture: amd64\nVersion: {}\n"
METADATA = "Metadata-Version: 2.1\nName: shop-pricing\nVersion: {}\n"
ADVISORY = {
    "id": "SHOP-1",
    "modified": "2026-01-01T00:00:00Z",
    "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
    "affected": [
        {
            "package": {"ecosystem": "PyPI", "name": "shop-pricing"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.0"}]}],
        }
    ],
}
_SUITE = "deb.example.org_debian-security_dists_bookworm-security"
INDEX = f"{_SUITE}_main_binary-amd64_Packages"
"""As apt calls the one it fetched."""

OUTRIDER = f"""#!/bin/sh
exec {sys.executable} -c 'from outrider.cli.main import main; main()' "$@"
"""
STUBS = {
    "docker": 'echo "docker $*" >>"$STUB_LOG"\n[ "$1" != save ] || cp "$STUB_IMAGE" "$4"\n',
    "sudo": 'exec "$@"\n',
    "apt-get": '[ "$1" = update ] && exec echo "apt-get $*" >>"$STUB_LOG"\nexec /usr/bin/apt-get "$@"\n',
    "pip": 'echo "pip $*" >>"$STUB_LOG"\ncp "$STUB_OUTRIDER" "$(dirname "$0")/outrider"\n',
    "python3": (
        'case "$1 $2" in\n'
        '  "-m pip") shift 2; exec "$(dirname "$0")/pip" "$@" ;;\n'
        '  "-m venv") mkdir -p "$3/bin"; exec cp "$(dirname "$0")/pip" "$3/bin/pip" ;;\n'
        f'  *) exec {sys.executable} "$@" ;;\n'
        "esac\n"
    ),
}


@dataclass(frozen=True)
class Job:
    """How a recipe's job ended."""

    status: int
    said: str
    where: Path
    """The workspace."""
    calls: str
    """What docker, pip and apt were asked, one a line."""


@dataclass(frozen=True)
class Surroundings:
    """One CI machine; every job has a fresh workspace."""

    where: Path

    def run(self, recipe: Recipe, image: Path, *, files: dict[str, str], **variables: str) -> Job:
        """Run a recipe as a job on an archive of an image, with these files in the repository."""
        workspace = self.where / f"job-{len(list(self.where.glob('job-*')))}"
        stubs = workspace.with_name(f"{workspace.name.replace('job', 'bin')}")
        workspace.mkdir()
        self._stubs(stubs)
        for name, text in files.items():
            (workspace / name).write_text(text)
        environment = self._environment(workspace, stubs, image)
        known = {
            name: value.replace("${WORKSPACE}", str(workspace)) for name, value in recipe.variables.items()
        }
        said = ""
        for script in recipe.scripts:
            done = subprocess.run(
                [*recipe.shell, "-c", script],
                cwd=workspace,
                env={**environment, **known, **variables},
                capture_output=True,
                text=True,
                check=False,
            )
            said += done.stdout + done.stderr
            if done.returncode:
                break
        return Job(done.returncode, said, workspace, (stubs / "log").read_text())

    def apt(self) -> Path:
        """An apt configuration with one security index: openssl is mended in 3.0.99."""
        lists = self.where / "lists"
        (lists / "partial").mkdir(parents=True, exist_ok=True)
        (lists / INDEX).write_text(
            "Package: openssl\nVersion: 3.0.99-1\nArchitecture: amd64\nFilename: openssl.deb\nSize: 1\n\n"
        )
        (lists / f"{_SUITE}_InRelease").write_text(
            "Codename: bookworm-security\nDate: Fri, 27 Nov 2026 10:00:00 UTC\nArchitectures: amd64\n"
            "Components: main\n"
        )
        sources = self.where / "sources.list"
        sources.write_text(
            "deb [trusted=yes arch=amd64] http://deb.example.org/debian-security bookworm-security main\n"
        )
        configuration = self.where / "apt.conf"
        configuration.write_text(
            f'Dir::State::Lists "{lists}";\nDir::Cache "{self.where}/apt-cache";\n'
            f'Dir::Etc::SourceList "{sources}";\nDir::Etc::SourceParts "-";\n'
        )
        return configuration

    def _stubs(self, where: Path) -> None:
        where.mkdir()
        (where / "log").touch()
        (where / "installed").write_text(OUTRIDER)
        (where / "installed").chmod(0o755)
        for name, text in STUBS.items():
            (where / name).write_text(f"#!/bin/sh\n{text}")
            (where / name).chmod(0o755)

    def _environment(self, workspace: Path, stubs: Path, image: Path) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name == "PYTHONPATH"}
        return {
            **kept,
            "PATH": f"{stubs}:{SYSTEM}",
            "HOME": str(workspace),
            "WORKSPACE": str(workspace),
            "STUB_LOG": str(stubs / "log"),
            "STUB_IMAGE": str(image),
            "STUB_OUTRIDER": str(stubs / "installed"),
        }


def save(where: Path, *, openssl: str, pricing: str) -> Path:
    """An image as `docker save` writes it, by skopeo."""
    layer = io.BytesIO()
    with tarfile.open(fileobj=layer, mode="w") as archive:
        for name, text in {
            "etc/os-release": RELEASE,
            "var/lib/dpkg/status": STATUS.format(openssl),
            "srv/lib/shop_pricing-1.dist-info/METADATA": METADATA.format(pricing),
        }.items():
            info = tarfile.TarInfo(name)
            info.size = len(text)
            archive.addfile(info, io.BytesIO(text.encode()))
    layout = oci.write(where.with_suffix(".layout"), {"User": "10001"}, (layer.getvalue(),))
    subprocess.run(
        [
            "skopeo",
            "--insecure-policy",
            "copy",
            "--quiet",
            f"oci:{layout}",
            f"docker-archive:{where}:app:latest",
        ],
        check=True,
        env={**os.environ, "TMPDIR": str(where.parent)},
    )
    return where


def advisory() -> str:
    """The one advisory of the database that a company publishes."""
    return json.dumps(ADVISORY)
