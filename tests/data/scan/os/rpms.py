"""Real rpm databases, small ones: packages made by rpmbuild, installed by rpm, and for Berkeley DB written by
libdb's own loader. The fixtures and the comparison with rpm itself both come from here."""

import os
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

EPOCH = "1700000000"


@dataclass(frozen=True)
class Spec:
    """What a package is made of."""

    name: str
    version: str
    release: str
    tags: str = ""
    """More lines of the preamble, and subpackages."""
    files: int = 1


SPECS = (
    Spec(
        "outrider-base",
        "1.0",
        "1",
        "Provides: base-capability = 3\n"
        "%package libs\nSummary: s\nLicense: LGPL-2.1-or-later\nVersion: 7.5\nEpoch: 2\n"
        "%description libs\nl\n"
        "%files libs\n%dir /opt/outrider-libs\n",
    ),
    Spec(
        "outrider-epoch", "2.5", "3.el9", "Epoch: 4\nRequires: base-capability >= 2\nRequires: /opt/nobody\n"
    ),
    Spec("outrider-module", "10.2", "1.module+el8", "ModularityLabel: node:18:8010:abcdef\n"),
    Spec("outrider-tilde", "1.0~rc1^git5", "0.1"),
)
MANY = Spec("outrider-many", "3", "1", files=3000)


def run(*command: str, where: Path) -> str:
    """Output of a command that must succeed."""
    environment = {**os.environ, "SOURCE_DATE_EPOCH": EPOCH, "HOME": str(where), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        command, env=environment, cwd=where, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, (command, done.stderr)
    return done.stdout


def build(spec: Spec, where: Path) -> list[Path]:
    """The binary packages of one spec."""
    where.mkdir(parents=True, exist_ok=True)
    listed = where / f"{spec.name}.files"
    listed.write_text(
        "".join(f"/usr/share/{spec.name}/d{n // 50}/file-{n}-é.txt\n" for n in range(spec.files))
    )
    preamble, _, subpackage = spec.tags.partition("%package")
    text = where / f"{spec.name}.spec"
    text.write_text(
        f"Name: {spec.name}\nVersion: {spec.version}\nRelease: {spec.release}\nSummary: s\nLicense: MIT\n"
        f"BuildArch: noarch\n{preamble}%description\nd\n"
        + (f"%package{subpackage}" if subpackage else "")
        + "%install\nmkdir -p %{buildroot}/opt/outrider-libs\nwhile read -r f; do\n"
        + "mkdir -p %{buildroot}$(dirname $f); echo x > %{buildroot}$f\n"
        + f"done < {listed}\n%files -f {listed}\n"
    )
    defines = ("_topdir " + str(where), "_buildhost example", "use_source_date_epoch_as_buildtime 1")
    options = [word for define in defines for word in ("--define", define)]
    run("rpmbuild", "-bb", "--quiet", *options, "--define", "_unpackaged_files_terminate_build 0", str(text),
        where=where)  # fmt: skip
    return sorted((where / "RPMS" / "noarch").glob(f"{spec.name}-*.rpm"))


def install(packages: list[Path], folder: Path, backend: str) -> Path:
    """rpm's database of these packages, in a folder; nothing else is installed."""
    folder.mkdir(parents=True)
    names = [str(package) for package in packages]
    options = ["--dbpath", str(folder), "--define", f"_db_backend {backend}"]
    run("rpm", "-i", *options, "--justdb", "--nodeps", "--noscripts", "--nosignature", *names, where=folder)
    return folder / {"sqlite": "rpmdb.sqlite", "ndb": "Packages.db"}[backend]


def query(folder: Path, backend: str, form: str) -> list[str]:
    """`rpm -qa --qf`, line by line, sorted."""
    options = ["--dbpath", str(folder), "--define", f"_db_backend {backend}"]
    return sorted(run("rpm", "-qa", *options, "--qf", form, where=folder).splitlines())


def headers(database: Path) -> list[tuple[int, bytes]]:
    """Number and header of every row of a SQLite database of rpm."""
    with closing(sqlite3.connect(database)) as connection:
        return list(connection.execute("SELECT hnum, blob FROM Packages ORDER BY hnum"))


def berkeley(rows: list[tuple[int, bytes]], path: Path, order: str = "little", page: int = 4096) -> None:
    """The same headers as rpm kept them until 4.15, written by libdb."""
    number = {"little": "1234", "big": "4321"}[order]
    following = max(row[0] for row in rows) + 1
    entries = [(0, following.to_bytes(4, order)), *rows]  # type: ignore[arg-type]
    dump = f"VERSION=3\nformat=bytevalue\ntype=hash\ndb_pagesize={page}\ndb_lorder={number}\nHEADER=END\n"
    for key, value in entries:
        dump += f" {key.to_bytes(4, order).hex()}\n {value.hex()}\n"  # type: ignore[arg-type]
    text = path.with_suffix(".dump")
    text.write_text(dump + "DATA=END\n")
    run("db5.3_load", "-f", str(text), str(path), where=path.parent)
    text.unlink()
