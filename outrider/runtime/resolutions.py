"""Packets to and from port 53 → which names answered which addresses, and which lookups there were.

The application may make packets of its own (Fargate's default capabilities include NET_RAW), and so may
anybody on the way. So an answer counts only if

- it answers a query that was seen to leave just before: the same two addresses and ports, id, name and type,
  once;
- it came in, from one of the task's resolvers, and not by loopback unless the resolver itself is there;
- the address is one of the network: a name never opens loopback, link-local (169.254.170.2 is where
  credentials are) or multicast addresses.

What remains is what remains for every stub resolver: who can answer in the resolver's place can say anything.
A grant is for the name that was asked; the aliases on the way grant nothing by themselves.
"""

import ipaddress
from collections import OrderedDict
from dataclasses import dataclass

from outrider.errors import InvalidInput
from outrider.model.event import Address
from outrider.runtime import dns
from outrider.runtime.dns_streams import Streams
from outrider.runtime.names_table import Grant, can_be_said
from outrider.runtime.packets import Fragment, Segment, parse

PORT = 53

SHORTEST_S, LONGEST_S = 60, 86_400
"""What a grant lasts at least and at most, seconds, whatever the answer says: programs keep addresses longer
than they may, and a year means for ever. Supervisors let it count on for a while (`names_table.STALE_NS`)."""

ANSWER_NS = 10_000_000_000
"""An answer that takes longer belongs to no query: stub resolvers wait 5 s, then they ask anew."""

MOST_QUERIES = 4096
"""Without an answer yet, a count. The oldest gives way: 400 a second may stay unanswered."""

MOST_GRANTS = 64
"""Addresses taken of one answer, a count; larger answers are there to fill tables."""

MOST_RESOLVERS = 16
"""Of a resolv.conf, a count; libc takes three."""

LONGEST_RESOLV_CONF = 64 << 10
"""Characters of a resolv.conf that are looked at."""

_LIBC_DEFAULT = "127.0.0.1"
"""resolv.conf(5): where there is no nameserver line."""


@dataclass(frozen=True, slots=True)
class Captured:
    """A packet and what the kernel says of it."""

    data: bytes
    link_protocol: int
    outgoing: bool
    """PACKET_OUTGOING; otherwise it came in for this machine (PACKET_HOST)."""
    loopback: bool


@dataclass(frozen=True, slots=True)
class Lookup:
    """One query and what became of it."""

    name: str
    type: int
    resolver: Address
    rcode: int = 0
    answers: int = 0
    """Addresses and aliases in the answer, a count."""
    answered: bool = True


@dataclass(frozen=True, slots=True)
class Taken:
    """What one packet led to."""

    grants: tuple[Grant, ...] = ()
    lookups: tuple[Lookup, ...] = ()


NOTHING = Taken()

_Key = tuple[str, str, int, str, int, str, int]
"""Protocol, client and its port, resolver, id, name and type."""


def resolvers(resolv_conf: str) -> frozenset[str]:
    """Addresses of the `nameserver` lines; resolv.conf(5). What is no address is passed over."""
    found: list[str] = []
    for line in resolv_conf[:LONGEST_RESOLV_CONF].splitlines():
        words = line.split()
        if len(words) >= 2 and words[0] == "nameserver" and len(found) < MOST_RESOLVERS:
            try:
                found.append(str(ipaddress.ip_address(words[1].partition("%")[0])))
            except ValueError:
                continue
    return frozenset(found or (_LIBC_DEFAULT,))


