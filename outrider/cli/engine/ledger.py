"""`task.json`: what scripts may know of a running task, written whole at every change."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from outrider.cli.files import write_atomic
from outrider.fargate import metadata, order
from outrider.fargate.metadata import Facts, Identity
from outrider.fargate.order import Progress
from outrider.fargate.task import Task
from outrider.model.outcome import Skipped

SCHEMA = "outrider.run/1"


class Ledger:
    """Keeps `task.json` in step with the task. `fixed` is what does not change during the run."""

    def __init__(self, path: Path, task: Task, identity: Identity, fixed: Mapping[str, Any]) -> None:
        self._path = path
        self._task = task
        self._head = {
            "schema": SCHEMA,
            "family": task.family,
            "task_id": identity.task_id,
            "task_arn": identity.task_arn,
            "runner_pid": os.getpid(),
            **fixed,
        }
        self._written = ""

    def write(
        self, progress: Progress, facts: Facts, pids: Mapping[str, int], engine_ids: Mapping[str, str]
    ) -> dict[str, Any]:
        """Write the file if anything changed; returns the document."""
        stop = progress.stop
        document = {
            **self._head,
            "status": metadata.task_status(progress),
            "health": metadata.task_health(self._task, progress).value,
            "ready": order.ready(self._task, progress),
            "stop": {"code": stop.code.value, "reason": stop.reason, "container": stop.container}
            if stop
            else None,
            "containers": {
                container.name: self._container(container.name, progress, facts, pids, engine_ids)
                for container in self._task.containers
            },
        }
        text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
        if text != self._written:
            write_atomic(self._path, text, mode=0o644)
            self._written = text
        return document

    def _container(
        self,
        name: str,
        progress: Progress,
        facts: Facts,
        pids: Mapping[str, int],
        engine_ids: Mapping[str, str],
    ) -> dict[str, Any]:
        """One container's entry."""
        life, container = progress.lives[name], self._task.container(name)
        return {
            "status": life.phase.value,
            "health": life.health.value if container.health_check else None,
            "essential": container.essential,
            "exit_code": life.exit_code,
            "restarts": life.restarts,
            "reason": life.reason or None,
            "pid": pids.get(name),
            "engine_id": engine_ids.get(name),
            "docker_id": facts[name].docker_id,
            "image": container.image,
            "image_id": facts[name].image_id,
            "log": str(self._path.parent / "logs" / f"{name}.log"),
        }


def skipped(found: tuple[Skipped, ...]) -> list[dict[str, str]]:
    """Outcomes as JSON."""
    return [{"subject": one.subject, "reason": one.reason} for one in found]
