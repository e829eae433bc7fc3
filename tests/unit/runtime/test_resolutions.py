"""What counts as an answer, and what it grants; and captures that somebody made up."""

import ipaddress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outrider.model.event import Address
from outrider.runtime.names_table import Grant
from outrider.runtime.resolutions import (
    ANSWER_NS,
    LONGEST_S,
    MOST_GRANTS,
    MOST_QUERIES,
    NOTHING,
    SHORTEST_S,
    Captured,
    Lookup,
    Resolutions,
    Taken,
    resolvers,
)
from tests.unit.runtime.dns_packets import (
    IPV4,
    IPV6,
    RESOLVER,
    SYN,
    TASK,
    TCP,
    UDP,
    answer,
    ipv4,
    ipv6,
    query,
    tcp,
    udp,
)

SECOND = 1_000_000_000
NAME = "api.shop.test"
AT = Address("inet", "udp", RESOLVER, 53)


def asked(data: bytes, resolver: str = RESOLVER, *, port: int = 4000, loopback: bool = False) -> Captured:
    """A query that leaves."""
    source = resolver if loopback else TASK
    return Captured(ipv4(UDP, udp(port, 53, data), source, resolver), IPV4, True, loopback)


def said(
    data: bytes, resolver: str = RESOLVER, *, port: int = 4000, loopback: bool = False, outgoing: bool = False
) -> Captured:
    """An answer that comes in."""
    target = resolver if loopback else TASK
    return Captured(ipv4(UDP, udp(53, port, data), resolver, target), IPV4, outgoing, loopback)


def fresh() -> Resolutions:
    return Resolutions(frozenset({RESOLVER, "fd00::2"}))


def test_an_answer_to_a_query_grants_its_addresses() -> None:
    found = fresh()
    assert found.take(asked(query(NAME)), 0) == NOTHING
    taken = found.take(said(answer(NAME, "10.1.2.3", "10.1.2.4")), SECOND)
    assert taken.grants == (
        Grant("10.1.2.3", NAME, 301 * SECOND),
        Grant("10.1.2.4", NAME, 301 * SECOND),
    )
    assert taken.lookups == (Lookup(NAME, 1, AT, 0, 2),)


def test_an_answer_counts_once() -> None:
    found = fresh()
    found.take(asked(query(NAME)), 0)
    assert found.take(said(answer(NAME, "10.1.2.3")), 1).grants
    assert found.take(said(answer(NAME, "6.6.6.6")), 2) == NOTHING
    assert found.unasked == 1


def test_aliases_are_followed_and_grant_nothing_by_themselves() -> None:
    found = fresh()
    found.take(asked(query(NAME)), 0)
    taken = found.take(said(answer(NAME, "10.1.2.3", alias="edge.cdn.test")), 0)
    assert [(grant.address, grant.name) for grant in taken.grants] == [("10.1.2.3", NAME)]


def test_ipv6_to_an_ipv6_resolver() -> None:
    found = fresh()
    found.take(Captured(ipv6(UDP, udp(4000, 53, query(NAME, 28))), IPV6, True, False), 0)
    data = ipv6(UDP, udp(53, 4000, answer(NAME, "2001:db8::1", kind=28)), "fd00::2", "fd00::5")
    taken = found.take(Captured(data, IPV6, False, False), 0)
    assert [grant.address for grant in taken.grants] == ["2001:db8::1"]
    assert taken.lookups[0].resolver == Address("inet6", "udp", "fd00::2", 53)


def test_tcp_in_pieces() -> None:
    found = fresh()

    def goes(sequence: int, data: bytes = b"", flags: int = 0) -> Taken:
        return found.take(Captured(ipv4(TCP, tcp(4000, 53, sequence, data, flags)), IPV4, True, False), 0)

    def comes(sequence: int, data: bytes = b"", flags: int = 0) -> Taken:
        packet = ipv4(TCP, tcp(53, 4000, sequence, data, flags), RESOLVER, TASK)
        return found.take(Captured(packet, IPV4, False, False), 0)

    whole = answer(NAME, "10.1.2.3")
    framed = len(whole).to_bytes(2) + whole
    asking = query(NAME)
    goes(100, flags=SYN)
    comes(900, flags=SYN)
    goes(101, len(asking).to_bytes(2) + asking)
    assert comes(901, framed[:9]) == NOTHING
    taken = comes(910, framed[9:])
    assert [grant.address for grant in taken.grants] == ["10.1.2.3"]
    assert taken.lookups == (Lookup(NAME, 1, Address("inet", "tcp", RESOLVER, 53), 0, 1),)


