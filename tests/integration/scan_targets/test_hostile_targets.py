"""Artifacts that mean harm, each scanned by a process whose memory and time are measured.

Beside each lies a layer that is in order: what is wrong is named, the rest is scanned, the report is PARTIAL.
"""

import gzip
import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import zstandard

from tests.unit.cli.commands import Outrider
from tests.unit.cli.scanning.artifacts import (
    BASE,
    FUNCTION,
    LANGUAGE_FLAW,
    OS_FLAW,
    Image,
    archive,
    folder,
    image,
    layout,
    sha,
    tar,
    zipped,
)
from tests.unit.cli.scanning.capped import PROGRAM

ROOT = Path(__file__).parents[3]
PEAK = 320 << 20
"""Bytes resident at most: a scan of nothing has some 70 MiB."""
SECONDS = 120.0
"""With other work on the machine; alone the longest, a bomb, takes some ten."""


@dataclass(frozen=True)
class Scanned:
    status: int
    report: dict[str, Any]
    err: str
    peak: int
    seconds: float

    @property
    def failed(self) -> dict[str, str]:
        return {one["subject"]: one["error"] for one in self.report["outcomes"] if one["outcome"] == "failed"}

    @property
    def flaws(self) -> set[str]:
        return {one["id"] for one in self.report["vulnerabilities"]}


def scan(tmp_path: Path, database: Path, *targets: object) -> Scanned:
    peak = tmp_path / "peak"
    command = [sys.executable, "-c", PROGRAM, str(peak), "scan", *map(str, targets), "--db", str(database)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "SOURCE_DATE_EPOCH": "1795780800"}
    started = time.monotonic()
    with (tmp_path / "out").open("wb") as out, (tmp_path / "err").open("wb") as err:
        process = subprocess.run(
            [*command, "--json", "--no-cache", "--jobs", "2"],
            stdout=out,
            stderr=err,
            env=environment,
            check=False,
        )
    told = (tmp_path / "out").read_bytes()
    said = (tmp_path / "err").read_text()
    assert "Traceback" not in said, said
    found = Scanned(
        process.returncode,
        json.loads(told) if told else {},
        said,
        int(peak.read_text()) << 10,
        time.monotonic() - started,
    )
    assert found.peak < PEAK, found.peak >> 20
    assert found.seconds < SECONDS
    return found


def members(*made: tuple[str, dict[str, Any], bytes]) -> bytes:
    """A tar of members that no file system would hold."""
    into = io.BytesIO()
    with tarfile.open(fileobj=into, mode="w", format=tarfile.GNU_FORMAT) as written:
        for name, fields, data in made:
            member = tarfile.TarInfo(name)
            member.size = len(data)
            for field, value in fields.items():
                setattr(member, field, value)
            written.addfile(member, io.BytesIO(data))
    return into.getvalue()


def nested_jar(depth: int) -> bytes:
    """A jar in a jar in a jar."""
    jar = zipped({"META-INF/MANIFEST.MF": b"Bundle-SymbolicName: door\nBundle-Version: 1\n"})
    for number in range(depth):
        jar = zipped({f"lib/inner{number}.jar": jar})
    return jar


