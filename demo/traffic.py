"""Ordinary visitors: they look, order, ask for an invoice, send a photo. Every answer is checked."""

import itertools
import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

PAUSE_SECONDS = 0.02
PHOTO = b"\xff\xd8\xff\xe0" + bytes(24_000)
"""Larger than nginx's body buffer: it goes through a file, as real photos do."""


@dataclass
class Count:
    """Ordinary requests so far."""

    answered: int = 0
    failed: int = 0
    reasons: list[str] = field(default_factory=list)
    """What went wrong, the first ten."""


class Visitors:
    """One shop's visitors. Each request has a number, so that orders, invoices and photos differ."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.count = Count()
        self.numbers = itertools.count(1000)
        self.visits: list[Callable[[], bool]] = [
            self._front,
            self._products,
            self._order,
            self._invoice,
            self._photo,
        ]

    def one_round(self) -> None:
        """Every kind of visit once."""
        for visit in self.visits:
            self._counted(visit)

    def _counted(self, visit: Callable[[], bool]) -> None:
        try:
            good = visit()
            reason = f"{visit.__name__}: unexpected answer"
        except (OSError, ValueError, KeyError) as error:
            good, reason = False, f"{visit.__name__}: {error}"
        if good:
            self.count.answered += 1
        else:
            self.count.failed += 1
            self.count.reasons = [*self.count.reasons, reason][:10]

    def _front(self) -> bool:
        return b"<!doctype html>" in self._ask("/")

    def _products(self) -> bool:
        return len(json.loads(self._ask("/products"))["products"]) > 0

    def _order(self) -> bool:
        order = json.dumps({"product": 1 + next(self.numbers) % 4, "customer": "Ada"}).encode()
        return json.loads(self._ask("/order", order))["order"] > 0

    def _invoice(self) -> bool:
        number = next(self.numbers)
        return f"Invoice {number}".encode() in self._ask(f"/invoice?order={number}&name=Ada%20L.")

    def _photo(self) -> bool:
        return b"thank you" in self._ask(f"/photo?name={next(self.numbers)}.jpg", PHOTO)

    def _ask(self, path: str, body: bytes | None = None) -> bytes:
        with urllib.request.urlopen(self.url + path, data=body, timeout=10) as answer:
            return bytes(answer.read())


@contextmanager
def visiting(url: str) -> Iterator[Count]:
    """Keep visitors coming for as long as the block lasts; the count grows meanwhile."""
    visitors, stop = Visitors(url), threading.Event()

    def keep_coming() -> None:
        while not stop.wait(PAUSE_SECONDS):
            visitors.one_round()

    thread = threading.Thread(target=keep_coming)
    thread.start()
    try:
        yield visitors.count
    finally:
        stop.set()
        thread.join()


def wait_until_open(url: str, seconds: float) -> bool:
    """Wait for the shop to answer; whether it did."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=2):
                return True
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    return False
