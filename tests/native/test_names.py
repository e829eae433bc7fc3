"""Rules by host name in the supervisor: the table says which names an address has, an answer on its way is
waited for. The table is written here as the sidecar writes it; times are not compared, only outcomes."""

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from names_network import Inside, Network, Talker, network
from supervised import policy

from outrider.model.event import Verdict
from outrider.runtime import names_table
from outrider.runtime.names_table import Grant
from sidecar.names_table import NamesTable

DAY = 86_400 * 10**9
BY_NAME = {"kind": "connect", "name": "*.shop.test", "port": "8443"}
RESOLVER = {"kind": "connect", "address": "127.0.0.1/32"}


@pytest.fixture(scope="module")
def net(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    with network(tmp_path_factory.mktemp("net")) as made:
        yield made


@pytest.fixture
def inside(binary: Path, tmp_path: Path, net: Network) -> Iterator[Inside]:
    started = Inside(binary, tmp_path / "volume", net)
    started.set_policy(policy("block", BY_NAME, RESOLVER, connect="block"))
    started.listen()
    yield started
    if started.process and started.process.poll() is None:
        started.process.kill()
        started.process.wait()
    assert started.agent
    started.agent.close()
    assert started.agent.broken == []


@pytest.fixture
def table(inside: Inside) -> Iterator[NamesTable]:
    """A table whose writer reads answers."""
    made = NamesTable(inside.volume / "run" / "names")
    made.open(reading=True)
    yield made
    made.close()


def grant(address: str, name: str, lasts: int = DAY) -> Grant:
    return Grant(address, name, max(0, time.monotonic_ns() + lasts))


def test_an_address_counts_as_the_names_it_answered_for(inside: Inside, table: NamesTable) -> None:
    table.put(grant("10.9.0.1", "api.shop.test"))
    table.put(grant("10.9.0.2", "else.where.test"))
    table.put(grant("10.9.0.3", "else.where.test", 2 * DAY))
    table.put(grant("10.9.0.3", "pay.shop.test"))
    talker = Talker(inside)
    said = talker.to("10.9.0.1:8443", "10.9.0.2:8443", "10.9.0.3:8443", "10.9.0.4:8443", "10.9.0.1:53")
    talker.close()
    assert said == ["in", "PermissionError", "in", "PermissionError", "PermissionError"]
    assert inside.agent
    stopped = {
        (e.address.host, e.address.port): e.name for e in inside.agent.of("connect") if e.address and e.errno
    }
    # where no rule matched, the name is that which was answered last, on a port that is not allowed too
    assert stopped == {
        ("10.9.0.2", 8443): "else.where.test",
        ("10.9.0.4", 8443): "",
        ("10.9.0.1", 53): "api.shop.test",
    }


def test_the_first_rule_that_any_of_the_names_matches_decides(inside: Inside, table: NamesTable) -> None:
    rules = [{"kind": "connect", "name": "no.shop.test", "action": "block"}, BY_NAME, RESOLVER]
    inside.set_policy(policy("block", *rules, report=True, connect="block"))
    table.put(grant("10.9.0.1", "api.shop.test", 3 * DAY))
    table.put(grant("10.9.0.1", "no.shop.test"))
    table.put(grant("10.9.0.2", "api.shop.test"))
    talker = Talker(inside)
    assert talker.to("10.9.0.1:8443", "10.9.0.2:8443") == ["PermissionError", "in"]
    talker.close()
    assert inside.agent
    told = [(e.name, e.rule) for e in inside.agent.of("connect") if e.address and e.address.port == 8443]
    assert told == [("no.shop.test", 1), ("api.shop.test", 2)]


def test_an_answer_on_its_way_is_waited_for(inside: Inside, table: NamesTable) -> None:
    """The entry comes when the call is waiting already, among entries that do not help."""
    talker = Talker(inside)
    assert talker.to("10.9.0.1:8443") == ["PermissionError"]  # it is at work, and nobody answered

    def late(wait: float) -> None:
        time.sleep(wait)
        table.put(grant("10.9.0.9", "other.test"))
        table.put(grant("10.9.0.2", "other.test"))
        table.put(grant("10.9.0.2", "api.shop.test"))

    # how long the machine takes to get there is not ours to say: one of a few goes must meet
    outcomes = []
    for _ in range(5):
        writer = threading.Thread(target=late, args=(0.02,))
        writer.start()
        outcomes += talker.to("10.9.0.2:8443")
        writer.join()
        if outcomes[-1] == "in":
            break
    talker.close()
    assert outcomes[-1] == "in"


def test_without_a_writer_nobody_waits_and_what_was_granted_counts(inside: Inside, table: NamesTable) -> None:
    table.put(grant("10.9.0.1", "api.shop.test", -60 * 10**9))  # expired, and its place was not needed
    table.close()
    talker = Talker(inside)
    assert talker.to("10.9.0.1:8443", "10.9.0.2:8443") == ["in", "PermissionError"]
    talker.close()


def test_in_alert_mode_it_is_the_same_and_nothing_is_stopped(inside: Inside, table: NamesTable) -> None:
    inside.set_policy(policy("alert", BY_NAME, RESOLVER, connect="block"))
    table.put(grant("10.9.0.1", "api.shop.test"))
    talker = Talker(inside)
    assert talker.to("10.9.0.1:8443", "10.9.0.2:8443", "10.9.0.2:8443") == ["in"] * 3
    talker.close()
    assert inside.agent
    told = [(e.address.host, e.verdict, e.name) for e in inside.agent.of("connect") if e.address]
    assert told == [("10.9.0.2", Verdict.ALERT, "")]


@pytest.mark.parametrize("hostile", ["missing", "empty", "cut", "noise", "directory", "fifo", "odd", "crc"])
def test_a_table_that_is_none_grants_nothing_and_harms_nobody(
    inside: Inside, table: NamesTable, hostile: str
) -> None:
    path = inside.volume / "run" / "names"
    table.put(grant("10.9.0.1", "api.shop.test"))
    whole = bytearray(path.read_bytes())
    at = whole.index(b"api.shop.test") - 40
    path.unlink()
    if hostile == "empty":
        path.write_bytes(b"")
    elif hostile == "cut":
        path.write_bytes(whole[: names_table.HEADER.size + 100])
    elif hostile == "noise":
        path.write_bytes(whole[:64] + b"\xff" * (len(whole) - 64))
    elif hostile == "directory":
        path.mkdir()
    elif hostile == "fifo":
        os.mkfifo(path)
    elif hostile in ("odd", "crc"):
        whole[at if hostile == "odd" else at + 4] ^= 1
        path.write_bytes(whole)
    talker = Talker(inside)
    assert talker.to("10.9.0.1:8443", "127.0.0.1:8443") == ["PermissionError", "in"]
    talker.close()


def test_a_table_that_shrinks_under_the_supervisor_is_no_harm(inside: Inside, table: NamesTable) -> None:
    table.put(grant("10.9.0.1", "api.shop.test"))
    talker = Talker(inside)
    assert talker.to("10.9.0.1:8443") == ["in"]
    with (inside.volume / "run" / "names").open("r+b") as stream:
        stream.truncate(70)
    assert talker.to("10.9.0.1:8443") == ["PermissionError"]
    talker.close()
