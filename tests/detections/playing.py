"""Plays a case and gives the events that came of it."""

import shutil
import socket
import sys
from pathlib import Path

from supervised import PATIENCE, Agent, Supervised, policy, until

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
    supervised.set_policy(case.policy() if case.policy else policy("alert", report=True))
    agent = supervised.listen()
    try:
        result = supervised.run(*(word.replace("{place}", str(place)) for word in run))
        until(lambda: not supervised.pids(), "the supervisor's end")
        _heard(agent)
    finally:
        agent.close()
    assert not agent.broken, agent.broken
    if case.status is not None:
        assert result.returncode == case.status, f"{case.name}: {result.stdout}{result.stderr}"
    events = [case.supposed(event) for event in agent.events] if case.supposed else agent.events
    return events, watch(events, lambda _: case.scene)


def _heard(agent: Agent) -> None:
    """Wait until it has read all: it takes one connection after the other, and ours is the last."""
    with socket.socket(socket.AF_UNIX) as last:
        last.connect(str(agent.path))
        last.shutdown(socket.SHUT_WR)
        last.settimeout(PATIENCE)
        assert last.recv(1) == b""
