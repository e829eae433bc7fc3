"""A small web shop, as people write them: standard library, SQLite, a cache, one shell command too many.

It has two holes on purpose, both of a kind found in real shops:
  /invoice  puts the customer's name into a shell command (command injection)
  /photo    takes the file name from the client (path traversal)
"""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

DATA = "/var/lib/shop"
PRODUCTS = {1: ("Saddle", 18900), 2: ("Bridle", 7450), 3: ("Lantern", 2990), 4: ("Oats, 20 kg", 1890)}
STARTED = time.time()
database_lock = threading.Lock()


def database() -> sqlite3.Connection:
    connection = sqlite3.connect(f"{DATA}/shop.db", timeout=5)
    connection.execute("CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY, product INT, customer TEXT)")
    return connection


def count_visit(page: str) -> int:
    """Count in the cache beside us; a cache that is away must not hurt the shop."""
    try:
        with socket.create_connection(("127.0.0.1", 6379), timeout=0.5) as cache:
            cache.sendall(f"INCR visits:{page}\r\n".encode())
            return int(cache.recv(64).strip(b":\r\n") or 0)
    except (OSError, ValueError):
        return 0


class Shop(BaseHTTPRequestHandler):
    """The pages. nginx is in front, serves the files and passes the rest on."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        query = {key: values[0] for key, values in parse_qs(url.query).items()}
        pages = {"/health": self.health, "/products": self.products, "/invoice": self.invoice}
        page = pages.get(url.path)
        if page is None:
            return self.answer(404, "no such page\n")
        try:
            page(query)
        except (KeyError, ValueError) as error:
            self.answer(400, f"bad request: {error}\n")

    def do_POST(self) -> None:
        url = urlsplit(self.path)
        query = {key: values[0] for key, values in parse_qs(url.query).items()}
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        pages = {"/order": self.order, "/photo": self.photo}
        page = pages.get(url.path)
        if page is None:
            return self.answer(404, "no such page\n")
        try:
            page(query, body)
        except (KeyError, ValueError) as error:
            self.answer(400, f"bad request: {error}\n")
        except OSError as error:
            self.answer(500, f"could not be stored: {error.strerror}\n")

    def health(self, query: dict) -> None:
        self.answer(200, json.dumps({"pid": os.getpid(), "started": STARTED}), "application/json")

    def products(self, query: dict) -> None:
        visits = count_visit("products")
        rows = [{"id": i, "name": name, "cents": cents} for i, (name, cents) in PRODUCTS.items()]
        self.answer(200, json.dumps({"visits": visits, "products": rows}), "application/json")

    def order(self, query: dict, body: bytes) -> None:
        order = json.loads(body)
        if int(order["product"]) not in PRODUCTS:
            raise ValueError("no such product")
        with database_lock, database() as connection:
            row = connection.execute(
                "INSERT INTO orders (product, customer) VALUES (?, ?)", (order["product"], order["customer"])
            )
        connection.close()
        self.answer(201, json.dumps({"order": row.lastrowid}), "application/json")

    def invoice(self, query: dict) -> None:
        # Hole 1: the name goes into a shell command.
        command = f"python3 /srv/shop/invoice.py {int(query['order'])} '{query['name']}'"
        done = subprocess.run(command, shell=True, capture_output=True, timeout=20)
        self.answer(200 if done.returncode == 0 else 500, (done.stdout + done.stderr).decode(errors="replace"))

    def photo(self, query: dict, body: bytes) -> None:
        # Hole 2: the client chooses the file name.
        with open(f"{DATA}/photos/{query['name']}", "wb") as photo:
            photo.write(body)
        self.answer(201, "thank you for the photo\n")

    def answer(self, status: int, text: str, kind: str = "text/plain") -> None:
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        """nginx keeps the access log."""


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))
    database().close()
    ThreadingHTTPServer(("127.0.0.1", 8001), Shop).serve_forever()
