"""One at a time: two messages about one service, or two services of one family, come to two invocations."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import uuid4

from cdk_app.functions.injector.recording import Store
from outrider.account.errors import TryAgainError

LEASE = 330.0
"""Seconds: longer than an invocation may take, so that whoever holds one is alive or will never come back."""

_PATIENCE = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds between tries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Locks:
    """Leases in the store."""

    store: Store
    clock: Callable[[], float] = field(repr=False)
    sleep: Callable[[float], None] = field(repr=False)

    @contextmanager
    def held(self, what: str) -> Iterator[None]:
        """Be the only one at `what`. Raises TryAgainError when somebody else is for too long."""
        who = uuid4().hex
        for pause in (*_PATIENCE, None):
            now = self.clock()
            if self.store.claim(what, who, now, now + LEASE):
                break
            if pause is None:
                raise TryAgainError(f"somebody else is at {what}")
            self.sleep(pause)
        try:
            yield
        finally:
            self.store.give_back(what, who)
