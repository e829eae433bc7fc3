"""A program that runs as its owner, and modes as every installation sets them.

Events made as the supervisor is to make them: it does not trap chmod(2) yet.
"""

from detections.case import Case
from outrider.model.event import Ancestor, Event, FrameType, Kind, Verdict


def _chmod(program: str, target: str, *traits: str, ancestors: tuple[Ancestor, ...] = ()) -> list[Event]:
    return [
        Event(
            type=FrameType.EVENT,
            seq=1,
            time_ns=1_795_482_123_000_000_000,
            instance="5a" * 16,
            container="app",
            kind=Kind.WRITE,
            verdict=Verdict.ALLOW,
            pid=7,
            program=program,
            target=target,
            syscall="fchmodat",
            ancestors=ancestors,
            traits=traits,
        )
    ]


def _kept() -> list[Event]:
    return _chmod("/usr/bin/chmod", "/tmp/.x/sh", "set-user-id")


def _executable() -> list[Event]:
    return _chmod("/usr/bin/chmod", "/tmp/tool")


def _package() -> list[Event]:
    above = (Ancestor(6, "/usr/bin/dash"), Ancestor(5, "/usr/bin/dpkg"))
    return _chmod("/usr/bin/chmod", "/usr/bin/passwd", "set-user-id", ancestors=above)


ATTACKS = (Case(name="a shell that stays root", feed=_kept, fires=("set-user-id-made",)),)

LOOK_ALIKES = (
    Case(name="a program is made executable", feed=_executable, silent=("set-user-id-made",)),
    Case(name="a package brings one", feed=_package, silent=("set-user-id-made",)),
)
