"""rpm's databases: hostile ones, of each kind. The good ones are in the fixtures and in test_rpm_live."""

import contextlib
import sqlite3
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider import limits
from outrider.errors import InvalidInput
from outrider.scan.inventory.extractor import File, Found
from outrider.scan.inventory.operating_system import (
    rpm_bdb,
    rpm_header,
    rpm_log,
    rpm_ndb,
    rpm_packages,
    rpm_sqlite,
)
from tests.contracts.test_extractors import fixture_files

PATH = "var/lib/rpm/rpmdb.sqlite"
TABLE = "CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT,blob BLOB NOT NULL)"
SQLITE, NDB, BDB = (fixture_files(name)[0][1] for name in ("rpm_sqlite", "rpm_ndb", "rpm_bdb"))


def header(**tags: object) -> bytes:
    """A header with strings and numbers."""
    index, store = b"", b""
    for name, value in tags.items():
        tag = getattr(rpm_header, name)
        values = value if isinstance(value, list) else [value]
        if isinstance(values[0], int):
            store += bytes(-len(store) % 4)
            kind, body = 4, struct.pack(f">{len(values)}I", *values)
        else:
            kind = 8 if isinstance(value, list) else 6
            body = b"".join(str(one).encode() + b"\0" for one in values)
        index += struct.pack(">IIiI", tag, kind, len(store), len(values))
        store += body
    return struct.pack(">II", len(tags), len(store)) + index + store


GOOD = header(NAME="a", VERSION="1", RELEASE="2", LICENSE="MIT")


def database(*statements: str, blobs: tuple[object, ...] = ()) -> bytes:
    connection = sqlite3.connect(":memory:")
    for statement in statements:
        connection.execute(statement)
    if blobs:
        connection.executemany("INSERT INTO Packages (blob) VALUES (?)", [(blob,) for blob in blobs])
    connection.commit()
    return connection.serialize()


def read(data: bytes) -> Found:
    return rpm_sqlite.read(File(PATH, data))


def test_a_plain_table_is_read() -> None:
    found = read(database(TABLE, blobs=(GOOD, "text", b"short", header(NAME="b", VERSION="1"))))
    assert [(one.name, one.version) for one in found.packages] == [("a", "1-2"), ("b", "1")]
    assert len(found.problems) == 2


@pytest.mark.parametrize(
    "statements",
    [
        ("CREATE TABLE other (x)", "CREATE VIEW Packages AS SELECT 1 AS hnum, randomblob(1000000) AS blob"),
        ("CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob AS (hex(hnum)))",),
        ("CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob BLOB NOT NULL CHECK (abs(blob)))",),
        ("CREATE TABLE Name (x)",),
        ("CREATE VIRTUAL TABLE Packages USING fts5(hnum, blob)",),
    ],
)
def test_anything_but_rpms_own_table_is_refused(statements: tuple[str, ...]) -> None:
    with pytest.raises(InvalidInput, match="no plain table"):
        read(database(*statements))


def test_triggers_and_indexes_beside_the_table_run_nothing() -> None:
    index = "CREATE INDEX i ON Packages (length(blob))"
    trigger = "CREATE TRIGGER t AFTER INSERT ON Packages BEGIN SELECT randomblob(1000000000); END"
    found = read(database(TABLE, "INSERT INTO Packages (blob) VALUES (x'00')", trigger, index))
    assert found.problems == ("a package header is cut short",)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT randomblob(10)",
        "SELECT * FROM other",
        "DELETE FROM Packages",
        "PRAGMA writable_schema = ON",
        "ATTACH '/tmp/x' AS x",
        "SELECT load_extension('/tmp/x')",
    ],
)
def test_nothing_but_reading_is_allowed(statement: str) -> None:
    connection = sqlite3.connect(":memory:")
    rpm_sqlite._open(connection, database(TABLE, "CREATE TABLE other (x)"))
    with pytest.raises(sqlite3.DatabaseError, match=r"not authorized|prohibited"):
        connection.execute(statement).fetchall()


def test_a_long_walk_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SQL_STEPS", 10_000)
    found = read(database(TABLE, blobs=(GOOD,) * 9_000))
    assert len(found.packages) < 9_000
    assert "interrupted" in found.problems[-1]


def test_damaged_pages_hide_only_what_is_on_them() -> None:
    data = bytearray(database(TABLE, blobs=tuple(header(NAME=f"p{n}", VERSION="1") for n in range(900))))
    at = len(data) - 3 * 4096
    data[at : at + 4096] = bytes(4096)
    found = read(bytes(data))
    assert 0 < len(found.packages) < 900
    assert "SQLite could not read all of it" in found.problems[-1]


