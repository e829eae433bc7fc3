"""Keeps the policies up to date while the task runs, and says what became of each new one."""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable
from typing import Any

from outrider.errors import EnvironmentFault
from outrider.model.event import Event, Verdict
from sidecar import notices
from sidecar.loading import Loaded, PolicyLoader
from sidecar.settings import Settings
from sidecar.switching import SwitchLoader
from sidecar.versions import AGAIN

JITTER_PERCENT = 10
"""So that a thousand tasks started together do not ask together."""

Tell = Callable[[Event], Awaitable[None]]


class PolicyPoll:
    """Loads at once, and then every OUTRIDER_POLL_SECONDS."""

    def __init__(self, settings: Settings, loader: PolicyLoader, tell: Tell) -> None:
        self._settings = settings
        self._loader = loader
        self._switch = SwitchLoader(settings)
        self._tell = tell
        self._without: list[str] = list(settings.containers)
        self._last_round = time.monotonic()

    async def run(self) -> None:
        """Poll for ever."""
        while True:
            await self.once()
            spread = 2 * JITTER_PERCENT * self._settings.poll_seconds * 10
            jitter = (secrets.randbelow(spread + 1) - spread / 2) / 1000
            await self._pause(self._settings.poll_seconds + jitter)

    async def _pause(self, seconds: float) -> None:
        """Until the next round; less long where a container's policy waits for the digest of its image."""
        while self._loader.nameless() and seconds > AGAIN:
            await asyncio.sleep(AGAIN)
            seconds -= AGAIN
            if await asyncio.to_thread(self._loader.has_new_digest):
                return
        await asyncio.sleep(seconds)

    async def once(self) -> None:
        """One round."""
        loaded = await asyncio.to_thread(self._loader.load)
        self._without = await asyncio.to_thread(self._loader.without_policy)
        switched = await asyncio.to_thread(self._switch.load)
        self._last_round = time.monotonic()
        for event in [*events(loaded), *switched]:
            await self._tell(event)

    def status(self) -> dict[str, Any]:
        """How it stands: for the health check."""
        told = {**self._loader.unreachable, **self._loader.refused}
        return {
            "source": self._settings.policy,
            "without_policy": self._without,
            "waiting": [f"{name}: {reason}" for name, reason in self._loader.waiting.items()],
            "problems": [f"{', '.join(group)}: {reason}" for group, reason in told.items()],
            "seconds_since_poll": round(time.monotonic() - self._last_round, 1),
        }


def events(loaded: Loaded) -> list[Event]:
    """What a round brought, as lines for the record and the log."""
    told = [
        notices.policy(
            placed.container,
            Verdict.ALLOW,
            "policy placed for the supervisor",
            counter=placed.policy.counter,
            policy_id=placed.policy.id.hex(),
        )
        for placed in loaded.placed
        if placed.changed
    ]
    for name in loaded.missing:
        told.append(
            notices.policy(
                name, Verdict.BLOCK, "the policy says nothing of this container; the old one stays"
            )
        )
    for name, why in loaded.waiting:
        told.append(
            notices.policy(name, Verdict.ALLOW, f"no policy of its version yet, it is only watched: {why}")
        )
    for group, error in loaded.errors:
        if isinstance(error, EnvironmentFault):
            told += [notices.trouble(name, f"the policy cannot be had: {error.message}") for name in group]
        else:
            told += [
                notices.policy(name, Verdict.BLOCK, f"policy refused, the old one stays: {error.message}")
                for name in group
            ]
    return told
