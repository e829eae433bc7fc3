"""A network of its own for a test: loopback with a few addresses on it, and a name server."""

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from supervised import Supervised, until

SERVER = Path(__file__).with_name("names_server.py")
ADDRESSES = tuple(f"10.9.0.{number}" for number in range(1, 10))
SETUP = """
ip link set lo up
for address in $2; do ip address add $address/32 dev lo; done
mount --bind $1 /etc/resolv.conf
echo ready
exec cat
"""
TALKER = """
import socket, sys
for line in sys.stdin:
    host, port = line.rsplit(':', 1)
    try:
        # every address of a name that is tried counts: the first that lets us in ends it
        with socket.create_connection((host, int(port)), 10):
            print('in', flush=True)
    except OSError as error:
        print(type(error).__name__, flush=True)
"""


class Network:
    """Namespaces, kept by a process that waits for us to close its standard input."""

    def __init__(self, holder: "subprocess.Popen[str]", zone: Path) -> None:
        self._holder, self._zone = holder, zone

    def command(self, *command: str | Path) -> list[str]:
        """A command that runs inside."""
        return ["nsenter", "-t", str(self._holder.pid), "-n", "-m", "--", *map(str, command)]

    def serves(self, **zone: Any) -> None:
        """Names from now on; `_` stands for a dot."""
        fresh = self._zone.with_suffix(".new")
        fresh.write_text(json.dumps({name.replace("_", "."): said for name, said in zone.items()}))
        fresh.replace(self._zone)


class Inside(Supervised):
    """A supervised start in a network."""

    def __init__(self, binary: Path, volume: Path, network: Network) -> None:
        super().__init__(binary, volume)
        self.network = network

    def command(self, *program: str | Path, options: tuple[str, ...] = ()) -> list[str]:
        return self.network.command(*super().command(*program, options=options))


class Talker:
    """A supervised program that connects to what it is told."""

    def __init__(self, started: Supervised) -> None:
        self.process = started.start(
            sys.executable, "-c", TALKER, stdin=subprocess.PIPE, options=("--container", "app")
        )

    def to(self, *peers: str) -> list[str]:
        """What became of each: `in`, or the name of an exception."""
        assert self.process.stdin and self.process.stdout
        said = []
        for peer in peers:
            self.process.stdin.write(f"{peer}\n")
            self.process.stdin.flush()
            said.append(self.process.stdout.readline().strip())
        return said

    def close(self) -> None:
        self.process.communicate(timeout=20)


@contextlib.contextmanager
def network(where: Path) -> Iterator[Network]:
    """Make one, with its servers at work."""
    resolv_conf, zone = where / "resolv.conf", where / "zone.json"
    resolv_conf.write_text("nameserver 127.0.0.1\noptions timeout:5 attempts:1\n")
    zone.write_text("{}")
    holder = subprocess.Popen(
        ["unshare", "--net", "--mount", "sh", "-ec", SETUP, "sh", str(resolv_conf), " ".join(ADDRESSES)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    servers = None
    try:
        assert holder.stdout and holder.stdout.readline() == "ready\n"
        made = Network(holder, zone)
        servers = subprocess.Popen(
            made.command(sys.executable, SERVER, zone), stdin=subprocess.PIPE, text=True
        )
        probe = made.command("ss", "-Hltn", "sport = :8443 or sport = :53")
        until(lambda: subprocess.check_output(probe).count(b"\n") == 2, "the servers listen")
        yield made
    finally:
        for process in (servers, holder):
            if process:
                process.communicate(timeout=20)
