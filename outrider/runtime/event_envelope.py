"""Events of defenders as envelopes: whoever tells one, by whatever way, gives it the same id.

Arguments of programs stay behind: they may be credentials.
"""

import json
from collections.abc import Mapping
from typing import Any

from outrider.model.envelope import Envelope, Subject, Topic, identity
from outrider.model.event import Event
from outrider.runtime import jsonl
from outrider.runtime.acts import Acts

_ARGUMENTS = ("argv", "cmdline")

LEFT_OUT = "…"
"""Stands for the arguments of a program that had some."""


def of_task_event(event: Event, subject: Subject, *, account: str, region: str) -> Envelope:
    """The envelope in which a sidecar tells an event of its task; `subject` is the task's container."""
    plain = jsonl.to_plain(event)
    return Envelope(
        topic=Topic.EVENT,
        id=identity_of(event, plain, account=account, region=region),
        time=jsonl.format_time(event.time_ns),
        account=account,
        region=region,
        program="sidecar",
        subject=subject,
        detail=bare(plain),
    )


def bare(detail: Mapping[str, Any]) -> dict[str, Any]:
    """An event without the arguments of programs: that there were some is told."""
    kept = {name: value for name, value in detail.items() if name not in _ARGUMENTS}
    for name in _ARGUMENTS:
        if isinstance(words := detail.get(name), list) and words:
            kept[name] = [str(words[0]), *([LEFT_OUT] if len(words) > 1 else [])]
    return kept


def identity_of(
    told: Event | Acts, plain: Mapping[str, Any], *, account: str, region: str, place: str = ""
) -> str:
    """The id of an event's envelope; `plain` is its JSON, whole.

    What a supervisor numbered is known by that; everything else by all it says, and by `place`, which only
    functions need: their lines have neither.
    """
    if isinstance(told, Event) and told.instance and told.seq:
        return identity(Topic.EVENT, account, region, told.instance, str(told.seq))
    return identity(Topic.EVENT, account, region, place, json.dumps(plain, sort_keys=True))
