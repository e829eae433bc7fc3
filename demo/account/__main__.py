"""`make account-demo`: an account is looked after, chapter by chapter, and nothing is left behind."""

import argparse
import logging
import shutil
import sys
import tempfile
from pathlib import Path

from demo import leftovers, registry, telling
from demo.account import chapters, cloud, protecting, reporting, scanning
from demo.account.stage import Stage
from demo.story import CONSOLE, Story
from outrider.errors import ExitStatus

CACHE = Path(__file__).parents[2] / ".cache" / "demo"
"""Shared with `make demo`: the sidecar's image."""


def main() -> int:
    """Tell the story; 0 when every promise of it held."""
    argparse.ArgumentParser(prog="python -m demo.account", description=__doc__).parse_args()
    telling.begin()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # moto's server tells of every request
    work = Path(tempfile.mkdtemp(prefix="outrider-account-demo-"))
    before = leftovers.mounts((work,))
    story, findings = Story(), list[tuple[bool, str]]()
    try:
        CONSOLE.print("[bold]Outrider: an account that is looked after[/]")
        if status := telling.tell(lambda: _tell(story, work, findings)):
            return status
    finally:
        shutil.rmtree(work, ignore_errors=True)
    left = leftovers.left_behind((work,), before, ())
    findings.append((not left, "nothing left running or mounted" if not left else f"left behind: {left}"))
    story.verdict(findings)
    return ExitStatus.OK if all(held for held, _ in findings) else ExitStatus.POLICY


def _tell(story: Story, work: Path, findings: list[tuple[bool, str]]) -> None:
    """All chapters."""
    with registry.running(work / "registry", told=True) as host, cloud.running(host) as account:
        stage = Stage(story, work, account, CACHE, findings=findings)
        chapters.account(stage)
        chapters.ship(stage, host)
        chapters.advisories(stage)
        scanning.on_the_event(stage)
        scanning.swept(stage)
        protecting.protected(stage, host)
        protecting.covered(stage)
        reporting.attacked(stage)
        protecting.back(stage)
        stranger = [*account.ecr.unknown, *account.functions.unknown]
        stage.promise(not stranger, f"nothing was asked that a stand-in does not do: {stranger or 0}")


if __name__ == "__main__":
    sys.exit(main())
