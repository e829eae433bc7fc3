"""One network namespace a task, with the address from which Fargate serves metadata, and a way in.

The namespace has no name and no mount: a descriptor of this process keeps it, and it goes when we and the
containers are gone, the veth pair with it.
"""

import ipaddress
import json
import os
import secrets
import shutil
import socket
import subprocess
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from outrider.cli.engine import namespaces
from outrider.errors import EnvironmentFault
from outrider.fargate.metadata import ADDRESS

_POOL = ipaddress.ip_network("10.192.0.0/11")
"""Private addresses of which a task gets four in a row; seldom used by home and cloud networks."""


class TaskNetwork:
    """The network a task runs in. `mode` is `task` (a namespace of its own) or `host`."""

    def __init__(self, descriptor: int | None) -> None:
        self.descriptor = descriptor
        self.address = ""
        """Where the task can be reached from this machine; empty in host mode."""
        self.host_address = ""
        """Where the task reaches this machine; empty in host mode."""
        self.link = ""
        """This machine's end of the link to the task; empty in host mode."""

    @property
    def mode(self) -> str:
        """`task` or `host`."""
        return "host" if self.descriptor is None else "task"

    @property
    def path(self) -> str:
        """A path of the namespace that holds as long as this process lives; empty in host mode."""
        return "" if self.descriptor is None else f"/proc/{os.getpid()}/fd/{self.descriptor}"

    def listen(self) -> socket.socket:
        """A listening socket for the metadata endpoint: Fargate's address, or a free port of 127.0.0.1."""
        if self.descriptor is None:
            return socket.create_server(("127.0.0.1", 0))
        return namespaces.inside(self.descriptor, lambda: socket.create_server((ADDRESS, 80)))

    def set_controls(self, controls: Iterable[tuple[str, str]]) -> None:
        """Set the `net.` kernel parameters of the namespace. Raises EnvironmentFault."""
        for name, value in controls:
            path = Path("/proc/sys") / name.replace(".", "/")
            try:
                if self.descriptor is not None and ".." not in path.parts:
                    namespaces.inside(self.descriptor, lambda p=path, v=value: p.write_text(v))  # type: ignore[misc]
            except OSError as error:
                raise EnvironmentFault(f"cannot set {name} to {value:.60}: {error.strerror}") from None

    def close(self) -> None:
        """Let go of the namespace; it vanishes with the last container in it."""
        if self.descriptor is not None:
            os.close(self.descriptor)
            self.descriptor = None


def host_network() -> TaskNetwork:
    """This machine's own network."""
    return TaskNetwork(None)


def task_network() -> TaskNetwork:
    """A namespace of its own with loopback, Fargate's metadata address and a link to this machine.

    Raises EnvironmentFault when the machine does not permit it.
    """
    if shutil.which("ip") is None:
        raise EnvironmentFault(
            "no network namespace: the program ip is missing", hint="apt-get install iproute2"
        )
    try:
        descriptor = namespaces.in_new(namespaces.NEW_NET, _own_namespace)
    except OSError as error:
        raise EnvironmentFault(f"no network namespace: {error.strerror}") from None
    network = TaskNetwork(descriptor)
    try:
        here, there = _free_pair()
        network.link = _connect(descriptor, here, there)
    except EnvironmentFault:
        network.close()
        raise
    network.address, network.host_address = str(there), str(here)
    return network


def _own_namespace() -> int:
    """A descriptor of the calling thread's network namespace."""
    return os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)


def _connect(descriptor: int, here: ipaddress.IPv4Address, there: ipaddress.IPv4Address) -> str:
    """Bring up loopback and a veth pair between the namespace and this machine; the name of our end."""
    link = f"or{secrets.token_hex(5)}"
    within = (
        ("link", "set", "lo", "up"),
        ("address", "add", f"{ADDRESS}/32", "dev", "lo"),
        ("link", "add", "eth0", "type", "veth", "peer", "name", link, "netns", str(os.getpid())),
        ("address", "add", f"{there}/30", "dev", "eth0"),
        ("link", "set", "eth0", "up"),
    )
    for command in within:
        namespaces.inside(descriptor, lambda c=command: _ip(*c))  # type: ignore[misc]
    _ip("address", "add", f"{here}/30", "dev", link)
    _ip("link", "set", link, "up")
    namespaces.inside(descriptor, lambda: _ip("route", "add", "default", "via", str(here)))
    return link


def _free_pair() -> tuple[ipaddress.IPv4Address, ipaddress.IPv4Address]:
    """Two addresses of a network of four that no interface of this machine is in."""
    taken = []
    for interface in json.loads(_ip("-json", "-4", "address", "show")):
        for entry in interface.get("addr_info", ()):
            with suppress(KeyError, ValueError):
                taken.append(ipaddress.ip_network(f"{entry['local']}/{entry['prefixlen']}", strict=False))
    for _ in range(100):
        first = int(_POOL.network_address) + 4 * secrets.randbelow(_POOL.num_addresses // 4)
        candidate = ipaddress.ip_network((first, 30))
        if not any(candidate.overlaps(network) for network in taken):
            return ipaddress.IPv4Address(first + 1), ipaddress.IPv4Address(first + 2)
    raise EnvironmentFault(f"no free addresses in {_POOL}", hint="use --network host.")


def _ip(*arguments: str) -> str:
    """Run `ip` in the calling thread's namespace. Raises EnvironmentFault with what it said."""
    return run(("ip", *arguments))


def run(command: Sequence[str]) -> str:
    """Run a program to its end and return what it printed. Raises EnvironmentFault when it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, start_new_session=True)  # noqa: S603 - an argv of our own
    if done.returncode != 0:
        said = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
        raise EnvironmentFault(f"{' '.join(command[:3])}: {said[-1]}")
    return done.stdout
