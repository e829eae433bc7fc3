"""A server is attacked: a shell, a download, a run that is stopped; and stand-in detectors."""

from typing import Any

from outrider.model.detection import Confidence, Detection
from outrider.model.event import Address, Ancestor, Event, Kind, Verdict
from outrider.model.finding import Severity
from outrider.runtime.detectors.detector import Detector, stateless
from tests.unit.runtime.story import NGINX, PYTHON, Story

DASH, CURL = "/usr/bin/dash", "/usr/bin/curl"
OUTSIDE = Address("inet", "tcp", "203.0.113.9", 80)


def detector(id: str, **fields: Any) -> Detector:
    """One that finds nothing by itself."""
    begin, step = stateless(lambda event: ())
    usual: dict[str, Any] = {
        "title": f"Title of {id}",
        "severity": Severity.HIGH,
        "confidence": Confidence.HIGH,
        "attack": (),
        "explanation": "e",
        "false_positives": "f",
        "advice": f"Advice of {id}.",
        "kinds": frozenset({Kind.EXEC}),
        "begin": begin,
        "step": step,
    }
    return Detector(id=id, **usual | fields)


SHELL = detector("shell", title="A shell of a server", attack=("T1059.004", "T1190"))
FETCH = detector("fetch", severity=Severity.MEDIUM, confidence=Confidence.LOW, attack=("T1105",))
SAME = detector("same", severity=Severity.LOW, advice=SHELL.advice)
DETECTORS = (SHELL, FETCH, SAME)


def detection(found: Detector, event: Event, *earlier: int, **fields: Any) -> Detection:
    """That detector fired at that event."""
    usual: dict[str, Any] = {
        "severity": found.severity,
        "confidence": found.confidence,
        "what": f"{found.id} was seen",
    }
    return Detection(
        detector=found.id,
        container=event.container,
        instance=event.instance,
        time_ns=event.time_ns,
        seqs=tuple(sorted({*earlier, event.seq})),
        pid=event.pid,
        program=event.program,
        **usual | fields,
    )


def under(pid: int, program: str, *above: tuple[int, str]) -> dict[str, Any]:
    """Who acts, below the application."""
    ancestors = (*(Ancestor(*one) for one in above), Ancestor(17, PYTHON), Ancestor(1, NGINX))
    return {"pid": pid, "ppid": ancestors[0].pid, "program": program, "ancestors": ancestors, "cmdline": ()}


def attacked(story: Story, *, stopped: bool = True) -> dict[str, Event]:
    """python → sh → curl, which connects and writes; sh → what was fetched."""
    shell = (41, DASH)
    return {
        "shell": story.act(Kind.EXEC, DASH, argv=("sh", "-i"), **under(41, PYTHON)),
        "curl": story.act(Kind.EXEC, CURL, argv=("curl", "-d@secret"), **under(42, DASH, shell)),
        "out": story.act(Kind.CONNECT, address=OUTSIDE, **under(42, CURL, shell)),
        "write": story.act(Kind.WRITE, "/tmp/x", **under(42, CURL, shell)),
        "run": story.act(
            Kind.EXEC, "/tmp/x", Verdict.BLOCK if stopped else Verdict.ALERT, **under(43, DASH, shell)
        ),
    }
