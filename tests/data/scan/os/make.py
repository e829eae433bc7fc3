"""Make the fixtures of the extractors of operating systems and programs that are not text.

    python -m tests.data.scan.os.make             # programs; needs nothing
    python -m tests.data.scan.os.make databases   # rpm's databases; needs rpm and db5.3-util

`expected.json` is written too, from what the extractors say now: read the difference before you commit it.
"""

import json
import sqlite3
import struct
import sys
import tempfile
import zlib
from contextlib import closing
from pathlib import Path

from outrider.scan.inventory.operating_system.registry import OPERATING_SYSTEM
from outrider.scan.inventory.program.registry import PROGRAM
from tests.contracts.test_extractors import FIXTURES, File, fixture_files, plain
from tests.data.scan.os import elves, rpms

MODULES = (
    "path\texample.com/shop/cmd/shop\n"
    "mod\texample.com/shop\t(devel)\t\n"
    "dep\tgithub.com/Masterminds/goutils\tv1.1.0\th1:x\n"
    "dep\tgolang.org/x/text\tv0.3.5\n=>\tgolang.org/x/text\tv0.3.8\th1:y\n"
    "dep\texample.com/local\tv0.0.0-00010101000000-000000000000\n=>\t./local\t(devel)\n"
    'build\t-compiler=gc\nbuild\t-ldflags="-s -X main.version=1.4.2"\n'
    "build\tvcs.revision=0123456789abcdef0123456789abcdef01234567\nbuild\tvcs.time=2024-05-01T10:00:00Z\n"
)
BANNERS = {
    "usr/local/bin/node": b"\0node.js/v20.11.1\0",
    "usr/local/bin/php": b"\0X-Powered-By: PHP/8.2.7\0",
    "usr/local/bin/redis-server": b"\x007.2.4\x00A7.2.4abcdef012345-170000000000000000" + b"0\0",
    "usr/local/bin/memcached": b"\0memcached 1.6.18\0",
    "usr/local/apache2/bin/httpd": b"\0Apache/2.4.57\0",
    "usr/local/lib/libpython3.12.so.1.0": b"\x003.12.1\0 3.12.9 \x003.40.1\0",
    "usr/local/lib/libruby.so.3.1.2": b"\0ruby 3.1.2p20 (2022-04-12 revision 4491bb740a) [x86_64-linux]\0",
    "usr/local/nginx/sbin/nginx": b"\0nginx version: nginx/1.25.3\n\0",
    "usr/local/sbin/haproxy": b"\0 version 2.6.12-1+deb12u4, released 2026/10/17\0",
    "usr/local/sbin/mariadbd": b"\x0010.11.6-MariaDB\0",
    "usr/local/bin/postgres": b"\0postgres (PostgreSQL) 16.1 (Debian 16.1-1)\n\0",
    "usr/local/bin/perl": b"\0v5.36.0\0",
    "usr/local/lib/libcrypto.so.3": b"\0OpenSSL 3.0.11 19 Sep 2023\0",
    "usr/local/lib/libcurl.so.4.8.0": b"\0libcurl/8.4.0\0",
    "bin/busybox": b"\0BusyBox v1.36.1 (2023-11-07 18:53:09 UTC)\0",
    "usr/local/bin/bash": b"\0@(#)Bash version 5.2.15(1) release GNU\0",
}
CRATES = {
    "packages": [
        {"name": "adler", "version": "1.0.2", "source": "crates.io"},
        {"name": "cc", "version": "1.0.79", "source": "crates.io", "kind": "build"},
        {"name": "shop", "version": "0.1.0", "source": "local", "dependencies": [0, 1], "root": True},
    ]
}


def put(name: str, path: str, data: bytes) -> None:
    """One file of a fixture."""
    target = FIXTURES / name / "root" / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)


