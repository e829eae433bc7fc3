"""The application that python.py puts under load: products as JSON, a thread a connection.

python app.py PORT
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

PRODUCTS = [{"number": number, "name": f"product {number}", "price": number * 1.5} for number in range(200)]
PAGE = 20


class Shop(BaseHTTPRequestHandler):
    """Answers with a page of products."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else the body waits 40 ms for the client to acknowledge the headers

    def do_GET(self) -> None:
        """One page of products."""
        query = parse_qs(urlsplit(self.path).query)
        first = int(query.get("page", ["0"])[0]) * PAGE
        body = json.dumps({"products": PRODUCTS[first : first + PAGE]}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the log would be measured."""


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Shop).serve_forever()
