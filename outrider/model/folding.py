"""Many behaviours of one sort → one: what a program does to a whole directory, or to a whole class of peers;
what many programs load.

Each fold needs a number of different behaviours, and what it made takes in what comes later. So folding a
union of models that were folded gives what folding the union of the models gives: parts may be folded first.
"""

import ipaddress
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce

from outrider.model.behaviour import Behaviour, Seen
from outrider.model.event import Kind
from outrider.model.pattern import matches, unquote

FOLD_WRITES = 8
"""So many names that one program changed in one directory are taken for names it makes up: `DIRECTORY/*`."""

FOLD_DIRECTORIES = 8
"""In so many directories below one: `DIRECTORY/**`."""

FOLD_PROGRAMS = 8
"""A library that so many programs load is the image's, not theirs: ANY_PROGRAM. A server of many small
programs (Postfix) has each of its libraries as often as it has programs otherwise."""

ANY_PROGRAM = "/**"
"""Pattern of a program that may be any."""

NEVER_FOLDED = (
    "/bin",
    "/boot",
    "/etc",
    "/lib",
    "/lib32",
    "/lib64",
    "/opt",
    "/root",
    "/sbin",
    "/usr",
    "/var/www",
)
"""Where programs, their settings and what they serve lie: there, every name is a rule of its own."""

_HIGH = (
    "",
    "/app",
    "/code",
    "/data",
    "/dev",
    "/home",
    "/mnt",
    "/proc",
    "/run",
    "/srv",
    "/sys",
    "/var",
    "/var/lib",
)
"""Below these every directory is a place of its own: they are never folded with all that is below."""


@dataclass(frozen=True, slots=True)
class PeerClass:
    """Addresses that are alike to who talks to them. Of peers without a name only."""

    network: str
    ports: tuple[str, ...]
    """Only these; empty: any one port, the same of all."""
    least: int
    """So many different peers, of one program on one port."""
    reason: str


PEER_CLASSES = (
    PeerClass("10.0.0.0/8", (), 8, "a private network: peers come and go with deployments, the port stays"),
    PeerClass("172.16.0.0/12", (), 8, "the same"),
    PeerClass("192.168.0.0/16", (), 8, "the same"),
    PeerClass("fc00::/7", (), 8, "the same"),
    PeerClass("100.64.0.0/10", (), 8, "shared addresses, which clusters use as private ones"),
    PeerClass("0.0.0.0/0", ("443",), 16, "public services behind TLS have many addresses, and they change"),
    PeerClass("::/0", ("443",), 16, "the same"),
)
"""The first that an address is in takes it. Loopback and link-local addresses, where credentials are given
out, are in none: they stay as they were seen."""

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Join = Callable[[Seen, Seen], Seen]


def fold(seen: Mapping[Behaviour, Seen], join: Join = Seen.merge) -> dict[Behaviour, Seen]:
    """Replace what is many by what it is an instance of; `join` puts together how it was seen.

    What does not stand (struck out, flagged) is neither folded nor counted, and its directory is left alone.
    """
    folding = _Folding(
        {one: how for one, how in seen.items() if how.stands},
        {one: how for one, how in seen.items() if not how.stands},
        join,
    )
    folding.names()
    folding.trees()
    folding.peers()
    folding.libraries()
    return folding.folded | folding.kept


