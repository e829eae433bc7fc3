"""What the chapters hand to each other, and how they run commands."""

import json
import os
import subprocess
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from demo import task
from demo.scan.archive import Roots
from demo.story import Story
from outrider.errors import EnvironmentFault


@dataclass
class Stage:
    """One telling."""

    story: Story
    work: Path
    cache: Path
    roots: Roots | None = None
    set_up: float = 0.0
    """Seconds that making the roots took."""
    registry: str = ""
    findings: list[tuple[bool, str]] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    """Variables that were exported."""

    @property
    def registry_state(self) -> Path:
        """Where the registry keeps what it has."""
        return self.work / "registry"

    @property
    def layouts(self) -> Path:
        """Where the images are made: beside the roots, for they share their bytes."""
        return self.cache / "images"

    def export(self, **variables: str) -> None:
        """Show and set variables for the commands to come."""
        for name, value in variables.items():
            self.story.command(("export", f"{name}={value}"))
            self.environment[name] = value

    def outrider(self, *arguments: str, statuses: Collection[int] = (0,)) -> subprocess.CompletedProcess[str]:
        """Show and run one command of ours; what it says on standard error is shown."""
        self.story.command(("outrider", *arguments))
        done = task.outrider(arguments, self.work, statuses=statuses, environment=self.environment)
        self.story.output(done.stderr)
        return done

    def run(self, *arguments: str) -> None:
        """Show and run one command of Debian's. Raises EnvironmentFault when it fails."""
        self.story.command(arguments)
        environment = {**os.environ, **self.environment}
        done = subprocess.run(
            arguments, cwd=self.work, env=environment, capture_output=True, text=True, check=False
        )
        self.story.output(done.stdout + done.stderr, most=6)
        if done.returncode:
            raise EnvironmentFault(f"{' '.join(arguments)} exited {done.returncode}")

    def timed(self, *arguments: str) -> float:
        """Show and run one command of ours; return its seconds, from start to exit."""
        self.story.command(("time", "outrider", *arguments))
        began = time.monotonic()
        task.outrider(arguments, self.work, environment=self.environment)
        return time.monotonic() - began

    def image(self, tag: str) -> tuple[str, ...]:
        """Arguments that name an image in the registry, and the database."""
        return (f"{self.registry}/shop/pricing:{tag}", "--registry-http", self.registry, "--db", "db")

    def document(self, name: str) -> dict[str, Any]:
        """A JSON file that a command wrote."""
        found: dict[str, Any] = json.loads((self.work / name).read_text())
        return found

    def promise(self, held: bool, words: str) -> None:
        """One line of the verdict."""
        self.findings.append((held, words))
