"""Which engine and which network this machine permits."""

import os
from collections.abc import Callable, Collection
from pathlib import Path

from outrider.cli.engine import namespaces
from outrider.cli.engine.contract import Engine
from outrider.cli.engine.network import TaskNetwork, host_network, task_network
from outrider.cli.engine.podman import Podman
from outrider.cli.engine.podman_setup import set_up
from outrider.cli.engine.processes import Processes
from outrider.errors import EnvironmentFault

_NEW_PID = 0x20000000


def choose_network(wanted: str, say: Callable[[str], None]) -> TaskNetwork:
    """A namespace for the task, or this machine's network when asked for or nothing else is permitted.

    Raises EnvironmentFault when `task` is asked for and not permitted.
    """
    if wanted == "host":
        return host_network()
    try:
        return task_network()
    except EnvironmentFault as error:
        if wanted == "task":
            raise
        say(f"not as on Fargate: {error.message}; the task shares this machine's network and ports")
        return host_network()


def choose_engine(
    wanted: str,
    *,
    directory: Path,
    storage: Path,
    insecure: Collection[str],
    network: TaskNetwork,
    say: Callable[[str], None],
) -> Engine:
    """podman, or plain processes when that is asked for or podman cannot work. Raises EnvironmentFault."""
    if os.geteuid() != 0:
        raise EnvironmentFault("outrider run needs root", hint="sudo, or a container that runs as root.")
    if wanted != "processes":
        try:
            return _podman(directory, storage, insecure, network)
        except EnvironmentFault as error:
            if wanted == "podman":
                raise
            say(f"no engine: {error.message}; plain processes instead")
    return Processes(directory, insecure, network)


def _podman(directory: Path, storage: Path, insecure: Collection[str], network: TaskNetwork) -> Podman:
    """podman, after a look at whether namespaces are to be had at all."""
    if not namespaces.permitted(namespaces.NEW_NS | _NEW_PID):
        raise EnvironmentFault("this machine permits no new namespaces", hint="try --engine processes.")
    return Podman(set_up(directory / "settings", storage, insecure), network)