@dataclass(frozen=True, slots=True)
class _Folding:
    """One fold at work."""

    folded: dict[Behaviour, Seen]
    kept: dict[Behaviour, Seen]
    """What does not stand."""
    join: Join

    def names(self) -> None:
        """Names into their directories."""
        groups: defaultdict[tuple[str, str], list[Behaviour]] = defaultdict(list)
        for one in self.folded:
            if one.kind is Kind.WRITE and not one.target.endswith("/**"):
                groups[one.program, _directory(one.target)].append(one)
        for (program, directory), names in groups.items():
            if _may_fold(directory) and not self._left_alone(program, directory, within=False):
                self._replace(names, Behaviour(Kind.WRITE, program, f"{directory}/*"), FOLD_WRITES)

    def trees(self) -> None:
        """Directories into what they are below; the highest first, it takes all."""
        below: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        held: defaultdict[tuple[str, str], list[Behaviour]] = defaultdict(list)
        for one in self.folded:
            directory = _directory(one.target) if one.kind is Kind.WRITE else ""
            while directory:
                held[one.program, directory].append(one)
                directory, _, name = directory.rpartition("/")
                below[one.program, directory].add(name)
        for program, directory in sorted(held, key=lambda place: (place[1].count("/"), place)):
            whole = Behaviour(Kind.WRITE, program, f"{directory}/**")
            many = len(below[program, directory]) >= FOLD_DIRECTORIES and _is_deep(directory)
            if whole in self.folded or (many and not self._left_alone(program, directory, within=True)):
                self._replace([one for one in held[program, directory] if one in self.folded], whole, 1)

    def peers(self) -> None:
        """Peers into the class they are of."""
        groups: defaultdict[tuple[Behaviour, int], list[Behaviour]] = defaultdict(list)
        for one in self.folded:
            if one.kind is Kind.CONNECT and one.network and (found := _class(one)):
                groups[replace(one, network=found.network), found.least].append(one)
        for (whole, least), peers in groups.items():
            self._replace(peers, whole, least)

    def libraries(self) -> None:
        """What many programs load into what is loaded."""
        groups: defaultdict[str, list[Behaviour]] = defaultdict(list)
        for one in self.folded:
            if one.kind is Kind.LOAD:
                groups[one.target].append(one)
        left_alone = {one.target for one in self.kept if one.kind is Kind.LOAD}
        for target, loads in groups.items():
            if target not in left_alone:
                self._replace(loads, Behaviour(Kind.LOAD, ANY_PROGRAM, target), FOLD_PROGRAMS)

    def _replace(self, those: Sequence[Behaviour], whole: Behaviour, least: int) -> None:
        """Put one in their place, if they are enough, or if it is there already."""
        if whole not in self.kept and (len(those) >= least or whole in self.folded):
            there = sorted({*those, whole} & self.folded.keys())
            self.folded[whole] = reduce(self.join, [self.folded.pop(one) for one in there])

    def _left_alone(self, program: str, directory: str, *, within: bool) -> bool:
        """Whether something in the directory, or anywhere below it, does not stand."""
        places = (_directory(one.target) for one in self.kept if one.program == program)
        return any(
            f"{place}/".startswith(f"{directory}/") if within else place == directory for place in places
        )


def _class(one: Behaviour) -> PeerClass | None:
    """The class a peer is of."""
    network = ipaddress.ip_network(one.network)
    if network.is_loopback or network.is_link_local:
        return None
    for known, found in _CLASSES:
        if _within(network, known) and (not found.ports or one.ports in found.ports):
            return found
    return None


def _within(one: _Network, other: _Network) -> bool:
    """Whether all of one network is in another."""
    if isinstance(one, ipaddress.IPv4Network):
        return isinstance(other, ipaddress.IPv4Network) and one.subnet_of(other)
    return isinstance(other, ipaddress.IPv6Network) and one.subnet_of(other)


_CLASSES = tuple((ipaddress.ip_network(one.network), one) for one in PEER_CLASSES)


def _directory(path: str) -> str:
    """Of a pattern of a path; the tree itself, of one that ends in `**`."""
    return path.rsplit("/", 1)[0] if "/" in path else ""


def _may_fold(directory: str) -> bool:
    """Whether names in a directory may be made into a pattern."""
    return directory not in ("", "/proc") and not _is_kept(directory)


def _is_deep(directory: str) -> bool:
    """Whether all that is below a directory may be made into a pattern."""
    return directory not in _HIGH and not _is_kept(directory)


def _is_kept(directory: str) -> bool:
    """Whether it is, or is below, one where names matter."""
    return any(directory == kept or directory.startswith(kept + "/") for kept in NEVER_FOLDED)


def covering(one: Behaviour, others: Iterable[Behaviour]) -> tuple[Behaviour, ...]:
    """Those of the others that fold() may have made of the like of `one`: they allow it too."""
    return tuple(other for other in others if other != one and _covers(other, one))


def _covers(whole: Behaviour, one: Behaviour) -> bool:
    """Whether a rule for `whole` lets `one` through."""
    if one.kind is Kind.LOAD:
        return (whole.kind, whole.program, whole.target) == (Kind.LOAD, ANY_PROGRAM, one.target)
    if (whole.kind, whole.program) != (one.kind, one.program):
        return False
    if one.kind is Kind.WRITE:
        return matches(whole.target.encode(), unquote(one.target).encode())
    if one.kind is not Kind.CONNECT or not (whole.network and one.network) or whole.ports != one.ports:
        return False
    network, wide = ipaddress.ip_network(one.network), ipaddress.ip_network(whole.network)
    return _within(network, wide)
