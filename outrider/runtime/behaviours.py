"""One event → the behaviour it shows, with what varies from run to run generalised."""

import ipaddress
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from outrider.errors import InvalidInput
from outrider.model.behaviour import Behaviour, Seen
from outrider.model.event import FUNCTION, Address, Event, Kind
from outrider.model.pattern import quote
from outrider.runtime.arguments import shape
from outrider.runtime.detectors.paths import PROGRAM_DIRECTORIES
from outrider.runtime.generalise import code_pattern, library_pattern, name_pattern, path_pattern

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

FIRST_EPHEMERAL = 32768
"""Lowest port Linux gives to who asks for none (ip_local_port_range); a listener above it did not choose."""

FIRST_UNPRIVILEGED = 1024
"""UDP clients that bind (resolvers, media) choose any port from here on."""

_MAKES_DIRECTORIES = frozenset({"mkdir", "mkdirat"})
_NOBODYS_OWN = (*PROGRAM_DIRECTORIES, "/etc/", "/proc/", "/sys/", "/dev/", "/boot/")

_LAST_PORT = 65535
_HOST = re.compile(r"[a-z0-9_.-]{1,253}")
_LINE = re.compile(r":[0-9]+(?: .*)?$", re.DOTALL)

_GENERALISED = {
    Kind.EXEC: quote,
    Kind.WRITE: path_pattern,
    Kind.READ: path_pattern,
    Kind.LOAD: code_pattern,
    Kind.INVOKE: quote,
}
"""What becomes of a target. Syscalls have names, which are no patterns."""


def behaviour_of(event: Event, own: Sequence[Network] = ()) -> Behaviour | None:
    """Return what an event shows, generalised; None when it names no target.

    `own` are the task's own networks (`own_networks`).
    """
    program = quote(event.program)
    kind = event.kind
    if kind in (Kind.CONNECT, Kind.BIND):
        return _address_behaviour(kind, program, event, own)
    if kind is Kind.RESOLVE:
        name = _host(event.target or event.name)
        return Behaviour(kind, program, name=name_pattern(name)) if name else None
    if kind is None or not event.target:
        return None
    if kind is Kind.SYSCALL:
        return Behaviour(kind, program, event.target)
    if kind is Kind.LOAD and event.container != FUNCTION:
        return Behaviour(kind, program, library_pattern(event.target))
    return Behaviour(kind, program, _GENERALISED[kind](event.target))


def made_directory(event: Event) -> bool:
    """Whether a program makes a directory of its own: it is made to be written in, mostly later.

    What lies in directories of programs and of the system, or below a hidden one (`.ssh`), is nobody's own.
    """
    path = event.target
    return (
        event.kind is Kind.WRITE
        and event.syscall in _MAKES_DIRECTORIES
        and not event.errno
        and not path.startswith(_NOBODYS_OWN)
        and "/." not in path
    )


def inside(behaviour: Behaviour) -> Behaviour:
    """What is directly in the directory that a behaviour names; what is deeper has directories of its own."""
    return replace(behaviour, target=f"{behaviour.target}/*")


def attribution_of(event: Event) -> frozenset[str]:
    """Whose code acted: its package, else its file without the line; nothing when it is not known."""
    who = event.distribution or _LINE.sub("", event.code)
    return frozenset({who} if who else ())


def seen_of(event: Event, count: int) -> Seen:
    """So many times, at the time of the event, in its life, by whoever it says."""
    started = event.kind is Kind.EXEC
    how = shape(event.argv, event.target) if started else ""
    return Seen(
        max(count, 0),
        event.time_ns,
        event.time_ns,
        attribution_of(event),
        frozenset({event.instance} if event.instance else ()),
        frozenset({event.sha256} if started and event.sha256 else ()),
        frozenset({how} if how else ()),
    )


def own_networks(said: Iterable[str]) -> tuple[Network, ...]:
    """Networks from CIDRs. Raises InvalidInput: one is none."""
    try:
        return tuple(ipaddress.ip_network(one, strict=False) for one in said)
    except ValueError as error:
        raise InvalidInput(f"a network of the task is no CIDR: {error}", hint="as 10.0.3.0/24") from None


def _host(said: str) -> str:
    """A host name as rules spell it; empty when it is none."""
    name = said.lower().removesuffix(".")
    return name if _HOST.fullmatch(name) else ""


def _address_behaviour(kind: Kind, program: str, event: Event, own: Sequence[Network]) -> Behaviour | None:
    """A connection or a bound address."""
    address = event.address
    if address is None or address.family == "unix":
        path = address.host if address else event.target
        return Behaviour(kind, program, path_pattern(path), "unix") if path[:1] in ("/", "@") else None
    try:
        host = ipaddress.ip_address(address.host)
    except ValueError:
        return None
    if isinstance(host, ipaddress.IPv6Address) and host.ipv4_mapped:
        host = host.ipv4_mapped
    name = _host(event.name)
    if kind is Kind.CONNECT and name and not host.is_loopback:
        return Behaviour(
            kind, program, protocol=address.protocol, ports=str(address.port), name=name_pattern(name)
        )
    network = ipaddress.ip_network(host)
    ports = str(address.port)
    if kind is Kind.BIND:
        ports = _listening_ports(address)
        if not host.is_loopback:
            # a task's own address is another one each time, and the wildcard takes them all
            network = ipaddress.ip_network("0.0.0.0/0" if host.version == 4 else "::/0")
    elif host.is_loopback and address.port >= FIRST_EPHEMERAL:
        ports = f"{FIRST_EPHEMERAL}-{_LAST_PORT}"  # of a listener in this task that took its port by chance
    else:
        network = next((one for one in own if host in one), network)  # another one after each deployment
    family = "inet" if host.version == 4 else "inet6"
    return Behaviour(kind, program, "", family, address.protocol, str(network), ports)


def _listening_ports(address: Address) -> str:
    """The port that was bound, or the range it was taken from by chance."""
    if address.protocol == "udp" and address.port >= FIRST_UNPRIVILEGED:
        return f"{FIRST_UNPRIVILEGED}-{_LAST_PORT}"
    if address.port >= FIRST_EPHEMERAL:
        return f"{FIRST_EPHEMERAL}-{_LAST_PORT}"
    return str(address.port)
