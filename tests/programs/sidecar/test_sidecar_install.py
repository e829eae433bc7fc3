"""`init`: the supervisor and a first policy, or a status that keeps the task from starting."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sidecar_process import ROOT, names
from written_policy import written

from outrider.errors import EnvironmentFault
from outrider.model.event import Event
from sidecar import install
from sidecar.policy import PolicyDirectory
from sidecar.settings import Settings, from_environment


def installed(settings: Settings, native: Path) -> list[Event]:
    told: list[Event] = []
    install.install(settings, told.append, native)
    return told


@pytest.fixture
def filed(environment: dict[str, str], place: Path, monkeypatch: pytest.MonkeyPatch):
    """Make settings with a policy file as source, for a mode of failure."""
    monkeypatch.setattr(install, "ATTEMPT_SECONDS", 0.0)

    def make(on_failure: str) -> Settings:
        source = f"file:{place}/policy.yaml"
        return from_environment({**environment, "OUTRIDER_POLICY": source, "OUTRIDER_ON_FAILURE": on_failure})

    return make


def test_everything_is_in_place_and_readable_for_anybody(settings: Settings, native: Path) -> None:
    old = os.umask(0o077)
    try:
        told = installed(settings, native)
    finally:
        os.umask(old)
    assert settings.binary.read_bytes() == (native / "x86_64" / "outrider-run").read_bytes()
    assert settings.guard.read_text() == "the guard of x86_64"
    modes = {
        settings.binary: 0o755,
        settings.guard: 0o755,
        settings.guard.parent: 0o755,
        settings.binary.parent: 0o755,
        settings.socket.parent: 0o755,
        settings.blob("web").parent: 0o755,
        settings.blob("web"): 0o644,
        settings.blob("worker"): 0o644,
    }
    assert {path: path.stat().st_mode & 0o777 for path in modes} == modes
    assert [(event.container, event.verdict) for event in told] == [("web", "allow"), ("worker", "allow")]
    assert names(settings.binary.parent) == ["outrider-run"]
    assert names(settings.guard.parent) == ["guard.so"]


def test_without_a_guard_it_goes_on_and_says_so(settings: Settings, native: Path) -> None:
    for found in native.glob("*/guard.so"):
        found.unlink()
    told = installed(settings, native)
    assert "no guard.so in this image" in told[0].message
    assert settings.binary.is_file()
    assert not settings.guard.exists()


def test_a_second_time_changes_nothing(settings: Settings, native: Path) -> None:
    installed(settings, native)
    assert installed(settings, native) == []


@pytest.mark.parametrize(
    ("machine", "arch"), [("x86_64", "x86_64"), ("aarch64", "aarch64"), ("arm64", "aarch64")]
)
def test_the_supervisor_is_that_of_the_machine(native: Path, machine: str, arch: str) -> None:
    assert install.supervisor_for(machine, native) == native / arch / "outrider-run"


def test_a_machine_nobody_built_for_is_named(native: Path, place: Path) -> None:
    with pytest.raises(EnvironmentFault, match="no supervisor for riscv64"):
        install.supervisor_for("riscv64", native)
    with pytest.raises(EnvironmentFault, match="no supervisor for x86_64"):
        install.supervisor_for("x86_64", place)


def test_a_supervisor_that_does_not_run_here_is_not_installed(settings: Settings, native: Path) -> None:
    installed(settings, native)
    before = settings.binary.read_bytes()
    (native / "x86_64" / "outrider-run").write_text("#!/bin/sh\nexit 3\n")
    with pytest.raises(EnvironmentFault, match="does not run here: exit 3"):
        installed(settings, native)
    (native / "x86_64" / "outrider-run").write_bytes(b"\x7fELF of another machine")
    with pytest.raises(EnvironmentFault, match="cannot be installed"):
        installed(settings, native)
    assert settings.binary.read_bytes() == before
    assert names(settings.binary.parent) == ["outrider-run"]


def test_a_volume_that_is_not_there_is_said(settings: Settings, native: Path, place: Path) -> None:
    (place / "task").write_text("a file where the volume should be")
    with pytest.raises(EnvironmentFault, match="cannot be installed"):
        installed(settings, native)


def test_the_written_policy_is_the_first(filed, native: Path, place: Path) -> None:
    (place / "policy.yaml").write_text(written(4))
    settings = filed("security")
    told = installed(settings, native)
    assert [(event.container, event.policy_counter) for event in told] == [("web", 4), ("worker", 4)]
    assert PolicyDirectory(settings).current("web").counter == 4  # type: ignore[union-attr]


@pytest.mark.parametrize("content", [None, "nonsense", written(workload="other"), written(names=("web",))])
def test_in_security_mode_a_task_does_not_start_without_its_policy(filed, native, place, content) -> None:
    if content is not None:
        (place / "policy.yaml").write_text(content)
    with pytest.raises(install.NoFirstPolicy, match="no policy from file:"):
        installed(filed("security"), native)


@pytest.mark.parametrize("content", [None, "nonsense", written(workload="other")])
def test_in_availability_mode_it_starts_and_says_so_loudly(filed, native, place, content) -> None:
    if content is not None:
        (place / "policy.yaml").write_text(content)
    settings = filed("availability")
    told = installed(settings, native)
    loud = [event for event in told if "STARTS WITHOUT ITS POLICY" in event.message]
    assert [event.container for event in loud] == ["web", "worker"]
    assert {event.type for event in told} <= {"trouble", "policy"}
    assert len(told) == 4, "and why, for each"
    assert PolicyDirectory(settings).current("web").counter == 0  # type: ignore[union-attr]


def test_a_container_the_policy_forgets_gets_the_builtin_one(filed, native: Path, place: Path) -> None:
    (place / "policy.yaml").write_text(written(4, names=("web",)))
    settings = filed("availability")
    told = installed(settings, native)
    assert [e.container for e in told if "STARTS WITHOUT" in e.message] == ["worker"]
    assert PolicyDirectory(settings).current("web").counter == 4  # type: ignore[union-attr]


def test_a_source_that_needs_a_moment_is_given_it(filed, native: Path, place: Path, monkeypatch) -> None:
    settings = filed("security")
    monkeypatch.setattr(install, "sleep", lambda _: (place / "policy.yaml").write_text(written(1)))
    assert "cannot be had" in installed(settings, native)[0].message
    assert PolicyDirectory(settings).current("web").counter == 1  # type: ignore[union-attr]


def command(program: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sidecar", program],
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_wrong_settings_are_a_usage_error_at_the_command_line() -> None:
    done = command("init", {"OUTRIDER_CONTAINERS": "a/b"})
    assert done.returncode == 2
    assert "OUTRIDER_CONTAINERS" in done.stderr
    assert "hint:" in done.stderr
    assert "Traceback" not in done.stderr


def test_health_without_an_agent_is_not_healthy(environment: dict[str, str]) -> None:
    done = command("health", environment)
    assert done.returncode == 1
    assert json.loads(done.stdout)["healthy"] is False


def test_help_names_every_setting() -> None:
    done = command("--help", {})
    assert done.returncode == 0
    assert "OUTRIDER_STATE_DIR" in done.stdout


def test_what_was_found_out_is_told_also_when_the_task_may_not_start(
    filed, environment: dict[str, str], native: Path
) -> None:
    environment["OUTRIDER_MOOD"] = "good"
    told: list[Event] = []
    with pytest.raises(install.NoFirstPolicy):
        install.install(filed("security"), told.append, native)
    assert "OUTRIDER_MOOD is no setting" in told[0].message
    assert ["cannot be had" in event.message for event in told[1:]] == [True, True]
