"""`outrider run`: a task on this machine, by Fargate's rules."""

import os
import platform
import signal
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from outrider import limits
from outrider.cli.console import ERR
from outrider.cli.engine.choose import choose_engine, choose_network
from outrider.cli.engine.logs import LogPrinter
from outrider.cli.engine.session import Plan, Session
from outrider.cli.engine.state import StateDirectory
from outrider.cli.files import read_capped
from outrider.cli.user_cache import user_cache
from outrider.errors import EnvironmentFault, ExitStatus, UsageError
from outrider.fargate import differences, order, rules
from outrider.fargate.order import Progress
from outrider.fargate.seccomp_profile import Containerd
from outrider.fargate.task import Task, definition, hurried
from outrider.model import json_document

_MACHINES = {"X86_64": "x86_64", "ARM64": "aarch64"}
"""runtimePlatform.cpuArchitecture → what the kernel calls it."""


@click.command("run")
@click.argument("taskdef", type=click.Path(allow_dash=True))
@click.option(
    "--containerd",
    type=click.Choice([version.value for version in Containerd]),
    default=Containerd.V1_7.value,
    show_default=True,
    help="Whose default seccomp profile confines the containers; which one Fargate has is not known.",
)
@click.option(
    "--engine",
    type=click.Choice(["auto", "podman", "processes"]),
    default="auto",
    show_default=True,
    help="processes: the unpacked images without an engine, where none can run.",
)
@click.option(
    "--network",
    type=click.Choice(["auto", "task", "host"]),
    default="auto",
    show_default=True,
    help="task: a network namespace for the task. auto: the machine's network where that is not permitted.",
)
@click.option(
    "--registry-http", multiple=True, metavar="HOST", help="A registry without TLS, as localhost:5000."
)
@click.option(
    "--image",
    "images",
    multiple=True,
    metavar="NAME=REF",
    help="Take the image of this container (or this image) from a reference or oci:DIRECTORY[:TAG].",
)
@click.option(
    "--env",
    "variables",
    multiple=True,
    metavar="[CONTAINER:]NAME=VALUE",
    help="Set a variable, in one container or in all. Also for secrets, which nobody here can resolve.",
)
@click.option(
    "--region", default="us-east-1", show_default=True, help="The region the task believes to be in."
)
@click.option("--state", type=click.Path(path_type=Path), help="Directory for task.json, logs and volumes.")
@click.option(
    "--ready-file", type=click.Path(path_type=Path), help="Written with the address once all is up."
)
@click.option(
    "--keep", is_flag=True, help="Leave the volumes in the --state directory when the task has ended."
)
@click.option("--storage", type=click.Path(path_type=Path), help="Where images are kept between runs.")
@click.option(
    "--hurry",
    type=click.FloatRange(min=1),
    default=1,
    show_default=True,
    help="Shorten the pauses of the definition by this factor: between health checks, before restarts.",
)
@click.option("--logs/--no-logs", default=True, help="Print what the containers print, or only keep it.")
@click.option("--json", "as_json", is_flag=True, help="Print the containers' output as JSON lines.")
def command(
    taskdef: str,
    *,
    containerd: str,
    engine: str,
    network: str,
    registry_http: tuple[str, ...],
    images: tuple[str, ...],
    variables: tuple[str, ...],
    region: str,
    state: Path | None,
    ready_file: Path | None,
    keep: bool,
    storage: Path | None,
    hurry: float,
    logs: bool,
    as_json: bool,
) -> int:
    """Run the task definition TASKDEF here, by Fargate's rules.

    The containers get Fargate's capabilities, containerd's seccomp profile, one network namespace, the task
    metadata endpoint and (fake) credentials at 169.254.170.2. dependsOn, health checks, restarts, stop
    signals and time-outs are as on Fargate, and what Fargate would refuse is refused. Needs root.

    Output of the containers goes to stdout, everything else to stderr. Ctrl-C stops the task in order, a
    second one at once.

    \b
      outrider run task.json
      outrider run patched.json --registry-http localhost:5000 --state /tmp/shop &
      curl http://$(jq -r .network.address /tmp/shop/task.json)/

    \b
    Exit status: 0 the task ended with 0, or because you stopped it; 1 an essential container failed, the task
    did not come up, or Fargate would refuse it; 2 wrong usage; 4 no engine, no permission, no image.
    """
    document = _read(taskdef)
    task = rules.check(document)
    raw = definition(document)
    if reason := differences.cannot_run(raw, task):
        raise UsageError(f"this task cannot be run here: {reason}", hint="Fargate would take it.")
    if _MACHINES.get(task.architecture) != platform.machine():
        raise EnvironmentFault(f"the task is for {task.architecture}, this machine is {platform.machine()}")
    plan = Plan(
        containerd=Containerd(containerd),
        region=region,
        images=dict(_pair(item, "--image") for item in images),
        environment=_environment(variables, task),
        ready_file=ready_file,
        skipped=differences.differences(raw, task),
    )
    signal.signal(signal.SIGTERM, _interrupt)
    if ready_file:
        ready_file.unlink(missing_ok=True)
    with ExitStack() as stack:
        directory = StateDirectory(state or Path(tempfile.mkdtemp(prefix="outrider-run-")))
        stack.callback(directory.close, everything=state is None, volumes=not keep)
        link = choose_network(network, _say)
        stack.callback(link.close)
        chosen = choose_engine(
            engine,
            directory=directory.path,
            storage=storage or _cache(),
            insecure=registry_http,
            network=link,
            say=_say,
        )
        stack.callback(chosen.close)
        for skipped in (*plan.skipped, *chosen.untested()):
            _say(f"not as on Fargate: {skipped.subject}: {skipped.reason}")
        session = Session(hurried(task, hurry), plan, engine=chosen, network=link, state=directory, say=_say)
        if logs:
            colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
            stack.callback(LogPrinter(session.logs, sys.stdout, as_json=as_json, colour=colour).close)
        stack.callback(_no_more_signals)
        progress = session.run()
    return _report(task, progress)