class Resolutions:
    """Queries under way. Memory is bounded, and what is passed over is counted."""

    def __init__(self, resolvers: frozenset[str]) -> None:
        self.resolvers = resolvers
        """Whose answers grant anything; may be replaced at any time."""
        self.unreadable = 0
        """Packets and messages that were none."""
        self.fragments = 0
        self.unasked = 0
        """Answers to no query: late, repeated, or made up."""
        self.forgotten = 0
        """Queries that gave way to newer ones."""
        self._streams = Streams()
        self._queries: OrderedDict[_Key, int] = OrderedDict()

    @property
    def streams_given_up(self) -> int:
        """TCP connections to resolvers that could not be followed to their end."""
        return self._streams.given_up

    def take(self, captured: Captured, clock_ns: int) -> Taken:
        """Read one packet. `clock_ns`: CLOCK_MONOTONIC. Never raises."""
        try:
            segment = parse(captured.data, captured.link_protocol)
        except Fragment:
            self.fragments += 1
            return NOTHING
        except InvalidInput:
            self.unreadable += 1
            return NOTHING
        asks = captured.outgoing and segment.target_port == PORT
        answers = not captured.outgoing and segment.source_port == PORT
        if not (asks or answers):
            return NOTHING
        taken = NOTHING
        for data in self._messages(segment):
            try:
                message = dns.parse(data)
            except InvalidInput:
                self.unreadable += 1
                continue
            if asks:
                self._ask(segment, message, clock_ns)
            elif message.response:
                more = self._answer(captured, segment, message, clock_ns)
                taken = Taken(taken.grants + more.grants, taken.lookups + more.lookups)
        return taken

    def expire(self, clock_ns: int) -> tuple[Lookup, ...]:
        """Return the queries whose answers will not come any more."""
        late: list[Lookup] = []
        while self._queries:
            key, asked_ns = next(iter(self._queries.items()))
            if asked_ns + ANSWER_NS > clock_ns:
                break
            del self._queries[key]
            late.append(_unanswered(key))
        return tuple(late)

    def _messages(self, segment: Segment) -> list[bytes]:
        """DNS messages that a segment completes."""
        if segment.protocol == "udp":
            return [segment.payload]
        return self._streams.take(segment)

    def _ask(self, segment: Segment, message: dns.Message, clock_ns: int) -> None:
        """A query leaves. One with several questions is none that a resolver answers (RFC 9619)."""
        if message.response or len(message.questions) != 1:
            return
        question = message.questions[0]
        key = (
            segment.protocol, segment.source, segment.source_port, segment.target, message.id,
            question.name, question.type,
        )  # fmt: skip
        self._queries.pop(key, None)
        if len(self._queries) >= MOST_QUERIES:
            self._queries.popitem(last=False)
            self.forgotten += 1
        self._queries[key] = clock_ns

    def _answer(self, captured: Captured, segment: Segment, message: dns.Message, clock_ns: int) -> Taken:
        """An answer arrives; it counts once, and only if it was asked for."""
        question = message.questions[0] if len(message.questions) == 1 else None
        if question is None:
            self.unasked += 1
            return NOTHING
        key = (
            segment.protocol, segment.target, segment.target_port, segment.source, message.id,
            question.name, question.type,
        )  # fmt: skip
        asked_ns = self._queries.get(key)
        if asked_ns is None or asked_ns + ANSWER_NS <= clock_ns or not self._may_come_by(captured, segment):
            self.unasked += 1
            return NOTHING
        del self._queries[key]
        lookup = Lookup(question.name, question.type, _resolver(key), message.rcode, len(message.answers))
        trusted = segment.source in self.resolvers
        return Taken(tuple(_grants(message, clock_ns)) if trusted else (), (lookup,))

    def _may_come_by(self, captured: Captured, segment: Segment) -> bool:
        """Whether an answer of this resolver can come by this interface: by loopback anybody can send."""
        here = ipaddress.ip_address(segment.source).is_loopback
        return here == captured.loopback


def _grants(message: dns.Message, clock_ns: int) -> list[Grant]:
    """What an answer grants."""
    found: list[Grant] = []
    for name, answered in dns.addresses(message).items():
        for address, ttl in answered.items() if can_be_said(name) else ():
            if _of_the_network(address) and len(found) < MOST_GRANTS:
                seconds = min(max(ttl, SHORTEST_S), LONGEST_S)
                found.append(Grant(address, name, clock_ns + seconds * 1_000_000_000))
    return found


def _of_the_network(address: str) -> bool:
    """Whether a name may stand for such an address."""
    parsed = ipaddress.ip_address(address)
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    never = (parsed.is_loopback, parsed.is_link_local, parsed.is_multicast, parsed.is_unspecified)
    return not any(never)


def _resolver(key: _Key) -> Address:
    """Whom a query went to."""
    protocol, host = key[0], key[3]
    return Address("inet6" if ":" in host else "inet", protocol, host, PORT)


def _unanswered(key: _Key) -> Lookup:
    """A query that nobody answered."""
    return Lookup(key[5], key[6], _resolver(key), answered=False)
