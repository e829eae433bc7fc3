"""`make scan-demo`: eight chapters, in order, and nothing left behind."""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from demo import leftovers, registry, telling
from demo.scan import chapters
from demo.scan.stage import Stage
from demo.story import CONSOLE, Story
from outrider.errors import ExitStatus

CACHE = Path(__file__).parents[2] / ".cache" / "scan-demo"
LIMIT_SECONDS = 90
"""Without the Debian roots, which are made once for each state of the archive."""


def main() -> int:
    """Tell the story; 0 when every promise of it held."""
    argparse.ArgumentParser(prog="python -m demo.scan", description=__doc__).parse_args()
    telling.begin()
    work = Path(tempfile.mkdtemp(prefix="outrider-scan-demo-"))
    work.chmod(0o755)  # apt's and mmdebstrap's own users read in it
    before = leftovers.mounts((work, CACHE))
    stage = Stage(Story(), work, CACHE, environment={"OUTRIDER_CACHE": str(work / "cache")})
    try:
        CONSOLE.print("[bold]Outrider: an image scanned, gated, mended and scanned again[/]")
        if status := telling.tell(lambda: _tell(stage)):
            return status
    finally:
        for folder in (work, stage.layouts):
            shutil.rmtree(folder, ignore_errors=True)
    left = leftovers.left_behind((work, CACHE), before, ())
    seconds = stage.story.seconds - stage.set_up
    stage.promise(seconds < LIMIT_SECONDS, f"{seconds:.0f} s and the Debian roots; under {LIMIT_SECONDS} s")
    stage.promise(not left, "nothing left running or mounted" if not left else f"left behind: {left}")
    stage.story.verdict(stage.findings)
    return ExitStatus.OK if all(held for held, _ in stage.findings) else ExitStatus.POLICY


def _tell(stage: Stage) -> None:
    """All chapters."""
    chapters.advisories(stage)
    with registry.running(stage.registry_state, told=True) as host:
        stage.registry = host
        chapters.ship(stage)
        chapters.scan(stage)
        chapters.gate(stage)
        chapters.mend(stage)
        chapters.again(stage)
        chapters.inventory(stage)
        chapters.in_use(stage)


if __name__ == "__main__":
    sys.exit(main())
