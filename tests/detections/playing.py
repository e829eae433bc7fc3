"""Plays a case and gives the events that came of it."""

import shutil
import sys
from pathlib import Path

from supervised import Supervised, policy

from detections.case import Case
from outrider.model.detection import Detection
from outrider.model.event import Event
from outrider.runtime.watch import watch


def play(case: Case, binary: Path, directory: Path) -> tuple[list[Event], list[Detection]]:
    """Run it under the supervisor; its events, and what the detectors say of them."""
    if case.feed:
        told = case.feed()
        return told, watch(told, lambda _: case.scene)
    for program in case.needs:
        assert shutil.which(program), f"{program} is not installed"
    place = directory / "place"
    place.mkdir()
    if case.prepare:
        case.prepare(place)
    run = case.run
    if isinstance(run, str):
        script = directory / "program.py"
        script.write_text(run)
        run = (sys.executable, str(script), str(place))
    supervised = Supervised(binary, directory / "volume")
    supervised.set_policy(policy("alert", report=True))
    agent = supervised.listen()
    try:
        result = supervised.run(*(word.replace("{place}", str(place)) for word in run))
    finally:
        agent.close()
    assert not agent.broken, agent.broken
    if case.status is not None:
        assert result.returncode == case.status, f"{case.name}: {result.stdout}{result.stderr}"
    return agent.events, watch(agent.events, lambda _: case.scene)
