"""A policy → where agents look: signed, and never over one with a larger number."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from cdk_app.functions.reporter.staging.policies import Made
from outrider.errors import EnvironmentFault, InvalidInput
from outrider.policy.blob import decode

ATTEMPTS = 8
"""Writes that may lose against others before it is left to the next round."""

Sign = Callable[[bytes], bytes]
"""An unsigned policy → the same, signed. Raises EnvironmentFault."""


@dataclass(frozen=True, slots=True)
class Lying:
    """What lies at a place."""

    data: bytes
    tag: str
    """By which a write over it says that it saw it."""


class Store(Protocol):
    """Where policies and proposals lie. Its methods raise EnvironmentFault."""

    def propose(self, key: str, text: str) -> str:
        """Write a document for people; gives its address."""

    def address(self, key: str) -> str:
        """Of a policy, as agents are told it."""

    def lying(self, key: str) -> Lying | None:
        """The policy that agents find; None: there is none. Raises InvalidInput: it is larger than any."""

    def put(self, key: str, data: bytes, over: Lying | None) -> bool:
        """Write over what was seen; False: somebody was faster."""


@dataclass(frozen=True, slots=True)
class Published:
    """What became of it."""

    address: str = ""
    why_not: str = ""


def publish(made: Made, store: Store, sign: Sign | None) -> Published:
    """Put a policy where agents look, if that is wanted; the same one again makes no difference.

    Raises EnvironmentFault: nothing was put, it may be tried again.
    """
    if made.why_not:
        return Published(why_not=made.why_not)
    if sign is None:
        return Published(why_not="publishing is off: read it, sign it, put it where the agents look")
    for _ in range(ATTEMPTS):
        try:
            over = store.lying(made.place)
            there = decode(over.data).policy.counter if over else -1
        except InvalidInput as error:
            return Published(why_not=f"what lies at {made.place} is no policy: {error.message}")
        if there > made.number:
            return Published(why_not=f"there is a newer one at {made.place}, number {there}")
        if there == made.number or store.put(made.place, sign(made.blob), over):
            return Published(store.address(made.place))
    raise EnvironmentFault(f"{made.place} is written by too many at once", hint="it is tried again.")
