"""What the agent itself has to say, as events: in the record and the log they stand among the supervisors'.

They have seq 0 and no instance, which no frame but HELLO has, and their message begins with `agent:`.
"""

import time
from dataclasses import replace

from outrider.model.event import Event, FrameType, Verdict

MESSAGE = 4096
"""Characters of a message at most: some quote what others wrote, and an event has a size that it may have."""


def trouble(container: str, message: str) -> Event:
    """Something of ours went wrong, or somebody tried something. No container: it concerns all."""
    return Event(
        type=FrameType.TROUBLE,
        seq=0,
        time_ns=time.time_ns(),
        container=container,
        message=f"agent: {message[:MESSAGE]}",
    )


def unknown_settings(names: tuple[str, ...]) -> list[Event]:
    """Variables that begin like ours and mean nothing to this version: a slip, or a newer patch."""
    return [trouble("", f"{name} is no setting of this version and was passed over") for name in names]


def policy(container: str, verdict: Verdict, message: str, *, counter: int = 0, policy_id: str = "") -> Event:
    """A policy was put in place for the supervisor to take (allow), or was refused by the agent (block)."""
    return replace(
        trouble(container, message),
        type=FrameType.POLICY,
        verdict=verdict,
        policy_counter=counter,
        policy_id=policy_id,
    )
