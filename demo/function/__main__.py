"""`make function-demo`: six chapters, in order, and nothing left behind."""

import argparse
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from demo import leftovers
from demo.function import chapters
from demo.function.chapters import Stage
from demo.function.loopback import neighbours
from demo.story import CONSOLE, Story
from outrider.errors import ExitStatus, OutriderError

LIMIT_SECONDS = 60


def main() -> int:
    """Tell the story; 0 when every promise of it held."""
    argparse.ArgumentParser(prog="python -m demo.function", description=__doc__).parse_args()
    signal.signal(signal.SIGTERM, _interrupt)
    leftovers.adopt_orphans()
    work = Path(tempfile.mkdtemp(prefix="outrider-function-demo-"))
    before = leftovers.mounts((work,))
    story = Story()
    findings: list[tuple[bool, str]] = []
    try:
        CONSOLE.print("[bold]Outrider: one function, with and without the layer[/]")
        with neighbours() as us:
            findings = _told(Stage(story, work, us))
    except OutriderError as error:
        CONSOLE.print(f"\nthe demo could not go on: {error}", markup=False, style="bold red")
        return int(error.exit_status)
    except KeyboardInterrupt:
        CONSOLE.print("\ninterrupted", style="bold red")
        return 130
    finally:
        shutil.rmtree(work, ignore_errors=True)
    left = leftovers.left_behind((work,), before, ())
    findings += [
        (story.seconds < LIMIT_SECONDS, f"under {LIMIT_SECONDS} s"),
        (not left, "nothing left running or mounted" if not left else f"left behind: {left}"),
    ]
    story.verdict(findings)
    return ExitStatus.OK if all(held for held, _ in findings) else ExitStatus.POLICY


def _told(stage: Stage) -> list[tuple[bool, str]]:
    """All chapters; what came of the promises."""
    chapters.build(stage)
    chapters.learn(stage)
    chapters.enforce(stage)
    chapters.attack(stage)
    chapters.compare(stage)
    return stage.findings


def _interrupt(number: int, frame: object) -> None:
    """SIGTERM ends the demo like Ctrl-C: with everything put away."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
