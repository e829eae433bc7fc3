"""The table of names as bytes."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.errors import InvalidInput
from outrider.runtime import names_table
from outrider.runtime.names_table import BUCKETS, ENTRY, HEADER, SIZE, STALE_NS, WAYS, Grant

NOW = 30 * 86_400 * 10**9


def put(table: bytearray, grant: Grant, now: int = NOW) -> names_table.Placed:
    start = names_table.bucket_of(grant.address)
    placed = names_table.place(bytes(table[start : start + WAYS * ENTRY.size]), start, grant, now)
    table[placed.offset : placed.offset + ENTRY.size] = names_table.entry(grant, placed.sequence)
    return placed


def empty() -> bytearray:
    return bytearray(names_table.header(bytes(16)).ljust(SIZE, b"\0"))


def neighbours(count: int) -> list[str]:
    """Addresses of one bucket."""
    wanted = names_table.bucket_of("10.0.0.1")
    found = (f"10.{a}.{b}.{c}" for a in range(256) for b in range(256) for c in range(256))
    return [
        address
        for address, _ in zip(
            (a for a in found if names_table.bucket_of(a) == wanted), range(count), strict=False
        )
    ]


def test_the_layout_is_the_documented_one() -> None:
    """The same numbers are asserted at compile time in native/names.h."""
    assert (HEADER.size, ENTRY.size, SIZE) == (64, 296, 1_212_480)
    header = names_table.header(b"b" * 16, 1, 2, 3)
    for place, number in (
        (names_table.GENERATION_AT, 1),
        (names_table.ALIVE_AT, 2),
        (names_table.EVICTED_AT, 3),
    ):
        assert int.from_bytes(header[place : place + 8], "little") == number


def test_an_entry_byte_for_byte() -> None:
    entry = names_table.entry(Grant("10.0.0.1", "api.shop.test", 0x1122), 6)
    assert entry[:4] == b"\6\0\0\0" and entry[8:16] == b"\x22\x11" + bytes(6)
    assert entry[16:40] == b"\4" + bytes(7) + b"\x0a\0\0\1" + bytes(12)
    assert entry[40:] == b"api.shop.test".ljust(256, b"\0")
    assert entry[4:8].hex() == "f5e8f59b"


addresses = st.ip_addresses().map(str)
hosts = st.from_regex(r"[a-z0-9_.-]{1,40}", fullmatch=True)


@given(st.lists(st.builds(Grant, addresses, hosts, st.integers(NOW - STALE_NS, NOW + STALE_NS)), max_size=30))
def test_what_was_put_is_found_the_one_answered_last_first(grants: list[Grant]) -> None:
    table, last = empty(), {}
    for grant in grants:
        put(table, grant)
        last[names_table._family_and_address(grant.address), grant.name] = grant
    for grant in grants:
        key = names_table._family_and_address(grant.address)
        same = [g for (address, _), g in last.items() if address == key]
        wanted = [g.name for g in sorted(same, key=lambda g: (-g.expires_ns, g.name))]
        found = names_table.names_of(bytes(table), grant.address, NOW)
        if len(same) <= WAYS:
            assert list(found) == wanted


def test_a_mapped_address_is_the_one_it_stands_for() -> None:
    table = empty()
    put(table, Grant("::ffff:10.0.0.1", "a", NOW))
    assert names_table.names_of(bytes(table), "10.0.0.1", NOW) == ("a",)


def test_the_one_that_expires_first_gives_way_and_is_counted() -> None:
    table, many = empty(), neighbours(WAYS + 2)
    evicted = [put(table, Grant(address, "a", NOW + n)).evicts for n, address in enumerate(many)]
    assert evicted == [False] * WAYS + [True] * 2
    found = [bool(names_table.names_of(bytes(table), address, NOW)) for address in many]
    assert found == [False] * 2 + [True] * WAYS
    assert not put(table, Grant(many[-1], "a", NOW + 99)).evicts, "its own place"


def test_what_counts_no_more_gives_way_uncounted() -> None:
    table, many = empty(), neighbours(WAYS + 1)
    for address in many[:WAYS]:
        put(table, Grant(address, "a", NOW - STALE_NS - 1))
        assert names_table.names_of(bytes(table), address, NOW) == ()
    assert not put(table, Grant(many[-1], "a", NOW)).evicts


def test_a_sequence_left_odd_by_a_crash_becomes_even_again() -> None:
    table, grant = empty(), Grant("10.0.0.1", "a", NOW)
    placed = put(table, grant)
    table[placed.offset : placed.offset + 4] = names_table.odd(placed.sequence)
    assert names_table.names_of(bytes(table), "10.0.0.1", NOW) == ()
    assert put(table, grant).sequence == placed.sequence + 0
    assert names_table.names_of(bytes(table), "10.0.0.1", NOW) == ("a",)


@pytest.mark.parametrize("name", ["", "A.test", "a b", "a\0b", "x" * 254, "b\u00fccher", "a\\046b"])
def test_what_no_rule_can_say_has_no_place(name: str) -> None:
    assert not names_table.can_be_said(name)
    with pytest.raises(InvalidInput):
        names_table.entry(Grant("10.0.0.1", name, NOW), 2)


@pytest.mark.parametrize("address", ["", "x", "10.0.0", "10.0.0.0/8"])
def test_what_is_no_address_has_no_bucket(address: str) -> None:
    with pytest.raises(InvalidInput):
        names_table.bucket_of(address)
    assert names_table.names_of(bytes(empty()), address, NOW) == ()


@given(st.binary(max_size=HEADER.size + 10))
def test_noise_is_no_table(data: bytes) -> None:
    assert names_table.names_of(data, "10.0.0.1", NOW) == ()
    with contextlib.suppress(InvalidInput):
        names_table.read_header(data)


def test_buckets_are_used_evenly_enough() -> None:
    used = {names_table.bucket_of(f"10.0.{a}.{b}") for a in range(8) for b in range(256)}
    assert len(used) > BUCKETS * 0.9
