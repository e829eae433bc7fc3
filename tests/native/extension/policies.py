"""Policies of a function and frames of its guard, as the library writes them."""

from pathlib import Path
from typing import Any

from outrider.model.event import Event, FrameType, Kind, Verdict
from outrider.policy.document import PolicyDocument
from outrider.policy.lowering import compile_policy
from outrider.runtime.wire_encode import encode_frame

KINDS = ("exec", "connect", "bind", "write", "syscall", "resolve", "read", "load", "invoke")


def policy(
    mode: str = "block",
    *rules: dict[str, Any],
    counter: int = 1,
    report: bool = False,
    learn: dict[str, int] | None = None,
    event: dict[str, int] | None = None,
    **defaults: str,
) -> bytes:
    """A blob. What `defaults` does not name is allowed."""
    container: dict[str, Any] = {
        "mode": mode,
        "report_allowed": report,
        "defaults": dict.fromkeys(KINDS, "allow") | defaults,
        "rules": [{"action": "allow", "why": "test", **rule} for rule in rules],
    }
    container |= {"learn": learn} if learn else {}
    container |= {"event": event} if event else {}
    document = {"version": 1, "workload": "shop", "counter": counter, "containers": {"function": container}}
    return compile_policy(PolicyDocument.model_validate(document), "function")


def written(place: Path, blob: bytes) -> str:
    """The value of OUTRIDER_POLICY for it."""
    path = place / "p.policy"
    path.write_bytes(blob)
    return f"file:{path}"


def act(**fields: Any) -> bytes:
    """A frame about one act: an alert of /bin/sh unless said otherwise."""
    fields = {"kind": Kind.EXEC, "verdict": Verdict.ALERT, "program": "/bin/sh", "target": "/bin/id"} | fields
    return encode_frame(Event(type=FrameType.EVENT, seq=0, time_ns=1_795_000_000_000_000_000, **fields))
