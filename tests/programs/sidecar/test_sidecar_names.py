"""The sidecar's half of names without a network: packet filter, table, and what is said when it fails.

With a network and a supervisor they are in tests/native/test_names_learned.py.
"""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.errors import InvalidInput
from outrider.model.event import Event, FrameType
from outrider.runtime import names_table
from outrider.runtime.names_table import Grant
from outrider.runtime.packets import IPV4, IPV6, Fragment, parse
from sidecar import names as names_module
from sidecar.capture import Capture, program
from sidecar.health import judge
from sidecar.names import Names
from sidecar.names_table import NamesTable
from sidecar.settings import Settings, from_environment
from tests.unit.runtime.dns_packets import TCP, UDP, ipv4, ipv6, tcp, udp

LINK_PROTOCOL = 0xFFFFF000


def passes(data: bytes, link: int) -> bool:
    """What the kernel does with the filter: a load beyond the packet drops it."""
    accumulator = index = place = 0
    lines = program()
    sizes = {0x20: 4, 0x28: 2, 0x30: 1, 0x48: 2}
    while True:
        code, true, false, value = lines[place]
        place += 1
        if code == 0x06:
            return bool(value)
        if code in sizes and value == LINK_PROTOCOL:
            accumulator = link
        elif code in sizes:
            start = value + (index if code == 0x48 else 0)
            if start + sizes[code] > len(data):
                return False
            accumulator = int.from_bytes(data[start : start + sizes[code]])
        elif code == 0xB1:
            if value >= len(data):
                return False
            index = 4 * (data[value] & 0xF)
        else:
            holds = accumulator == value if code == 0x15 else bool(accumulator & value)
            place += true if holds else false


PORTS = st.sampled_from([53, 54, 443, 5353, 40000])


@given(PORTS, PORTS, st.sampled_from([UDP, TCP]), st.integers(0, 10), st.booleans())
def test_the_filter_lets_dns_through_and_nothing_else(
    source: int, target: int, transport: int, words: int, six: bool
) -> None:
    carried = udp(source, target, b"x" * 20) if transport == UDP else tcp(source, target, 1, b"x" * 20)
    packet = ipv6(transport, carried) if six else ipv4(transport, carried, options=bytes(4 * words))
    assert passes(packet, IPV6 if six else IPV4) == (53 in (source, target))


@given(st.binary(max_size=80), st.sampled_from([IPV4, IPV6, 0x0806]))
def test_the_filter_drops_noise_but_what_could_be_dns(data: bytes, link: int) -> None:
    try:
        found = parse(data, link)
        wanted = 53 in (found.source_port, found.target_port)
    except Fragment:
        return  # the first of a packet passes, to be counted
    except InvalidInput:
        return  # a length that does not fit is not the filter's business
    assert passes(data, link) or not wanted


def test_the_filter_knows_fragments_and_other_transports() -> None:
    assert passes(ipv4(UDP, udp(1, 53, b"a"), fragment=0x2000), IPV4)
    assert not passes(ipv4(UDP, udp(1, 53, b"a"), fragment=0x0010), IPV4)
    assert not passes(ipv4(132, udp(1, 53, b"a")), IPV4)
    assert passes(ipv6(UDP, udp(1, 53, b"a"), extensions=((0, bytes(6)),)), IPV6)
    assert not passes(ipv6(58, bytes(50)), IPV6)


@pytest.fixture
def table(place: Path) -> Iterator[NamesTable]:
    made = NamesTable(place / "names")
    made.open(reading=True)
    yield made
    made.close()


def test_a_table_of_this_boot_is_taken_over(place: Path, table: NamesTable) -> None:
    later = names_table.STALE_NS
    table.put(Grant("10.0.0.1", "api.shop.test", later))
    table.close()
    again = NamesTable(place / "names")
    again.open(reading=True)
    again.put(Grant("10.0.0.2", "api.shop.test", later))
    data = (place / "names").read_bytes()
    assert names_table.names_of(data, "10.0.0.1", later) == ("api.shop.test",)
    assert names_table.read_header(data).generation == again.generation == 2
    assert (place / "names").stat().st_mode & 0o777 == 0o644
    again.close()


