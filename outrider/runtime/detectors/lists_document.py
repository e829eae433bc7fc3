"""A document with lists, `outrider.lists/1`: what a program reads for Scene.lists.

{"schema": "outrider.lists/1",
 "lists": {"bad-addresses": ["192.0.2.0/24", "2001:db8::1"], "bad-names": ["evil.example", "*.evil.example"]}}
"""

import json
import re
from collections.abc import Iterable, Mapping
from ipaddress import ip_network
from typing import Any

from outrider.errors import InvalidInput
from outrider.runtime.detectors.lists import LISTS, Of

SCHEMA = "outrider.lists/1"

LARGEST = 16 << 20
"""A document, bytes: the largest public lists of bad addresses have some 100,000 lines of 20 bytes."""

MOST_ENTRIES = 400_000
"""Entries of a document, a count, all lists together. One costs some 100 bytes of the agent's memory."""

_NAME = re.compile(r"(?:\*\.)?(?!-)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")
_LONGEST_NAME = 253
_WIDEST = {4: 8, 6: 16}
"""Shortest prefix of a network. A list that calls half of the Internet bad was made by a mistake."""


def parse(document: bytes) -> Mapping[str, frozenset[str]]:
    """Read a document: name of a list → its entries, each in the one way it is written.

    Raises InvalidInput: too large, no JSON, a list we do not have, an entry that is none.
    """
    if len(document) > LARGEST:
        raise InvalidInput(f"a lists document of more than {LARGEST >> 20} MiB")
    try:
        plain = json.loads(document, object_pairs_hook=_unrepeated, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"a lists document that is no JSON: {str(error)[:200]}") from None
    if not isinstance(plain, dict) or set(plain) != {"schema", "lists"} or plain["schema"] != SCHEMA:
        raise InvalidInput(f"no lists document of {SCHEMA}", hint="it has `schema` and `lists`, no more.")
    lists = plain["lists"]
    if not isinstance(lists, dict) or not all(isinstance(entries, list) for entries in lists.values()):
        raise InvalidInput("`lists` of a lists document has arrays by the names of lists")
    if sum(map(len, lists.values())) > MOST_ENTRIES:
        raise InvalidInput(f"a lists document of more than {MOST_ENTRIES} entries")
    return {name: _entries(name, entries) for name, entries in sorted(lists.items())}


def to_json(lists: Mapping[str, Iterable[str]]) -> bytes:
    """Write lists as a document that `parse` reads."""
    plain = {"schema": SCHEMA, "lists": {name: sorted(entries) for name, entries in sorted(lists.items())}}
    return json.dumps(plain, indent=1).encode()


def _entries(name: str, entries: list[Any]) -> frozenset[str]:
    """The entries of one list. Raises InvalidInput."""
    known = LISTS.get(name)
    if known is None:
        raise InvalidInput(f"there is no list {name[:80]!r}", hint=f"there are {', '.join(sorted(LISTS))}.")
    read = _name if known.of is Of.NAMES else _network
    return frozenset(read(name, place, entry) for place, entry in enumerate(entries))


def _name(name: str, place: int, entry: Any) -> str:
    """A host name, or `*.` and one, in lower case."""
    text = entry.lower().removesuffix(".") if isinstance(entry, str) and len(entry) <= _LONGEST_NAME else ""
    if not _NAME.fullmatch(text):
        raise InvalidInput(f"{name}[{place}] is no host name, nor `*.` before one")
    return text


def _network(name: str, place: int, entry: Any) -> str:
    """An address or a network, as CIDR."""
    text = entry if isinstance(entry, str) and len(entry) <= _LONGEST_NAME else ""
    try:
        network = ip_network(text)
    except ValueError:
        raise InvalidInput(f"{name}[{place}] is no address, and no network in CIDR notation") from None
    if network.prefixlen < _WIDEST[network.version]:
        raise InvalidInput(f"{name}[{place}] is wider than /{_WIDEST[network.version]}")
    return str(network)


def _unrepeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object in which no key is twice: the first of two would be lost without a word."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is given twice")
    return found


def _no_number(text: str) -> Any:
    """What is no JSON although Python reads it."""
    raise ValueError(f"{text} is no JSON")