def corrupt_sqlite() -> bytes:
    """An rpm database whose pages after the first are noise."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob BLOB NOT NULL)")
    connection.executemany("INSERT INTO Packages (blob) VALUES (?)", [(os.urandom(3000),) for _ in range(50)])
    connection.commit()
    whole = bytearray(connection.serialize())
    for at in range(4096, len(whole), 512):
        whole[at : at + 64] = b"\xff" * 64
    return bytes(whole)


FILES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "nested jars": ("app/deep.jar", lambda: nested_jar(14)),
    "a jar that is cut short": ("app/cut.jar", lambda: nested_jar(1)[:-40]),
    "huge JSON": ("app/package-lock.json", lambda: b'{"packages": {"x": "' + b"x" * (80 << 20) + b'"}}'),
    "deep JSON": ("app/package-lock.json", lambda: b'{"packages": ' + b"[" * 200_000),
    "JSON that is not UTF-8": ("app/package-lock.json", lambda: b'{"packages": {"\xff\xfe": {}}}'),
    "an rpm database of noise": (
        "var/lib/rpm/Packages",
        lambda: b"\0" * 12 + b"\x61\x15\x06\0" + b"\xff" * 9000,
    ),
    "an rpm database of ndb noise": ("var/lib/rpm/Packages.db", lambda: b"RpmP" + b"\xff" * 9000),
    "a corrupt SQLite": ("var/lib/rpm/rpmdb.sqlite", corrupt_sqlite),
    "an SQLite that is cut short": ("usr/lib/sysimage/rpm/rpmdb.sqlite", lambda: corrupt_sqlite()[:5000]),
    "YAML of billions": (
        "app/pnpm-lock.yaml",
        lambda: (
            b"a: &a [x, x]\n"
            + b"".join(b"%c: &%c [*%c, *%c]\n" % (n + 1, n + 1, n, n) for n in range(97, 121))
        ),
    ),
}


@pytest.mark.parametrize("way", ["image", "dir"])
def test_files_that_mean_harm_fail_by_name_and_the_rest_is_scanned(
    way: str, tmp_path: Path, database: Path
) -> None:
    harmful = {
        path if "/rpm/" in path else f"{number}/{path}": made()
        for number, (path, made) in enumerate(FILES.values())
    }
    if way == "image":
        target = f"archive:{archive(tmp_path / 'a.tar', {'x:1': image(BASE, harmful)})}"
    else:
        target = f"dir:{folder(tmp_path / 'd', {**BASE, **harmful})}"
    found = scan(tmp_path, database, target)
    assert found.status == 3, found
    assert found.report["partial"] is True
    for path in harmful:
        assert any(subject.startswith(f"/{path}") for subject in found.failed), (path, found.failed)
    assert OS_FLAW in found.flaws


def zeros(compress: Callable[[bytes], bytes], gibibytes: int) -> bytes:
    """A layer of zeros, as members or frames one after the other."""
    return compress(bytes(64 << 20)) * (16 * gibibytes)


def lying_tar() -> bytes:
    """A member that says it has 8 GiB, in a tar of a few blocks."""
    whole = bytearray(tar({"app/x": b"data"}))
    whole[124:136] = b"77777777777\0"
    whole[148:156] = b" " * 8
    whole[148:156] = b"%06o\0 " % sum(whole[:512])
    return bytes(whole)


LAYERS: dict[str, Callable[[], bytes]] = {
    "a tar that is cut short": lambda: tar({"app/x": b"x" * 5000})[:3000],
    "a tar that lies of its sizes": lying_tar,
    "noise": lambda: b"\xde\xad\xbe\xef" * 4000,
    "a gzip that is cut short": lambda: gzip.compress(tar({"app/x": os.urandom(5000)}))[:-2000],
    "a zstd that is cut short": lambda: zstandard.compress(tar({"app/x": os.urandom(5000)}))[:-2000],
    "bzip2": lambda: b"BZh91AY&SY" + bytes(100),
}


BOMBS: dict[str, Callable[[], bytes]] = {
    "gzip": lambda: zeros(lambda data: gzip.compress(data, 9, mtime=0), 96),
    "zstd": lambda: zeros(zstandard.ZstdCompressor(3).compress, 96),
}


def with_layers(where: Path, blobs: list[bytes]) -> Path:
    """A layout with these blobs on a layer that is in order, under their right digests."""
    good = image(BASE, *({f"app/{number}": b"x"} for number in range(len(blobs))))
    told = json.loads(good.manifest)
    for layer, blob in zip(told["layers"][1:], blobs, strict=True):
        layer |= {"digest": sha(blob), "size": len(blob)}

    class Changed(Image):
        @property
        def manifest(self) -> bytes:
            return json.dumps(told).encode()

        def everything(self) -> list[bytes]:
            return [good.blobs[0], *blobs, self.config_bytes, self.manifest]

    return layout(where, {"x": Changed(good.layers)})


def test_layers_that_mean_harm_fail_by_name_and_the_rest_is_scanned(tmp_path: Path, database: Path) -> None:
    blobs = [made() for made in LAYERS.values()]
    found = scan(tmp_path, database, f"oci:{with_layers(tmp_path / 'layout', blobs)}")
    assert found.status == 3, found
    assert found.report["partial"] is True
    assert set(found.failed) == {
        f"layer {number} ({sha(blob)[:19]}…)" for number, blob in enumerate(blobs, 1)
    }
    assert found.flaws == {OS_FLAW}


@pytest.mark.long
@pytest.mark.parametrize("name", BOMBS)
def test_a_layer_that_is_a_bomb(name: str, tmp_path: Path, database: Path) -> None:
    found = scan(tmp_path, database, f"oci:{with_layers(tmp_path / 'layout', [BOMBS[name]()])}")
    assert found.status == 3, found
    assert [subject[:7] for subject in found.failed] == ["layer 1"]
    assert found.flaws == {OS_FLAW}


def test_a_blob_that_is_another_than_its_name_says(tmp_path: Path, database: Path) -> None:
    good = image()
    where = layout(tmp_path / "layout", {"x": good})
    blob = where / "blobs" / "sha256" / sha(good.blobs[1])[7:]
    blob.write_bytes(gzip.compress(tar({"app/evil": b"x"}), mtime=0))
    found = scan(tmp_path, database, f"oci:{where}")
    assert found.status == 3
    assert [subject[:7] for subject in found.failed] == ["layer 1"]
    assert found.flaws == {OS_FLAW}


def test_a_layout_with_a_pipe_for_a_blob_is_not_waited_for(tmp_path: Path, database: Path) -> None:
    good = image()
    where = layout(tmp_path / "layout", {"x": good})
    blob = where / "blobs" / "sha256" / sha(good.blobs[1])[7:]
    blob.unlink()
    os.mkfifo(blob)
    found = scan(tmp_path, database, f"oci:{where}")
    assert found.status == 3
    assert [subject[:7] for subject in found.failed] == ["layer 1"]


def test_links_in_circles_names_that_climb_and_devices_do_no_harm(tmp_path: Path, database: Path) -> None:
    odd = members(
        ("a", {"type": tarfile.SYMTYPE, "linkname": "b"}, b""),
        ("b", {"type": tarfile.SYMTYPE, "linkname": "a"}, b""),
        ("etc", {"type": tarfile.SYMTYPE, "linkname": "../../../../etc"}, b""),
        ("var/lib/dpkg", {"type": tarfile.SYMTYPE, "linkname": "/var/lib/dpkg"}, b""),
        ("/absolute/settings.ini", {}, b"x"),
        ("../../../outside", {}, b"x"),
        ("x/../../../../etc/passwd", {}, b"root"),
        ("null", {"type": tarfile.CHRTYPE, "devmajor": 1, "devminor": 3}, b""),
        ("disk", {"type": tarfile.BLKTYPE, "devmajor": 8}, b""),
        ("pipe", {"type": tarfile.FIFOTYPE}, b""),
        ("hard", {"type": tarfile.LNKTYPE, "linkname": "/etc/shadow"}, b""),
        ("caf\udce9/\x1b[31m", {}, b"x"),
        ("n" * 5000, {}, b"x"),
    )
    found = scan(
        tmp_path, database, f"archive:{archive(tmp_path / 'a.tar', {'x:1': Image([odd, tar(BASE)])})}"
    )
    assert found.status == 0, found
    assert found.flaws == {OS_FLAW}
    assert not (tmp_path.parent / "outside").exists()
    assert "\x1b" not in found.err + json.dumps(found.report)


def overlapping_zip() -> bytes:
    """Many names for the same bytes, as 42.zip's younger kin."""
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as written:
        written.writestr("a/package.json", bytes(8 << 20))
        first = written.infolist()[0]
        for number in range(3000):
            again = zipfile.ZipInfo(f"a{number}/package.json")
            for name in ("compress_type", "CRC", "compress_size", "file_size", "header_offset"):
                setattr(again, name, getattr(first, name))
            written.filelist.append(again)
            written.NameToInfo[again.filename] = again
    return into.getvalue()


