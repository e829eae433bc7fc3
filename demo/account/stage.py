"""What the chapters hand to each other."""

import os
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from demo import task
from demo.account import pump
from demo.account.cloud import Cloud
from demo.account.pump import Context, Delivered, Handler, Pump
from demo.story import Story


@dataclass
class Stage:
    """One telling."""

    story: Story
    work: Path
    cloud: Cloud
    cache: Path = Path()
    """What is kept from one telling to the next: the sidecar's image."""
    settings: dict[str, str] = field(default_factory=dict)
    """Environment of the programs, as the CDK app sets it."""
    images: dict[str, str] = field(default_factory=dict)
    """Repository → digest of what was pushed to it."""
    functions: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Name → what CreateFunction answered."""
    services: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Name → what CreateService answered."""
    revisions: dict[str, str] = field(default_factory=dict)
    """Service → the task definition it ran before it was protected."""
    layers: dict[str, str] = field(default_factory=dict)
    """Architecture → ARN of our layer."""
    originals: dict[str, str] = field(default_factory=dict)
    """Function → all of its settings, before it was protected."""
    findings: list[tuple[bool, str]] = field(default_factory=list)

    def promise(self, held: bool, words: str) -> None:
        """One line of the verdict."""
        self.findings.append((held, words))

    def set(self, **settings: str) -> None:
        """Settings of the programs, which are called in this process."""
        self.settings |= settings
        os.environ.update(settings)

    def outrider(self, *arguments: str, statuses: Collection[int] = (0,), shown: bool = True) -> str:
        """Show and run one command of ours; what it printed, shown as well if that is `shown`."""
        self.story.command(("outrider", *arguments))
        done = task.outrider(arguments, self.work, statuses=statuses)
        if shown:
            self.story.output(done.stderr + done.stdout)
        return done.stdout

    def deliver(self, queue: str, handler: Handler, name: str) -> Delivered:
        """Deliver what waits in a queue to a program's handler."""
        waiting = self.cloud.waiting(queue)
        done = Pump(self.cloud.client("sqs"), self.cloud.queues[queue], handler, name).drain()
        words = f"{name}: {waiting} messages, {done.batches} batches, {done.done} done, {done.kept} again"
        self.story.note(words + (f"; {', '.join(sorted(set(done.errors)))}" if done.errors else ""))
        return done

    def context(self, name: str) -> Context:
        """Of a direct invocation."""
        return Context(name)

    def heard(self) -> list[dict[str, Any]]:
        """What our own bus carried since the last time: events with `detail-type` and `detail`."""
        return pump.bodies(self.cloud.client("sqs"), self.cloud.queues["heard"])