@pytest.mark.parametrize(
    "made_up",
    [
        said(answer(NAME, "6.6.6.6", number=8)),
        said(answer(NAME, "6.6.6.6"), port=4001),
        said(answer("other.test", "6.6.6.6")),
        said(answer(NAME, "6.6.6.6", kind=28)),
        said(answer(NAME, "6.6.6.6"), "10.0.0.9"),
        said(answer(NAME, "6.6.6.6"), outgoing=True),
        Captured(ipv4(UDP, udp(53, 4000, answer(NAME, "6.6.6.6")), RESOLVER, TASK), IPV4, False, True),
        Captured(ipv4(UDP, udp(53, 4000, answer(NAME, "6.6.6.6")), RESOLVER, "10.0.1.6"), IPV4, False, False),
        said(answer(NAME, "6.6.6.6", flags=0x0100)),
    ],
    ids=["id", "port", "name", "type", "resolver", "ours", "by loopback", "to another", "a query"],
)
def test_what_the_application_or_others_make_up_grants_nothing(made_up: Captured) -> None:
    found = fresh()
    found.take(asked(query(NAME)), 0)
    assert found.take(made_up, 1).grants == ()
    assert found.take(said(answer(NAME, "10.1.2.3")), 2).grants, "the true one still counts"


def test_a_resolver_that_is_not_the_tasks_is_told_of_and_grants_nothing() -> None:
    found = fresh()
    found.take(asked(query(NAME), "8.8.8.8"), 0)
    taken = found.take(said(answer(NAME, "6.6.6.6"), "8.8.8.8"), 0)
    assert taken == Taken((), (Lookup(NAME, 1, Address("inet", "udp", "8.8.8.8", 53), 0, 1),))


def test_a_resolver_on_loopback_answers_by_loopback() -> None:
    found = Resolutions(frozenset({"127.0.0.1"}))
    found.take(asked(query(NAME), "127.0.0.1", loopback=True), 0)
    assert found.take(said(answer(NAME, "10.1.2.3"), "127.0.0.1", loopback=True), 0).grants


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "169.254.170.2", "0.0.0.0", "224.0.0.1", "::1", "fe80::1", "::ffff:169.254.170.2"],  # noqa: S104
)
def test_no_name_opens_what_is_not_of_the_network(address: str) -> None:
    found = fresh()
    found.take(asked(query(NAME)), 0)
    taken = found.take(said(answer(NAME, address)), 0)
    assert taken.grants == () and len(taken.lookups) == 1


@pytest.mark.parametrize(
    ("ttl", "seconds"), [(0, SHORTEST_S), (60, 60), (3600, 3600), (1 << 30, LONGEST_S), (1 << 31, SHORTEST_S)]
)
def test_how_long_a_grant_lasts(ttl: int, seconds: int) -> None:
    found = fresh()
    found.take(asked(query(NAME)), 0)
    [grant] = found.take(said(answer(NAME, "10.1.2.3", ttl=ttl)), 0).grants
    assert grant.expires_ns == seconds * SECOND


def test_a_cut_answer_grants_what_it_has() -> None:
    """Some libraries use it as it is (musl before 1.2.4)."""
    found = fresh()
    found.take(asked(query(NAME)), 0)
    assert found.take(said(answer(NAME, "10.1.2.3", flags=0x8380)), 0).grants


def test_late_answers_grant_nothing_and_lost_queries_are_told() -> None:
    found = fresh()
    found.take(asked(query(NAME)), 0)
    assert found.expire(ANSWER_NS - 1) == ()
    assert found.take(said(answer(NAME, "10.1.2.3")), ANSWER_NS) == NOTHING
    assert found.expire(ANSWER_NS) == (Lookup(NAME, 1, AT, answered=False),)
    assert found.expire(ANSWER_NS) == ()


def test_floods_are_bounded_and_counted() -> None:
    found = fresh()
    for number in range(MOST_QUERIES + 10):
        found.take(asked(query(NAME, number=number), port=5000), number)
    assert found.forgotten == 10
    found.take(asked(query("many.test")), 0)
    many = [str(ipaddress.IPv4Address(0x0A000000 + n)) for n in range(100)]
    assert len(found.take(said(answer("many.test", *many)), 0).grants) == MOST_GRANTS


def test_resolvers_of_a_resolv_conf() -> None:
    text = "# nameserver 9.9.9.9\nsearch x\nnameserver 10.0.0.2\n nameserver fe80::1%eth0\nnameserver x\n"
    assert resolvers(text) == {"10.0.0.2", "fe80::1"}
    assert resolvers("") == {"127.0.0.1"}
    assert len(resolvers("".join(f"nameserver 10.0.0.{n}\n" for n in range(99)))) == 16


HOSTILE = st.lists(
    st.tuples(
        st.sampled_from(
            [asked(query(NAME)), said(answer(NAME, "6.6.6.6", alias="a.b")), asked(query("x" * 63))]
        ),
        st.lists(st.tuples(st.integers(0, 200), st.integers(0, 255)), max_size=5),
        st.booleans(),
        st.booleans(),
    ),
    max_size=12,
)


@settings(max_examples=300)
@given(HOSTILE)
def test_hostile_captures_never_raise_and_grant_only_what_was_asked_for(packets) -> None:
    """A replay: packets as above with bytes changed, in any order and direction."""
    found, names = fresh(), set()
    for clock, (captured, changes, outgoing, loopback) in enumerate(packets):
        data = bytearray(captured.data)
        for place, value in changes:
            data[place % len(data)] = value
        taken = found.take(Captured(bytes(data), IPV4, outgoing, loopback), clock)
        names |= {key[5] for key in found._queries} | {lookup.name for lookup in taken.lookups}
        assert {grant.name for grant in taken.grants} <= names
        assert not (taken.grants and (outgoing or loopback))
