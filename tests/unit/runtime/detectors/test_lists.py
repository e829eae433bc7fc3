"""Lists: what they find, and the document that adds to them."""

import json
from contextlib import suppress
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.errors import InvalidInput
from outrider.runtime.detectors import lists_document
from outrider.runtime.detectors.detector import Scene
from outrider.runtime.detectors.lists import LISTS, Names, Of, addresses_in, addresses_of, names_in
from outrider.runtime.detectors.lists_document import LARGEST, MOST_ENTRIES, SCHEMA, parse, to_json

_LABEL = st.from_regex(r"[a-z0-9][a-z0-9-]{0,3}", fullmatch=True)
_NAME = st.lists(_LABEL, min_size=1, max_size=4).map(".".join)
_NETWORK = st.one_of(
    st.tuples(st.ip_addresses(v=4), st.integers(8, 32)), st.tuples(st.ip_addresses(v=6), st.integers(16, 128))
).map(lambda pair: str(ip_network(pair, strict=False)))


@given(st.frozensets(_NETWORK, max_size=12), st.data())
def test_addresses_are_found_as_by_looking_at_each(networks: frozenset[str], data: st.DataObject) -> None:
    inside = [st.ip_addresses(network=network) for network in networks]
    address = data.draw(st.one_of(st.ip_addresses(), *inside))
    if address.version == 6 and address.ipv4_mapped:
        address = address.ipv4_mapped
    those = [ip_network(one) for one in networks if address in ip_network(one)]
    smallest = max(those, key=lambda network: network.prefixlen, default="")
    assert addresses_of(networks).find(str(address)) == str(smallest)


@given(st.frozensets(_NAME | _NAME.map(lambda name: f"*.{name}"), max_size=8), _NAME)
def test_names_are_found_as_by_looking_at_each(entries: frozenset[str], name: str) -> None:
    fits = [
        one
        for one in entries
        if one == name or (one[0] == "*" and name.endswith(one[1:]) and name != one[2:])
    ]
    found = Names(entries).find(name.upper() + ".")
    assert (found in fits) if fits else found == ""


@given(st.text(max_size=400))
def test_any_text_is_looked_up(text: str) -> None:
    assert names_in(Scene(), "mining-pools").find(text) in ("", *LISTS["mining-pools"].built_in)
    addresses_of([text, "10.0.0.0/8"]).find(text)


def test_a_scene_adds_to_what_is_built_in() -> None:
    scene = Scene(
        lists={"mining-pools": frozenset({"*.mine.example"}), "tor-addresses": frozenset({"192.0.2.1"})}
    )
    pools = names_in(scene, "mining-pools")
    assert pools.find("eu.mine.example") == "*.mine.example"
    assert pools.find("xmr-eu1.nanopool.org") == "*.nanopool.org"
    assert not pools.find("nanopool.org.example")
    assert addresses_in(scene, "tor-addresses").find("::ffff:192.0.2.1") == "192.0.2.1/32"


def test_no_address_is_built_in() -> None:
    """Whose address is bad changes by the hour: what ships would be wrong by tomorrow."""
    assert not [name for name, one in LISTS.items() if one.of is Of.ADDRESSES and one.built_in]
    read = {name: parse(to_json({name: one.built_in}))[name] for name, one in LISTS.items()}
    assert read == {name: one.built_in for name, one in LISTS.items()}


@given(
    st.fixed_dictionaries(
        {},
        optional={
            name: st.frozensets(_NETWORK if one.of is Of.ADDRESSES else _NAME, max_size=4)
            for name, one in LISTS.items()
        },
    )
)
def test_what_is_written_is_read(lists: dict[str, frozenset[str]]) -> None:
    assert parse(to_json(lists)) == lists


def test_entries_are_read_in_one_way_of_writing() -> None:
    lists = {
        "bad-names": ["Evil.Example.", "*.evil.example"],
        "bad-addresses": ["192.0.2.1", "2001:DB8::/32"],
    }
    assert parse(json.dumps({"schema": SCHEMA, "lists": lists}).encode()) == {
        "bad-names": {"evil.example", "*.evil.example"},
        "bad-addresses": {"192.0.2.1/32", "2001:db8::/32"},
    }


def _document(lists: object, **more: object) -> bytes:
    return json.dumps({"schema": SCHEMA, "lists": lists, **more}).encode()


@pytest.mark.parametrize(
    ("document", "says"),
    [
        (b"", "no JSON"),
        (b"\xff", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b'{"schema": "outrider.lists/1", "lists": {"bad-names": ["a"], "bad-names": []}}', "twice"),
        (b'{"schema": "outrider.lists/1", "lists": NaN}', "no JSON"),
        (b"[]", "no lists document"),
        (_document({}, more=1), "no lists document"),
        (_document({}).replace(b"lists/1", b"lists/2"), "no lists document"),
        (_document([]), "arrays by the names"),
        (_document({"bad-names": "a.example"}), "arrays by the names"),
        (_document({"bad-adresses": []}), "no list 'bad-adresses'"),
        (_document({"bad-names": [7]}), r"bad-names\[0\] is no host name"),
        (_document({"bad-names": ["a.example", "b*.example"]}), r"bad-names\[1\] is no host name"),
        (_document({"bad-names": ["*"]}), "is no host name"),
        (_document({"bad-names": ["a" * 300]}), "is no host name"),
        (_document({"bad-addresses": ["192.0.2.1/24"]}), "is no address"),
        (_document({"bad-addresses": ["evil.example"]}), "is no address"),
        (_document({"bad-addresses": [None]}), "is no address"),
        (_document({"bad-addresses": ["0.0.0.0/0"]}), "wider than /8"),
        (_document({"bad-addresses": ["::/0"]}), "wider than /16"),
        (_document({"bad-names": ["a"] * (MOST_ENTRIES + 1)}), "more than 400000 entries"),
        (b" " * (LARGEST + 1), "more than 16 MiB"),
    ],
)
def test_what_is_wrong_is_refused(document: bytes, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        parse(document)


@given(st.binary(max_size=200) | st.recursive(st.none() | st.text() | st.integers(), st.lists).map(_document))
def test_any_bytes_are_read_or_refused(document: bytes) -> None:
    with suppress(InvalidInput):
        lists_document.parse(document)