def _read(path: str) -> Any:
    """The document. Raises UsageError or InvalidInput."""
    data = read_capped(path, limits.TASK_DEFINITION, "the task definition")
    return json_document.parse(data, "the task definition")


def _pair(item: str, option: str) -> tuple[str, str]:
    """`NAME=VALUE` in two."""
    name, equals, value = item.partition("=")
    if not name or not equals:
        raise UsageError(f"{option} {item}: expected NAME=VALUE")
    return name, value


def _environment(variables: tuple[str, ...], task: Task) -> dict[str, dict[str, str]]:
    """`--env` by container; the empty name means all."""
    found: dict[str, dict[str, str]] = {}
    names = {container.name for container in task.containers}
    for item in variables:
        name, value = _pair(item, "--env")
        container, colon, variable = name.partition(":")
        if colon and container not in names:
            raise UsageError(
                f"--env {item}: there is no container {container}", hint=f"one of {sorted(names)}"
            )
        found.setdefault(container if colon else "", {})[variable if colon else name] = value
    return found


def _cache() -> Path:
    """Where images stay between runs."""
    return user_cache("containers")


def _say(text: str) -> None:
    """A note for the person at the terminal."""
    ERR.print(text, markup=False, style="dim")


def _interrupt(number: int, frame: object) -> None:
    """SIGTERM before the task runs ends us like Ctrl-C does: with everything put away."""
    raise KeyboardInterrupt


def _no_more_signals() -> None:
    """Putting away is quick, and must not be left half done."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def _report(task: Task, progress: Progress) -> ExitStatus:
    """Say how it ended."""
    stop = progress.stop
    if stop:
        code = progress.lives[stop.container].exit_code if stop.container else None
        detail = (
            f" ({stop.container}" + (f", exit code {code})" if code is not None else ")")
            if stop.container
            else ""
        )
        _say(f"task stopped: {stop.code}: {stop.reason}{detail}")
    return ExitStatus.POLICY if order.failed(task, progress) else ExitStatus.OK