@given(
    st.sampled_from([(SQLITE, rpm_sqlite.read), (NDB, rpm_ndb.read), (BDB, rpm_bdb.read)]),
    st.lists(st.tuples(st.integers(0, 40_000), st.binary(min_size=1, max_size=6)), min_size=1, max_size=12),
    st.integers(0, 40_000),
)
def test_damage_is_survived(what: tuple[bytes, object], damage: list[tuple[int, bytes]], end: int) -> None:
    data, reader = bytearray(what[0]), what[1]
    for at, noise in damage:
        data[at % len(data) : at % len(data) + len(noise)] = noise
    for whole in (bytes(data), bytes(data[:end])):
        with contextlib.suppress(InvalidInput):
            reader(File(PATH, whole))  # type: ignore[operator]


def test_chains_that_loop_or_are_shared_end() -> None:
    path, data = fixture_files("rpm_bdb")[1]
    size = int.from_bytes(data[20:24], "little")
    assert size == 1024
    looping = bytearray(data)
    for page in range(len(data) // size):
        if data[page * size + 25] == 7:
            looping[page * size + 16 : page * size + 20] = page.to_bytes(4, "little")
    found = rpm_bdb.read(File(path, bytes(looping)))
    assert len(found.packages) < len(rpm_bdb.read(File(path, data)).packages)
    assert "is damaged" in found.problems[0]


def test_other_berkeley_databases_are_refused() -> None:
    for at, what in ((12, b"\x62\x31\x05\x00"), (24, b"\x01"), (25, b"\x09"), (26, b"\x01"), (20, b"\x01")):
        data = bytearray(fixture_files("rpm_bdb")[1][1])
        data[at : at + len(what)] = what
        with pytest.raises(InvalidInput):
            rpm_bdb.read(File("var/lib/rpm/Packages", bytes(data)))


def test_slots_that_share_a_blob_are_refused() -> None:
    data = bytearray(NDB)
    for at in range(48, 4096, 16):
        data[at : at + 16] = data[32:48]
    with pytest.raises(InvalidInput, match="share"):
        rpm_ndb.read(File("var/lib/rpm/Packages.db", bytes(data)))


def test_keys_are_no_packages_and_epochs_of_nothing_are_left_out() -> None:
    blobs = [
        header(NAME="gpg-pubkey", VERSION="1", RELEASE="1"),
        header(NAME="a", VERSION="1", RELEASE="1", EPOCH=0),
    ]
    assert [one.version for one in rpm_packages.found(blobs, PATH).packages] == ["1-1"]


def test_old_headers_name_whole_paths_and_bad_indexes_are_passed_over() -> None:
    old = header(NAME="a", VERSION="1", OLDFILENAMES=["/etc/x", "/etc/y"])
    new = header(NAME="b", VERSION="1", BASENAMES=["p", "q"], DIRNAMES=["/usr/"], DIRINDEXES=[0, 7])
    owned = {one.package: one.paths for one in rpm_packages.found([old, new], PATH).owned}
    assert owned == {"a": ("/etc/x", "/etc/y"), "b": ("/usr/p",)}


def test_small_headers_that_name_much_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "OWNED_TEXT", 100_000)
    blob = header(
        NAME="a", VERSION="1", BASENAMES=["f"] * 5000, DIRNAMES=["/" + "d" * 4000], DIRINDEXES=[0] * 5000
    )
    (owned,) = rpm_packages.found([blob], PATH).owned
    assert sum(map(len, owned.paths)) <= 100_000


@given(st.binary(max_size=200), st.integers(0, 120), st.binary(min_size=1, max_size=8))
def test_any_header_is_survived(noise: bytes, at: int, damage: bytes) -> None:
    blob = bytearray(header(NAME="a", VERSION="1", EPOCH=3, BASENAMES=["p"], DIRNAMES=["/"], DIRINDEXES=[0]))
    blob[at : at + len(damage)] = damage
    rpm_packages.found([bytes(blob), noise], PATH)


def test_a_log_with_anything_in_it_is_a_problem() -> None:
    path, data = fixture_files("rpm_log")[0]
    assert rpm_log.read(File(path, b"")) == Found()
    assert "not in rpm's database yet" in rpm_log.read(File(path, data)).problems[0]
    with pytest.raises(InvalidInput):
        rpm_log.read(File(path, b"something else"))