def programs() -> None:
    """Hand-made ELF files."""
    inline = elves.Part(elves.go_inline("go1.22.3", MODULES), ".go.buildinfo", elves.LOAD, 6)
    put("go", "usr/local/bin/shop", elves.elf(inline))
    for bits, order, name in ((64, "<", "old"), (32, ">", "old-big")):
        place = elves.BASE + (64 + 56 if bits == 64 else 52 + 32)
        place += -place % 16
        blob = elves.go_pointed("go1.16.5", MODULES, bits, order, place)
        put(
            "go",
            f"usr/local/bin/{name}",
            elves.elf(elves.Part(blob, "", elves.LOAD, 6), bits=bits, order=order),
        )
    put("go", "usr/local/bin/other", elves.dynamic(("libc.so.6",), "/lib/ld.so"))
    crates = zlib.compress(json.dumps(CRATES).encode(), 9)
    put("rust", "usr/local/bin/shop", elves.elf(elves.Part(crates, ".dep-v0")))
    for path, banner in BANNERS.items():
        put("signature", path, elves.elf(elves.Part(bytes(64) + banner + bytes(64), ".rodata", elves.LOAD)))


def databases() -> None:
    """rpm's databases of the packages in `rpms`."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        packages = [path for spec in rpms.SPECS for path in rpms.build(spec, folder / "build")]
        database = rpms.install(packages, folder / "sqlite", "sqlite")
        rows = rpms.headers(database)
        put("rpm_sqlite", "usr/lib/sysimage/rpm/rpmdb.sqlite", small(rows, folder / "small.sqlite"))
        put("rpm_ndb", "usr/lib/sysimage/rpm/Packages.db", ndb(rows))
        for order, place in (("little", "var/lib/rpm"), ("big", "usr/share/rpm")):
            rpms.berkeley(rows, folder / "Packages", order, 1024)
            put("rpm_bdb", f"{place}/Packages", (folder / "Packages").read_bytes())
            (folder / "Packages").unlink()
    put(
        "rpm_log",
        "var/lib/rpm/rpmdb.sqlite-wal",
        struct.pack(">8I", 0x377F0682, 3007000, 4096, 0, 1, 2, 3, 4),
    )


def small(rows: list[tuple[int, bytes]], path: Path) -> bytes:
    """rpm's table alone, in the journal mode that rpm chooses; its indexes are of no use here."""
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute(
            "CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT,blob BLOB NOT NULL)"
        )
        database.executemany("INSERT INTO Packages VALUES (?, ?)", rows)
        database.commit()
    return path.read_bytes()


def ndb(rows: list[tuple[int, bytes]]) -> bytes:
    """The same headers in rpm's own format, which Debian's rpm cannot write: lib/backend/ndb/rpmpkg.c."""
    slots, blobs, at = b"", b"", 4096
    for number, blob in rows:
        body = struct.pack("<4s3I", b"BlbS", number, 1, len(blob)) + blob
        body += bytes(-(len(body) + 12) % 16)
        body += struct.pack("<II4s", zlib.adler32(body), len(blob), b"BlbE")
        slots += struct.pack("<4s3I", b"Slot", number, at // 16, len(body) // 16)
        blobs, at = blobs + body, at + len(body)
    head = struct.pack("<4s7I", b"RpmP", 0, 1, 1, len(rows) + 1, 0, 0, 0)
    free = struct.pack("<4s3I", b"Slot", 0, 0, 0)
    return (
        (head + slots).ljust(4096 - (4096 - 32 - len(slots)) // 16 * 16, b"\0")
        + free * ((4096 - 32 - len(slots)) // 16)
        + blobs
    )


def expectations() -> None:
    """What the extractors say of their fixtures."""
    for extractor in (*OPERATING_SYSTEM, *PROGRAM):
        files = fixture_files(extractor.name)
        if files:
            found = {path: plain(extractor.read(File(path, data))) for path, data in files}
            text = json.dumps(found, indent=1) + "\n"
            (FIXTURES / extractor.name / "expected.json").write_text(text)


if __name__ == "__main__":
    programs()
    if sys.argv[1:] == ["databases"]:
        databases()
    expectations()
