"""Tasks as ECS runs them: its metadata, our containers as processes, an application under the supervisor."""

import json
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from outrider.policy import signing
from tests.programs.sidecar.metadata_server import serving
from tests.programs.sidecar.sidecar_process import ROOT, AgentProcess
from tests.programs.stages.stages_account import KEY

PUBLIC = signing.format_key(signing.public_key(KEY))
SOURCE = "s3://state/policies/{family}/{container}/{image}.policy"
APPLICATION = """
import subprocess, time
while True:
    try:
        subprocess.run(["/bin/true"], check=True)
        print("ran", flush=True)
    except OSError:
        print("stopped", flush=True)
    time.sleep(0.02)
"""


class Metadata:
    """ECS's endpoint in a task; it names the digest of `web` from when it is set."""

    def __init__(self) -> None:
        self.digest = ""
        self._served = ExitStack()
        self.address = self._served.enter_context(serving(self.answer, "/v4/x"))

    def answer(self, path: str) -> bytes:
        web = {"Name": "web", **({"ImageID": self.digest} if self.digest else {})}
        said = {
            "TaskARN": "arn:aws:ecs:eu-west-1:123456789012:task/c/1",
            "Family": "shop",
            "Containers": [{"Name": "outrider"}, web],
        }
        return json.dumps(said).encode()

    def close(self) -> None:
        self._served.close()


class Task:
    """One task of family `shop` with the container `web`."""

    def __init__(self, place: Path, **more: str) -> None:
        place.mkdir()
        self.metadata = Metadata()
        self.environment = {
            "OUTRIDER_CONTAINERS": "web",
            "OUTRIDER_FAMILY": "shop",
            "OUTRIDER_POLICY": SOURCE,
            "OUTRIDER_POLICY_KEY": PUBLIC,
            "OUTRIDER_POLL_SECONDS": "1",
            "OUTRIDER_DRAIN_SECONDS": "1",
            "OUTRIDER_DIR": str(place / "task"),
            "OUTRIDER_STATE_DIR": str(place / "state"),
            "ECS_CONTAINER_METADATA_URI_V4": self.metadata.address,
            **more,
        }
        self.agent = AgentProcess(self.environment, place / "stdout")
        self._output = place / "application"
        self._application: subprocess.Popen[bytes] | None = None

    def init(self, inherited: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        """outrider-init, to its end."""
        return subprocess.run(
            [sys.executable, "-m", "sidecar", "init"],
            cwd=ROOT,
            env={**inherited, "PYTHONPATH": str(ROOT), **self.environment},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def start(self) -> None:
        """The application, as its patched entry point starts it, and the agent."""
        words = self.supervised(sys.executable, "-c", APPLICATION)
        with self._output.open("wb") as stream:
            self._application = subprocess.Popen(words, stdout=stream, stderr=stream)
        self.agent.start()

    def supervised(self, *command: str) -> list[str]:
        """A command as a patched definition starts it."""
        settings = self.agent.settings
        words = [str(settings.binary), "--dir", str(settings.directory), "--container", "web"]
        return [*words, "--key", PUBLIC, "--", *command]

    def now(self) -> str:
        """What the application has printed last."""
        *_, last, _ = "", *self._output.read_text().split("\n")
        return last

    def said(self, words: str) -> int:
        """How many of the agent's lines have these words."""
        return sum(words in line.get("message", "") for line in self.agent.logged())

    def counter(self) -> int:
        """Number of the policy that the supervisor told last that it took."""
        taken = [
            line["policy_counter"]
            for line in self.agent.recorded()
            if line["type"] == "policy" and line["seq"] and line.get("verdict") == "allow"
        ]
        return taken[-1] if taken else 0

    def recorded(self, **fields: Any) -> int:
        """How many events on record have these fields."""
        return sum(
            all(line.get(name) == value for name, value in fields.items()) for line in self.agent.recorded()
        )

    def close(self) -> None:
        if self._application is not None:
            self._application.kill()
            self._application.wait(10)
        self.agent.close()
        self.metadata.close()