def lying_zip() -> bytes:
    """The directory says that a file has 12 bytes; it becomes 64 MiB."""
    whole = zipped({"a/package.json": bytes(64 << 20)})
    return whole.replace((64 << 20).to_bytes(4, "little"), (12).to_bytes(4, "little"))


def changed(whole: bytes) -> bytes:
    """The same zip with a byte of its first file's content turned round."""
    at = whole.index(b"package.json") + len(b"package.json") + 4
    return whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :]


ZIPS: dict[str, Callable[[], bytes]] = {
    "cut short": lambda: zipped(FUNCTION)[:-30],
    "noise": lambda: b"PK\x03\x04" + b"\xff" * 5000,
    "empty": lambda: b"PK\x03\x04",
    "overlapping": overlapping_zip,
    "lying of its sizes": lying_zip,
    "changed within": lambda: changed(zipped({"package.json": b'{"name": "x", "version": "1"}'})),
}


def test_zips_that_mean_harm_fail_by_name_and_the_rest_is_scanned(tmp_path: Path, database: Path) -> None:
    (tmp_path / "good.zip").write_bytes(zipped(FUNCTION))
    for name, made in ZIPS.items():
        (tmp_path / f"{name}.zip").write_bytes(made())
    bad = [f"zip:{tmp_path}/{name}.zip" for name in ZIPS]
    found = scan(tmp_path, database, f"zip:{tmp_path}/good.zip", *bad)
    assert found.status == 3, found
    assert found.report["partial"] is True
    for name in ("cut short", "noise", "empty", "overlapping"):
        assert str(tmp_path / f"{name}.zip") in found.failed, (name, found.failed)
    assert {"/opt/a/package.json", "/opt/package.json"} <= set(found.failed), found.failed
    assert LANGUAGE_FLAW in found.flaws


