"""The real supervisor and the real agent: an application that never notices what becomes of the agent."""

import platform
import subprocess
from pathlib import Path

import pytest
from sidecar_process import ROOT, AgentProcess, wait_until

from sidecar import install
from sidecar.settings import from_environment

NATIVE = ROOT / "outrider" / "_native"
WRITES = 400


@pytest.fixture
def installed(environment: dict[str, str], place: Path) -> AgentProcess:
    """An agent whose volume was made by `init` with the supervisor of this checkout, not started."""
    environment["OUTRIDER_CONTAINERS"] = "web"
    assert (NATIVE / platform.machine() / "outrider-run").is_file(), "build it: python native/build.py"
    install.install(from_environment(environment), lambda _: None, NATIVE)
    return AgentProcess(environment, place / "stdout")


def test_killing_the_agent_is_not_noticed_and_every_frame_is_accounted_for(
    installed: AgentProcess, place: Path
) -> None:
    """The application writes file after file; each is an event while the policy is learning."""
    files = place / "files"
    files.mkdir()
    loop = f"i=0; while [ $i -lt {WRITES} ]; do : > {files}/$i; i=$((i+1)); /bin/sleep 0.01; done"
    run = [str(installed.settings.binary), "--dir", str(installed.settings.directory), "--container", "web"]
    installed.start()
    try:
        application = subprocess.Popen([*run, "--", "/bin/sh", "-ec", loop], stderr=subprocess.PIPE)
        wait_until(lambda: len(installed.recorded()) > 20)
        installed.kill()
        before = len(list(files.iterdir()))
        wait_until(lambda: len(list(files.iterdir())) > before + 20)
        installed.start()
        _, complaints = application.communicate(timeout=60)
        assert (application.returncode, complaints) == (0, b"")
        assert len(list(files.iterdir())) == WRITES

        def tally() -> dict[str, int]:
            [found] = installed.health()[0]["containers"]["web"]["instances"].values()
            return found

        def written() -> set[str]:
            return {line["target"] for line in installed.recorded() if line.get("kind") == "write"}

        wait_until(lambda: not installed.health()[0]["intake"]["connected"])
        assert {f"{files}/{number}" for number in range(WRITES)} <= written()
        assert (tally()["missing"], tally()["unaccounted"]) == (0, 0)
        seqs = [line["seq"] for line in installed.recorded() if line["seq"]]
        assert seqs == list(range(1, len(seqs) + 1))
    finally:
        installed.close()
