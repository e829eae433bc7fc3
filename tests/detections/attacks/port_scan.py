"""Many doors, and clients that have many connections."""

from detections.case import Case

_TRY = """
import socket
def attempt(host, port):
    with socket.socket() as peer:
        peer.setblocking(False)
        peer.connect_ex((host, port))
"""

_PORTS = _TRY + "for port in range(20, 40): attempt('127.0.0.1', port)\n"
_HIGH_PORTS = _TRY + "for port in range(8000, 8040): attempt('10.255.255.1', port)\n"
_PEERS = _TRY + "for last in range(1, 40): attempt(f'192.0.2.{last}', 6379)\n"
_CRAWLER = (
    _TRY + "for last in range(1, 60): attempt(f'192.0.2.{last}', 443); attempt(f'192.0.2.{last}', 80)\n"
)
_SUITE = (
    _TRY + "for port in (80, 443, 389, 636, 5432, 6379, 9092, 9200, 11211): attempt('10.255.255.1', port)\n"
)
_CHANCE = """
import socket
for _ in range(40):
    server = socket.create_server(("127.0.0.1", 0))
    socket.create_connection(server.getsockname()).close()
    server.close()
"""

ATTACKS = (
    Case(name="ports of one host, one after the other", run=_PORTS, fires=("port-scan",)),
    Case(name="forty ports of web servers", run=_HIGH_PORTS, fires=("port-scan",)),
    Case(name="Redis is looked for outside", run=_PEERS, fires=("port-scan",)),
)

LOOK_ALIKES = (
    Case(name="a crawler", run=_CRAWLER, silent=("port-scan", "internal-sweep")),
    Case(name="a client of a suite of services", run=_SUITE, silent=("port-scan",)),
    Case(name="servers of its own on ports by chance", run=_CHANCE, silent=("port-scan",)),
)
