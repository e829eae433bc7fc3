"""Flight records as people see them. `python -m tests.golden.record_cases` writes them: review the diff."""

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from rich.console import Console, Group

from outrider.cli import record_view
from outrider.cli.record import _story
from outrider.model.event import Ancestor, Event, Kind, Verdict
from outrider.report.incident_page import render
from outrider.runtime.record import FlightRecord, build
from tests.unit.runtime.attack_story import attacked, under
from tests.unit.runtime.story import POLICY, SECOND, told

FOLDER = Path(__file__).parent / "record"


def events(name: str = "/tmp/x") -> list[Event]:
    """Two incidents: one that was stopped, one that a detector knows. An attacker chose `name`."""
    story = told()
    story.time += 70 * SECOND
    made = attacked(story)
    place = story.events.index(made["shell"])
    story.events[place] = shell = replace(made["shell"], traits=("stdin:socket",))
    line = (shell.pid, "/usr/bin/dash")
    story.act(Kind.EXEC, name, Verdict.ALERT, argv=(name, "--all"), **under(44, "/usr/bin/dash", line))
    hostile = {"pid": 45, "program": name, "cmdline": (name,), "ancestors": (Ancestor(*line),)}
    story.act(Kind.WRITE, name, Verdict.BLOCK, **hostile)
    return story.events


def record() -> FlightRecord:
    """As `outrider record` builds it."""
    return build(events(), {(POLICY, 4): "credentials are for the agent"})


def text() -> str:
    """What `outrider record show` prints."""
    out = Console(file=io.StringIO(), width=110, highlight=False, color_system=None)
    found = record()
    stories = (_story(number, one) for number, one in enumerate(found.incidents, start=1))
    out.print(Group(record_view.overview(found), *stories))
    return out.file.getvalue()  # type: ignore[attr-defined,no-any-return]


def page() -> str:
    """What `--html` writes."""
    found = record()
    return render(found.incidents, found)


FILES: dict[str, Callable[[], str]] = {"show.txt": text, "show.html": page}

if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for file, make in FILES.items():
        (FOLDER / file).write_text(make())
