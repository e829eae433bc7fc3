"""Who else is there, all on loopback: the price service, a metadata service, and the attacker.

The attacker counts what he gets: that an attack worked is what he saw, not what the defender claims.
"""

import http.server
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

ATTACKER, METADATA, PRICES = "127.0.0.66", "127.0.0.169", "127.0.0.1"
PRICE_LIST = b'{"saddle": 189.0, "bridle": 74.5}\n'
WINDOW = b"<h1>Our partner's new saddles</h1>\n"
ROLE = b'{"AccessKeyId": "ASIA0000EXAMPLE", "SecretAccessKey": "of the whole machine"}\n'


@dataclass
class Neighbours:
    """Addresses, and what reached the attacker."""

    attacker: str = ""
    metadata: str = ""
    prices: str = ""
    loot: list[bytes] = field(default_factory=list)
    """Paths and bodies of requests, in order."""

    def has(self, text: bytes) -> bool:
        """Whether the attacker got this."""
        return any(text in one for one in list(self.loot))


@contextmanager
def neighbours() -> Iterator[Neighbours]:
    """Open all three; they close with the block."""
    us = Neighbours()
    with ExitStack() as stack:
        us.attacker = stack.enter_context(_serving(ATTACKER, {}, us.loot))
        us.metadata = stack.enter_context(_serving(METADATA, {"/latest/credentials": ROLE}, []))
        pages = {"/prices": PRICE_LIST, "/window": WINDOW}
        us.prices = stack.enter_context(_serving(PRICES, pages, []))
        yield us


@contextmanager
def _serving(host: str, pages: dict[str, bytes], loot: list[bytes]) -> Iterator[str]:
    server = http.server.ThreadingHTTPServer((host, 0), _handler(pages, loot))
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://{host}:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def _handler(pages: dict[str, bytes], loot: list[bytes]) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            loot.append(self.path.encode())
            self._answer(pages.get(self.path, b"thanks\n"))

        def do_POST(self) -> None:
            loot.append(self.path.encode() + b" " + self.rfile.read(int(self.headers["Content-Length"])))
            self._answer(b"thanks\n")

        def _answer(self, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler
