"""One run of a task, put together: state, network, metadata, images, volumes, and the loop over it all."""

import json
import platform
import secrets
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from outrider.cli.engine import ledger
from outrider.cli.engine.contract import BoundMount, Engine, Image, Launch
from outrider.cli.engine.loop import TaskLoop
from outrider.cli.engine.network import TaskNetwork
from outrider.cli.engine.state import StateDirectory
from outrider.cli.files import write_atomic
from outrider.cli.metadata_server import MetadataServer
from outrider.fargate import capabilities, metadata, order, seccomp_profile
from outrider.fargate.metadata import ContainerFacts, Identity
from outrider.fargate.order import Phase, Progress
from outrider.fargate.seccomp_profile import Containerd
from outrider.fargate.task import Task
from outrider.model.outcome import Skipped

_CREDENTIALS_LIFE = timedelta(hours=6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the user wants of a run, beyond the task definition."""

    containerd: Containerd
    region: str
    images: Mapping[str, str]
    """Container name, or image as the definition has it → where to take the image from."""
    environment: Mapping[str, Mapping[str, str]]
    """Container name, or empty for all → variables that win over everything."""
    ready_file: Path | None
    skipped: tuple[Skipped, ...]
    """What of the definition has no effect here."""


class Session:
    """A run of one task; `run` does it all and leaves only what the state directory is to keep."""

    def __init__(
        self,
        task: Task,
        plan: Plan,
        *,
        engine: Engine,
        network: TaskNetwork,
        state: StateDirectory,
        say: Callable[[str], None],
    ) -> None:
        self._task = task
        self._plan = plan
        self._engine = engine
        self._network = network
        self._state = state
        self._say = say
        self._identity = Identity(task_id=secrets.token_hex(16), region=plan.region, address=network.address)
        self._credentials_path = f"/v2/credentials/{secrets.token_hex(16)}"
        self._facts: dict[str, ContainerFacts] = {}
        self._images: dict[str, Image] = {}
        self._volumes: dict[str, Path] = {}
        self._engine_ids: dict[str, str] = {}
        self._progress = order.begin(task)
        self._was_ready = False
        self._base = ""
        self._ledger: ledger.Ledger | None = None

    @property
    def logs(self) -> dict[str, Path]:
        """Container name → its log file."""
        return {c.name: self._state.path / "logs" / f"{c.name}.log" for c in self._task.containers}

    def run(self) -> Progress:
        """Run the task to its end. Raises EnvironmentFault when an image cannot be had."""
        with ExitStack() as stack:
            self._serve(stack)
            self._pull()
            self._make_volumes()
            self._ledger = ledger.Ledger(
                self._state.path / "task.json", self._task, self._identity, self._fixed()
            )
            self._network.set_controls(
                (key, value)
                for container in self._task.containers
                for key, value in container.system_controls
                if key.startswith("net.")
            )
            loop = TaskLoop(
                self._task, self._engine, self._images, make=self._make, publish=self._publish, say=self._say
            )
            progress = loop.run()
        self._publish(progress, {})
        return progress

    def _serve(self, stack: ExitStack) -> None:
        """Open the metadata endpoint, before anything could ask it."""
        listening = self._network.listen()
        host, port = listening.getsockname()[:2]
        self._base = f"http://{host}" if port == 80 else f"http://{host}:{port}"
        stack.callback(MetadataServer(listening, self._answer).close)

    def _pull(self) -> None:
        """Get every image, each source once."""
        started = _now()
        pulled: dict[str, Image] = {}
        for number, container in enumerate(self._task.containers, start=1):
            wanted = self._plan.images
            source = wanted.get(container.name) or wanted.get(container.image) or container.image
            if source not in pulled:
                self._say(f"pulling {source}")
                pulled[source] = self._engine.pull(source)
            self._images[container.name] = pulled[source]
            self._facts[container.name] = ContainerFacts(
                docker_id=metadata.docker_id(self._identity, number), image_id=pulled[source].digest
            )
        self._identity = replace(self._identity, pull_started_at=started, pull_stopped_at=_now())

    def _make_volumes(self) -> None:
        """Make the task's volumes; what an image declares as VOLUME at a mount's path fills it."""
        seeded = set()
        for name in self._task.volumes:
            self._volumes[name] = self._state.volume(name)
        for container in self._task.containers:
            image = self._images[container.name]
            for mount in self._task.mounts_of(container.name):
                if mount.path in image.volumes and mount.volume not in seeded:
                    self._engine.seed(image, mount.path, self._volumes[mount.volume])
                    seeded.add(mount.volume)

    def _make(self, name: str) -> None:
        """Make one container."""
        container = self._task.container(name)
        bounding = capabilities.bounding_set(container.capabilities_added, container.capabilities_dropped)
        profile = self._state.path / "seccomp" / f"{name}.json"
        rules = seccomp_profile.profile(self._plan.containerd, bounding, platform.machine())
        write_atomic(profile, json.dumps(rules))
        launch = Launch(
            container=container,
            image=self._images[name],
            environment=tuple(self._environment(name).items()),
            hostname=self._hostname(),
            mounts=tuple(
                BoundMount(self._volumes[mount.volume], mount.path, mount.read_only)
                for mount in self._task.mounts_of(name)
            ),
            capabilities=bounding,
            seccomp=profile,
            log=self.logs[name],
        )
        self._engine_ids[name] = self._engine.create(launch)
        self._facts[name] = replace(self._facts[name], created_at=_now())

    def _environment(self, name: str) -> dict[str, str]:
        """The definition's variables, ECS's own, and last what the user of this run wants."""
        docker = self._facts[name].docker_id
        given = dict(self._task.container(name).environment)
        given |= {"AWS_REGION": self._plan.region, "AWS_DEFAULT_REGION": self._plan.region}
        given |= metadata.environment(self._task, docker, self._base, self._credentials_path)
        return {**given, **self._plan.environment.get("", {}), **self._plan.environment.get(name, {})}

    def _hostname(self) -> str:
        """`ip-10-0-0-1`, as awsvpc has it; any name will do where there is no address."""
        address = self._network.address or "127.0.0.1"
        return f"ip-{address.replace('.', '-')}"

    def _answer(self, path: str) -> Any | None:
        """The document at a path of the endpoint; called by the server's threads."""
        if path == self._credentials_path and self._task.task_role:
            return metadata.fake_credentials(self._task, _stamp(datetime.now(UTC) + _CREDENTIALS_LIFE))
        facts, progress = dict(self._facts), self._progress
        for name, known in facts.items():
            base = f"/v4/{known.docker_id}"
            if path == base:
                return metadata.container_document(self._task, name, self._identity, facts, progress)
            if path in (f"{base}/task", f"{base}/taskWithTags"):
                return metadata.task_document(self._task, self._identity, facts, progress)
        return None

    def _publish(self, progress: Progress, pids: Mapping[str, int]) -> None:
        """Take note of the progress and tell scripts and people."""
        for name, life in progress.lives.items():
            before = self._progress.lives[name]
            if life.phase is Phase.RUNNING and life.started_at != before.started_at:
                self._facts[name] = replace(self._facts[name], started_at=_now(), finished_at="")
            if life.phase is Phase.STOPPED and before.phase is not Phase.STOPPED:
                self._facts[name] = replace(self._facts[name], finished_at=_now())
        self._progress = progress
        if self._ledger:
            self._ledger.write(progress, self._facts, pids, self._engine_ids)
        if not self._was_ready and order.ready(self._task, progress):
            self._was_ready = True
            self._say(f"the task is running; reach it at {self._network.address or '127.0.0.1'}")
            if self._plan.ready_file:
                write_atomic(self._plan.ready_file, f"{self._network.address or '127.0.0.1'}\n")

    def _fixed(self) -> dict[str, Any]:
        """What `task.json` says that does not change."""
        first = self._task.containers[0].name
        return {
            "engine": {
                "name": self._engine.name,
                "containerd": self._plan.containerd.value,
                "environment": self._engine.environment(),
            },
            "network": {
                "mode": self._network.mode,
                "namespace": self._network.path or None,
                "address": self._network.address or "127.0.0.1",
                "host_address": self._network.host_address or "127.0.0.1",
                "link": self._network.link or None,
            },
            "metadata_uri": f"{self._base}/v4/{self._facts[first].docker_id}",
            "credentials_uri": f"{self._base}{self._credentials_path}" if self._task.task_role else None,
            "volumes": {name: str(path) for name, path in self._volumes.items()},
            "skipped": ledger.skipped((*self._plan.skipped, *self._engine.untested())),
        }


def _now() -> str:
    """The time as ECS writes it."""
    return _stamp(datetime.now(UTC))


def _stamp(moment: datetime) -> str:
    """RFC 3339 in UTC."""
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
