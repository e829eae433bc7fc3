"""`make demo`: the seven chapters, in order, and nothing left behind."""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from demo import chapters, leftovers, registry, task, telling
from demo.chapters import Stage
from demo.story import CONSOLE, Story
from outrider.errors import ExitStatus

CACHE = Path(__file__).parents[1] / ".cache" / "demo"
LIMIT_SECONDS = 180


def main() -> int:
    """Tell the story; 0 when every promise of it held."""
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("--engine", choices=("podman", "processes"), default=_engine())
    parser.add_argument("--network", choices=("task", "host"), default=_network())
    options = parser.parse_args()
    if os.geteuid() != 0:
        return _as_root()
    telling.begin()
    work = Path(tempfile.mkdtemp(prefix="outrider-demo-"))
    places = (work, CACHE, Path("/run/outrider"))
    before = leftovers.mounts(places)
    stage = Stage(Story(), work, CACHE, options.network, options.engine)
    try:
        if status := telling.tell(lambda: _tell(stage)):
            return status
    finally:
        shutil.rmtree(work, ignore_errors=True)
        left = leftovers.left_behind(places, before, stage.addresses)
        stage.findings.append(
            (not left, "nothing left running or mounted" if not left else f"left behind: {left}")
        )
        stage.story.verdict(stage.findings)
    return ExitStatus.OK if all(held for held, _ in stage.findings) else ExitStatus.POLICY


def _tell(stage: Stage) -> None:
    """All chapters."""
    CONSOLE.print("[bold]Outrider: one protected task, end to end[/]")
    if stage.engine == "processes":
        CONSOLE.print(
            "No container engine: plain processes from the unpacked images; what that leaves out is said."
        )
    if stage.network == "host":
        CONSOLE.print(
            "No network namespace may be made here: the task shares this machine's network (loopback)."
        )
    with registry.running(stage.cache / "registry") as host:
        stage.registry = host
        chapters.prepare(stage)
        chapters.patch(stage)
        arguments = stage.run_arguments("patched.json", "run")
        stage.story.command(("outrider", *arguments, "&"))
        with task.running(arguments, stage.work, stage.work / "run") as running:
            _defended(stage, running)
        arguments = stage.run_arguments("task.json", "run-as-it-was")
        stage.story.command(("outrider", *arguments, "&"))
        with task.running(arguments, stage.work, stage.work / "run-as-it-was") as running:
            chapters.compare(stage, running)
    stage.findings.append((stage.story.seconds < LIMIT_SECONDS, f"under {LIMIT_SECONDS} s"))


def _defended(stage: Stage, running: task.Task) -> None:
    """The chapters with the patched task."""
    chapters.learn(stage, running)
    lives = {name: running.life(name) for name in ("web", "cache")}
    chapters.enforce(stage, running)
    chapters.attack(stage, running)
    same = lives == {name: running.life(name) for name in lives}
    pids = ", ".join(f"{name} is still process {life.pid}" for name, life in lives.items())
    stage.story.note(
        f"not restarted: {pids}, started at the same moment" if same else "a container was restarted"
    )
    stage.findings.append((same, "learned, enforced and attacked without a restart"))
    chapters.explain(stage, running)


def _engine() -> str:
    """`podman` where it is installed, else plain processes."""
    return "podman" if all(map(shutil.which, ("podman", "runc", "conmon"))) else "processes"


def _network() -> str:
    """`task` where this machine permits a network namespace, else `host`."""
    done = subprocess.run(("unshare", "--net", "true"), capture_output=True, check=False)
    return "task" if done.returncode == 0 else "host"


def _as_root() -> int:
    """Containers with Fargate's rights take root to make: ask for it, or say so."""
    if shutil.which("sudo") is None:
        CONSOLE.print(
            "make demo runs containers and needs root: run it as root, or install sudo", style="bold red"
        )
        return ExitStatus.ENVIRONMENT
    CONSOLE.print("make demo runs containers and needs root: asking sudo")
    return subprocess.run(("sudo", sys.executable, "-m", "demo", *sys.argv[1:]), check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
