"""Detectors that look at names: with events as the sidecar makes them."""

import pytest

from outrider.model.behaviour import Behaviour
from outrider.model.detection import Confidence
from outrider.model.event import Event, Kind
from outrider.model.finding import Severity
from outrider.runtime.detectors import (
    credentials_endpoint,
    crypto_miner,
    dns_tunnel,
    foreign_resolver,
    known_bad_address,
    tor_client,
)
from outrider.runtime.detectors.detector import Scene
from runtime.detectors.making import made, told

OWN = Scene(resolvers=("10.0.0.2",))


def lookup(name: str, kind: str = "A", resolver: str = "10.0.0.2") -> Event:
    return made(Kind.RESOLVE, name, peer=("udp", resolver, 53), message=f"type={kind} rcode=0 answers=1")


def _encoded(number: int) -> str:
    return f"mfrggzdfmztwq2lknnwg23tpobyxe43u{number:04}"


def test_a_tunnel_is_told_once_and_by_its_domain() -> None:
    names = [f"{_encoded(number)}.t.evil.example" for number in range(100)]
    hits = told(dns_tunnel.DETECTOR, map(lookup, names))
    assert [hit.facts["domain"] for hit in hits] == ["evil.example"]
    assert len(hits[0].earlier) == dns_tunnel.MOST_NAMES


def test_a_slow_one_is_not() -> None:
    names = [f"{_encoded(number)}.t.evil.example" for number in range(100)]
    assert not told(dns_tunnel.DETECTOR, map(lookup, names), apart=60 * 10**9)


def test_the_same_name_again_is_one_name() -> None:
    assert not told(dns_tunnel.DETECTOR, [lookup(f"{_encoded(1)}.t.evil.example")] * 100)


def test_two_tunnels_are_two() -> None:
    names = [f"{_encoded(n)}.{domain}" for n in range(30) for domain in ("evil.example", "bad.co.uk")]
    assert {hit.facts["domain"] for hit in told(dns_tunnel.DETECTOR, map(lookup, names))} == {
        "evil.example",
        "bad.co.uk",
    }


def test_a_type_that_holds_much_needs_less() -> None:
    names = [f"{_encoded(number)[-18:]}.c2.example" for number in range(40)]
    assert not told(dns_tunnel.DETECTOR, map(lookup, names))
    assert told(dns_tunnel.DETECTOR, [lookup(name, "NULL") for name in names])
    assert not told(dns_tunnel.DETECTOR, [lookup(f"{'a' * 30}{n}.x.example", "TXT") for n in range(40)])


def test_a_domain_on_the_list_may_have_such_names() -> None:
    names = [f"{_encoded(number)}.hash.avscan.example" for number in range(40)]
    scene = Scene(lists={"tunnel-free-names": frozenset({"*.avscan.example"})})
    assert told(dns_tunnel.DETECTOR, map(lookup, names))
    assert not told(dns_tunnel.DETECTOR, map(lookup, names), scene)


@pytest.mark.parametrize(
    ("name", "split"),
    [
        ("a.b.example.com", ("a.b", "example.com")),
        ("a.example.co.uk", ("a", "example.co.uk")),
        ("x.abcd.io", ("x", "abcd.io")),
        ("example.com", ("", "example.com")),
        ("com", ("", "com")),
        ("", ("", "")),
    ],
)
def test_where_a_name_is_split(name: str, split: tuple[str, str]) -> None:
    assert dns_tunnel.split(name) == split


def test_another_name_server_is_told_once() -> None:
    asked = [lookup(f"a{number}.example", resolver="192.0.2.53") for number in range(20)]
    hits = told(foreign_resolver.DETECTOR, asked, OWN)
    assert len(hits) == 1 and hits[0].facts == {"resolver": "192.0.2.53"}
    assert not told(foreign_resolver.DETECTOR, [lookup("a.example")], OWN)


@pytest.mark.parametrize("host", ["127.0.0.53", "::1", "169.254.169.253", "fd00:ec2::253", "10.1.0.2", "::"])
def test_name_servers_that_everybody_may_ask(host: str) -> None:
    scene = Scene(resolvers=("10.0.0.2",), networks=("10.1.0.0/16", "no network", "10.2.0.0/31"))
    assert not told(foreign_resolver.DETECTOR, [lookup("a.example", resolver=host)], scene)


def test_a_resolver_of_its_own_is_learned_and_listed() -> None:
    root = made(Kind.CONNECT, program="/usr/sbin/unbound", peer=("udp", "192.0.2.53", 53))
    known = Behaviour(Kind.CONNECT, "/usr/sbin/unbound", "", "inet", "udp", "192.0.2.53/32", "53")
    assert told(foreign_resolver.DETECTOR, [root], OWN)
    assert not told(
        foreign_resolver.DETECTOR, [root], Scene(known=frozenset({known}), resolvers=OWN.resolvers)
    )
    listed = Scene(resolvers=OWN.resolvers, lists={"resolvers": frozenset({"192.0.2.0/24"})})
    assert not told(foreign_resolver.DETECTOR, [root], listed)


def test_pools_by_lookup_and_by_the_name_of_a_peer() -> None:
    assert len(told(crypto_miner.DETECTOR, [lookup("pool.supportxmr.com")] * 3)) == 1
    peer = made(Kind.CONNECT, program="/tmp/x", peer=("tcp", "192.0.2.7", 443), name="xmr-eu1.nanopool.org")
    assert told(crypto_miner.DETECTOR, [peer])[0].confidence is None
    assert not told(crypto_miner.DETECTOR, [lookup("carpool.example"), lookup("supportxmr.com.example")])


def test_onions_and_what_only_sounds_like_them() -> None:
    assert told(tor_client.DETECTOR, [lookup("a" * 56 + ".onion")])[0].confidence is Confidence.HIGH
    assert not told(tor_client.DETECTOR, [lookup("onion.example"), lookup("theonion.com")])


def test_bad_names() -> None:
    scene = Scene(lists={"bad-names": frozenset({"evil.example", "*.evil.example"})})
    assert (
        len(told(known_bad_address.DETECTOR, [lookup("a.evil.example"), lookup("evil.example")], scene)) == 2
    )
    assert not told(known_bad_address.DETECTOR, [lookup("notevil.example")], scene)
    assert known_bad_address.DETECTOR.severity is Severity.HIGH


def test_a_name_that_leads_to_the_credentials() -> None:
    peer = made(
        Kind.CONNECT, program="/usr/bin/java", peer=("tcp", "169.254.170.2", 80), name="rebind.evil.example"
    )
    known = Behaviour(Kind.CONNECT, "/usr/bin/java", "", "inet", "tcp", "169.254.170.2/32", "80")
    hits = told(credentials_endpoint.DETECTOR, [peer], Scene(known=frozenset({known})))
    assert [hit.confidence for hit in hits] == [Confidence.HIGH]
    own = made(
        Kind.CONNECT, program="/usr/bin/java", peer=("tcp", "169.254.169.254", 80), name="instance-data"
    )
    assert not told(credentials_endpoint.DETECTOR, [own])
