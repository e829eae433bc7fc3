"""The table of names: the supervisor's reader, with sanitizers, finds what the library's finds."""

import ipaddress
import random
import zlib
from pathlib import Path

from supervised import unit as run

from outrider.runtime import names_table
from outrider.runtime.names_table import Grant

NOW = 40 * 86_400 * 10**9
NAMES = ("api.shop.test", "cdn.test", "a", "_x.y-z.test", "0" * 253)
ADDRESSES = tuple(f"10.0.0.{n}" for n in range(40)) + tuple(f"fd00::{n:x}" for n in range(40))


def table_of(grants: list[Grant]) -> bytearray:
    """A table in memory, as the sidecar fills the file."""
    table = bytearray(names_table.SIZE)
    table[: names_table.HEADER.size] = names_table.header(bytes(16), alive_ns=NOW)
    for grant in grants:
        start = names_table.bucket_of(grant.address)
        bucket = bytes(table[start : start + names_table.WAYS * names_table.ENTRY.size])
        placed = names_table.place(bucket, start, grant, NOW)
        entry = names_table.entry(grant, placed.sequence)
        table[placed.offset : placed.offset + len(entry)] = entry
    return table


def read_by_both(units: Path, file: Path, table: bytes, addresses: tuple[str, ...]) -> None:
    file.write_bytes(table)
    asked = ""
    for address in addresses:
        parsed = ipaddress.ip_address(address)
        asked += f"{parsed.version} {parsed.packed.hex()}\n"
    found = [line.split()[1:] for line in run(units, "names", file, str(NOW), text=asked).splitlines()]
    assert found == [list(names_table.names_of(table, address, NOW)) for address in addresses]


def some_grants(chance: random.Random, count: int) -> list[Grant]:
    ages = (-8, -7, -6, -1, 0, 1, 30)
    return [
        Grant(chance.choice(ADDRESSES), chance.choice(NAMES), NOW + chance.choice(ages) * 86_400 * 10**9)
        for _ in range(count)
    ]


def test_both_readers_find_the_same(units: Path, tmp_path: Path) -> None:
    chance = random.Random(7)  # noqa: S311 - a seed, so that a failure comes again
    for count in (0, 1, 50, 800):
        read_by_both(units, tmp_path / "names", table_of(some_grants(chance, count)), ADDRESSES)


def test_both_readers_find_the_same_in_damaged_tables(units: Path, tmp_path: Path) -> None:
    chance = random.Random(8)  # noqa: S311
    whole = table_of(some_grants(chance, 400))
    filled = [at for at in range(64, len(whole), 296) if whole[at + 16]]
    for _ in range(60):
        table = bytearray(whole)
        for _ in range(chance.randrange(1, 200)):
            at = (
                chance.randrange(64)
                if chance.random() < 0.01
                else chance.choice(filled) + chance.randrange(60)
            )
            table[at] = chance.choice((0, 0xFF, table[at] ^ 1 << chance.randrange(8)))
        if chance.random() < 0.2:
            del table[chance.randrange(len(table)) :]
        read_by_both(units, tmp_path / "names", bytes(table), ADDRESSES)


def test_a_name_without_an_end_is_none(units: Path, tmp_path: Path) -> None:
    """With the right checksum: whoever could write it would be the sidecar, and still nothing runs over."""
    table = table_of([Grant("10.0.0.1", "x", NOW)])
    at = names_table.bucket_of("10.0.0.1")
    table[at + 40 : at + 296] = b"a" * 256
    table[at + 4 : at + 8] = zlib.crc32(table[at + 8 : at + 296]).to_bytes(4, "little")
    read_by_both(units, tmp_path / "names", bytes(table), ("10.0.0.1",))
    assert names_table.names_of(bytes(table), "10.0.0.1", NOW) == ()


def test_who_reads_is_told_by_the_sign_of_life(units: Path, tmp_path: Path) -> None:
    file = tmp_path / "names"
    readers = []
    for alive in (0, NOW, NOW + 10**6, NOW - 6 * 10**9):
        table = table_of([])
        table[: names_table.HEADER.size] = names_table.header(bytes(16), alive_ns=alive)
        file.write_bytes(table)
        readers.append(run(units, "names", file, str(NOW), text="4 0a000001\n").strip())
    assert readers == ["1", "2", "2", "0"]