@pytest.mark.parametrize("damage", ["noise", "cut"])
def test_a_corrupt_advisory_shard(damage: str, tmp_path: Path, database: Path) -> None:
    copy = tmp_path / "database"
    shutil.copytree(database, copy)
    (shard,) = copy.glob("pypi.*.sqlite")
    data = bytearray(shard.read_bytes())
    if damage == "noise":
        data[4096:] = os.urandom(len(data) - 4096)
    shard.write_bytes(data if damage == "noise" else data[: len(data) // 2])
    found = scan(tmp_path, copy, f"archive:{archive(tmp_path / 'a.tar', {'x:1': image()})}")
    assert found.status == 3, found
    assert found.flaws == {OS_FLAW}, "the other shard is asked"
    assert any("pypi" in (subject + error).lower() for subject, error in found.failed.items()), found.failed


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("sbom", b'{"bomFormat": "CycloneDX", "components": ' + b"[" * 200_000),
        ("sbom", b"{" + b'"a":{' * 200_000),
        ("sbom", b'{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"purl": 7}]'),
        ("task", b"containerDefinitions: &a [*a]"),
        ("task", b'{"containerDefinitions": ' + b"[" * 100_000),
        ("function", b"\xff\xfe{}"),
        ("function", b'{"FunctionName": ["x"]}'),
        ("archive", b"\x1f\x8b\x08\x00" + b"\xff" * 3000),
        ("archive", b""),
        ("archive", tar({"manifest.json": b"[" * 100_000})),
        ("archive", tar({"manifest.json": b'[{"Config": "../../etc/passwd", "Layers": ["/dev/zero"]}]'})),
    ],
)
def test_a_document_that_means_harm_is_refused_by_its_name(
    kind: str, data: bytes, tmp_path: Path, outrider: Outrider
) -> None:
    (tmp_path / "document").write_bytes(data)
    result = outrider("scan", f"{kind}:{tmp_path}/document")
    assert result.status in {1, 2, 3}, result
    assert result.err.startswith("error: ")


@pytest.mark.long
def test_an_archive_that_is_a_bomb_does_not_fill_the_disk(tmp_path: Path, database: Path) -> None:
    (tmp_path / "bomb.tar.gz").write_bytes(zeros(lambda data: gzip.compress(data, 9, mtime=0), 96))
    found = scan(tmp_path, database, f"archive:{tmp_path}/bomb.tar.gz")
    assert found.status == 3
    assert "bomb.tar.gz" in found.err


def test_a_config_with_other_layers_than_the_manifest(tmp_path: Path, database: Path) -> None:
    good = image()

    class Fewer(Image):
        @property
        def manifest(self) -> bytes:
            told = json.loads(good.manifest)
            del told["layers"][0]
            return json.dumps(told).encode()

    found = scan(tmp_path, database, f"oci:{layout(tmp_path / 'layout', {'x': Fewer(good.layers)})}")
    assert found.status == 3
    assert "its manifest lists 1 layers, its config 2" in found.err