@pytest.mark.parametrize("damage", ["cut", "long", "magic", "boot"])
def test_any_other_table_is_begun_anew(place: Path, table: NamesTable, damage: str) -> None:
    table.put(Grant("10.0.0.1", "api.shop.test", names_table.STALE_NS))
    path = place / "names"
    data = bytearray(path.read_bytes())
    if damage in ("magic", "boot"):
        data[0 if damage == "magic" else 16] ^= 1
    path.write_bytes(data[:-1] if damage == "cut" else data + b"x" if damage == "long" else data)
    again = NamesTable(path)
    again.open(reading=False)
    fresh = path.read_bytes()
    assert len(fresh) == names_table.SIZE
    assert names_table.names_of(fresh, "10.0.0.1", 0) == ()
    assert names_table.read_header(fresh).alive_ns == 0
    again.close()


def test_a_link_in_its_place_is_not_followed(place: Path) -> None:
    (place / "elsewhere").write_text("precious")
    (place / "link").symlink_to(place / "elsewhere")
    with pytest.raises(OSError, match="symbolic links"):
        NamesTable(place / "link").open(reading=True)
    assert (place / "elsewhere").read_text() == "precious"


def test_a_file_that_was_shortened_is_an_error_and_no_signal(place: Path, table: NamesTable) -> None:
    os.truncate(place / "names", 100)
    with pytest.raises(OSError, match="shortened"):
        table.put(Grant("10.0.0.1", "api.shop.test", 1))


def started(settings: Settings) -> tuple[list[Event], dict[str, object]]:
    """What is told in the first moments, and the status then."""
    told: list[Event] = []

    async def tell(event: Event) -> None:
        told.append(event)

    async def live() -> dict[str, object]:
        names = Names(settings, tell)
        names.start()
        running = asyncio.create_task(names.run())
        await asyncio.sleep(0.05)
        running.cancel()
        names.close()
        return names.status()

    return told, asyncio.run(live())


@pytest.fixture
def there(volume: Settings) -> Settings:
    return volume


def test_without_net_raw_it_is_told_once_and_the_agent_is_healthy(
    there: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_: Capture) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Capture, "open", refused)
    told, status = started(there)
    assert [event.type for event in told] == [FrameType.TROUBLE]
    assert "NET_RAW" in told[0].message and "NET_RAW" in str(status["problem"])
    assert names_table.read_header(there.names_table.read_bytes()).alive_ns == 0
    health = {
        "intake": {"problem": ""},
        "containers": {},
        "on_failure": "availability",
        "poll_seconds": 15,
        "policy": {"without_policy": [], "seconds_since_poll": 0},
        "names": status,
    }
    assert judge(health) == []


def test_switched_off_nothing_is_read_and_nobody_waits(
    environment: dict[str, str], volume: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Capture, "open", lambda _: pytest.fail("it is off"))
    told, status = started(from_environment({**environment, "OUTRIDER_NAMES": "off"}))
    assert told == [] and "OUTRIDER_NAMES=off" in str(status["problem"])
    assert names_table.read_header(volume.names_table.read_bytes()).alive_ns == 0


def test_a_resolv_conf_that_changes_is_noticed(
    there: Settings, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    conf = place / "resolv.conf"
    monkeypatch.setattr(names_module, "RESOLV_CONF", conf)

    async def tell(_: Event) -> None:
        raise AssertionError("there is nothing to tell")

    names = Names(there, tell)
    names._look_for_resolvers()
    assert names.status()["resolvers"] == ["127.0.0.1"]
    conf.write_text("nameserver 10.0.0.2\n")
    names._look_for_resolvers()
    assert names.status()["resolvers"] == ["10.0.0.2"]
