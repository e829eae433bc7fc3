"""Carrying out health checks: one command after another in each container, none of them waited for."""

import os
import selectors
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from subprocess import Popen

from outrider.cli.engine.contract import Engine
from outrider.fargate.health import Health, Pulse, after_check
from outrider.fargate.task import HealthCheck


@dataclass
class _Patient:
    """A running container with a health check."""

    check: HealthCheck
    pulse: Pulse
    next_at: float
    command: Popen[bytes] | None = None
    descriptor: int = -1
    give_up_at: float = 0.0


class HealthWatch:
    """The health checks of a task; times are of the caller's clock."""

    def __init__(
        self, engine: Engine, selector: selectors.BaseSelector, changed: Callable[[str, Health], None]
    ) -> None:
        self._engine = engine
        self._selector = selector
        self._changed = changed
        self._patients: dict[str, _Patient] = {}

    def begin(self, name: str, check: HealthCheck, now: float) -> None:
        """The container has just started: its first check comes after one interval."""
        self.end(name)
        self._patients[name] = _Patient(check, Pulse(started_at=now), now + check.interval)

    def end(self, name: str) -> None:
        """The container is gone, or on its way: no more checks."""
        patient = self._patients.pop(name, None)
        if patient:
            self._abandon(patient)

    def wake_at(self) -> float | None:
        """When `tick` has something to do."""
        moments = [p.give_up_at if p.command else p.next_at for p in self._patients.values()]
        return min(moments, default=None)

    def tick(self, now: float) -> None:
        """Start what is due, settle what has ended or has taken too long."""
        for name, patient in list(self._patients.items()):
            if patient.command is None:
                if now >= patient.next_at:
                    self._ask(name, patient, now)
                continue
            status = patient.command.poll()
            if status is not None or now >= patient.give_up_at:
                self._abandon(patient)
                self._settle(name, patient, passed=status == 0, now=now)

    def _ask(self, name: str, patient: _Patient, now: float) -> None:
        """Start one check."""
        patient.command = self._engine.command(name, patient.check.argv)
        patient.descriptor = os.pidfd_open(patient.command.pid)
        patient.give_up_at = now + patient.check.timeout
        self._selector.register(patient.descriptor, selectors.EVENT_READ)

    def _settle(self, name: str, patient: _Patient, *, passed: bool, now: float) -> None:
        """Count one check."""
        before = patient.pulse.health
        patient.pulse = after_check(patient.check, patient.pulse, passed=passed, now=now)
        patient.next_at = now + patient.check.interval
        if patient.pulse.health is not before:
            self._changed(name, patient.pulse.health)

    def _abandon(self, patient: _Patient) -> None:
        """End a check, whether it has ended or not."""
        if patient.command is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(patient.command.pid, signal.SIGKILL)
        patient.command.wait()
        patient.command = None
        self._selector.unregister(patient.descriptor)
        os.close(patient.descriptor)
