"""Seals of the event loop's ledgers, asked for by a thread."""

import asyncio
from collections.abc import Mapping
from concurrent.futures import TimeoutError as TookTooLong
from typing import Protocol

from outrider.errors import EnvironmentFault
from sidecar.watching import Seal

SECONDS = 10.0
"""For one seal: it copies at most a ring of the record."""


class Sealing(Protocol):
    """A ledger whose record can be sealed."""

    async def seal(self, name: str, from_ns: int, to_ns: int) -> object:
        """Put aside what is on record of that time. Raises OutriderError or OSError."""


def on_loop(loop: asyncio.AbstractEventLoop, ledgers: Mapping[str, Sealing]) -> Seal:
    """Seals by way of the loop, on which ledgers live; waits for each."""

    def seal(container: str, name: str, from_ns: int, to_ns: int) -> object:
        ledger = ledgers.get(container)
        if ledger is None:
            raise EnvironmentFault(f"there is no record of {container!r}")
        asked = asyncio.run_coroutine_threadsafe(ledger.seal(name, from_ns, to_ns), loop)
        try:
            return asked.result(SECONDS)
        except TookTooLong:
            asked.cancel()
            raise EnvironmentFault(f"sealing took more than {SECONDS:.0f} s") from None

    return seal
