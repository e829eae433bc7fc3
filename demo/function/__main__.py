"""`make function-demo`: six chapters, in order, and nothing left behind."""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from demo import leftovers, telling
from demo.function import chapters
from demo.function.chapters import Stage
from demo.function.loopback import neighbours
from demo.story import CONSOLE, Story
from outrider.errors import ExitStatus

LIMIT_SECONDS = 60


def main() -> int:
    """Tell the story; 0 when every promise of it held."""
    argparse.ArgumentParser(prog="python -m demo.function", description=__doc__).parse_args()
    telling.begin()
    work = Path(tempfile.mkdtemp(prefix="outrider-function-demo-"))
    before = leftovers.mounts((work,))
    story = Story()
    findings: list[tuple[bool, str]] = []
    try:
        CONSOLE.print("[bold]Outrider: one function, with and without the layer[/]")
        if status := telling.tell(lambda: findings.extend(_told(story, work))):
            return status
    finally:
        shutil.rmtree(work, ignore_errors=True)
    left = leftovers.left_behind((work,), before, ())
    findings += [
        (story.seconds < LIMIT_SECONDS, f"under {LIMIT_SECONDS} s"),
        (not left, "nothing left running or mounted" if not left else f"left behind: {left}"),
    ]
    story.verdict(findings)
    return ExitStatus.OK if all(held for held, _ in findings) else ExitStatus.POLICY


def _told(story: Story, work: Path) -> list[tuple[bool, str]]:
    """All chapters; what came of the promises."""
    with neighbours() as us:
        stage = Stage(story, work, us)
        chapters.build(stage)
        chapters.learn(stage)
        chapters.enforce(stage)
        chapters.attack(stage)
        chapters.compare(stage)
    return stage.findings


if __name__ == "__main__":
    sys.exit(main())
