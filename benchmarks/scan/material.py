"""What is scanned, made from nothing and kept in `.cache`: a Debian with Python and Node, and parts of it.

A quick run takes files of this machine instead: seconds, and no network.
"""

import gzip
import hashlib
import io
import shutil
import subprocess
import sysconfig
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import zstandard

from benchmarks.stage import ROOT, Stage
from outrider.errors import EnvironmentFault

CACHE = ROOT / ".cache" / "benchmarks" / "scan"
PACKAGES = ("usr-is-merged", "python3", "python3-pip", "nodejs", "npm")
FUNCTION_BYTES = 250 << 20
"""Lambda's limit of a function with its layers, unzipped."""
FILES = 3_000_000
_EMPTY = "srv/d{:05}/f{:07}"
_QUICK_BYTES = 8 << 20
_QUICK_FILES = 30_000
_TEXTS = (".py", ".js", ".json", ".md", ".txt", ".yml")

Packed = Callable[[Path, Path], None]


def root(stage: Stage) -> Path:
    """The tar of a root file system."""
    return _kept("own.tar", _own) if stage.quick else _kept(f"debian-{_recipe()}.tar", _debian)


def packed(stage: Stage, how: str) -> Path:
    """The same, compressed: `plain`, `gzip` or `zstd`."""
    plain = root(stage)
    if how == "plain":
        return plain
    return _kept(f"{plain.stem}.tar.{how}", lambda made: _PACKERS[how](plain, made))


def empties(stage: Stage) -> Path:
    """A layer of nothing but empty files, gzipped."""
    count = _QUICK_FILES if stage.quick else FILES
    return _kept(f"empties-{count}.tar.gz", lambda made: _write_empties(made, count))


def function(stage: Stage) -> Path:
    """A function's package: scripts and libraries of the root, as much as Lambda takes."""
    most = _QUICK_BYTES if stage.quick else FUNCTION_BYTES
    return _kept(f"function-{most}.zip", lambda made: _write_zip(root(stage), made, most))


def texts(stage: Stage) -> Path:
    """What people write: scripts and settings of the root, one after the other, 64 MB at most."""
    return _kept(f"texts-{root(stage).stem}", lambda made: _write_texts(root(stage), made))


def _kept(name: str, make: Callable[[Path], None]) -> Path:
    """A file of the cache, made when it is not there; never half of one."""
    path = CACHE / name
    if not path.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f"partial-{name}")
        partial.unlink(missing_ok=True)
        make(partial)
        partial.replace(path)
    return path


def _recipe() -> str:
    return hashlib.sha256(repr((_suite(), PACKAGES)).encode()).hexdigest()[:12]


def _suite() -> str:
    """This machine's Debian release: its package lists and keys fit."""
    for line in Path("/etc/os-release").read_text().splitlines():
        if line.startswith("VERSION_CODENAME="):
            return line.partition("=")[2].strip('"')
    return "stable"


def _debian(made: Path) -> None:
    if shutil.which("mmdebstrap") is None:
        raise EnvironmentFault("mmdebstrap is missing", hint="apt-get install mmdebstrap")
    sources = Path("/etc/apt/sources.list.d/debian.sources")
    command = ["mmdebstrap", "--quiet", "--variant=minbase", f"--include={','.join(PACKAGES)}"]
    command += ["--aptopt=APT::Install-Recommends false", _suite(), str(made)]
    command += [str(sources)] if sources.exists() else []
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise EnvironmentFault(
            f"mmdebstrap could not make a Debian root:\n{done.stderr[-2000:]}",
            hint="is Debian's archive reachable from here?",
        )


def _own(made: Path) -> None:
    """The package database and Python's library of this machine, as far as a quick run goes."""
    found = [Path("/usr/lib/os-release"), Path("/var/lib/dpkg/status")]
    found += sorted(Path(sysconfig.get_paths()["stdlib"]).rglob("*.py"))
    left = _QUICK_BYTES
    with tarfile.open(made, "w") as archive:
        for path in found:
            size = path.stat().st_size if path.is_file() else left
            if size < left:
                archive.add(path, str(path).lstrip("/"), recursive=False)
                left -= size


def _gzip(plain: Path, made: Path) -> None:
    with plain.open("rb") as source, gzip.GzipFile(made, "wb", compresslevel=6, mtime=0) as packed_file:
        shutil.copyfileobj(source, packed_file, 1 << 20)


def _zstd(plain: Path, made: Path) -> None:
    with plain.open("rb") as source, made.open("wb") as target:
        zstandard.ZstdCompressor(3).copy_stream(source, target)


_PACKERS: dict[str, Packed] = {"gzip": _gzip, "zstd": _zstd}


def _write_empties(made: Path, count: int) -> None:
    """Headers only; each is the first one with other digits, because tarfile would take minutes."""
    info = tarfile.TarInfo(_EMPTY.format(0, 0))
    header = info.tobuf(tarfile.USTAR_FORMAT)
    rest, middle = header[len(info.name) : 148], header[156:]
    zeros = int(header[148:154], 8)
    with gzip.GzipFile(made, "wb", compresslevel=1, mtime=0) as target:
        for start in range(0, count, 1000):
            block = bytearray()
            for number in range(start, min(start + 1000, count)):
                name = _EMPTY.format(number // 1000, number)
                checksum = zeros + sum(map(int, f"{number // 1000}{number}"))
                block += name.encode() + rest + f"{checksum:06o}\0 ".encode() + middle
            target.write(block)
        target.write(bytes(1024))


def _write_zip(plain: Path, made: Path, most: int) -> None:
    left = most
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        for path, data in _files(plain):
            if len(data) <= left and ("/lib/" in f"/{path}" or "/share/" in f"/{path}"):
                info = zipfile.ZipInfo(path, (2024, 1, 1, 0, 0, 0))
                info.compress_type = zipfile.ZIP_DEFLATED
                target.writestr(info, data)
                left -= len(data)


def _write_texts(plain: Path, made: Path) -> None:
    with made.open("wb") as target:
        for path, data in _files(plain):
            if path.endswith(_TEXTS) and target.tell() < 64 << 20:
                target.write(data)


def _files(plain: Path) -> Iterator[tuple[str, bytes]]:
    """Regular files of a tar."""
    with tarfile.open(plain) as archive:
        for member in archive:
            if member.isreg() and (content := archive.extractfile(member)) is not None:
                yield member.name.removeprefix("./"), content.read()


def changed(name: bytes) -> bytes:
    """A small layer to put on top."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        info = tarfile.TarInfo("srv/app/version")
        info.size = len(name)
        archive.addfile(info, io.BytesIO(name))
    return buffer.getvalue()


def forget(path: Path) -> None:
    """Take away a folder of an earlier trial."""
    with suppress(FileNotFoundError):
        shutil.rmtree(path)
