"""How every demo begins, and how it ends where it cannot go on."""

import signal
from collections.abc import Callable

from demo import leftovers
from demo.story import CONSOLE
from outrider.errors import ExitStatus, OutriderError


def begin() -> None:
    """SIGTERM ends a demo like Ctrl-C, with everything put away; no process that it started can hide."""
    signal.signal(signal.SIGTERM, _interrupt)
    leftovers.adopt_orphans()


def tell(chapters: Callable[[], None]) -> int:
    """Tell all chapters; the exit status of what stopped them, which is said, or 0."""
    try:
        chapters()
    except OutriderError as error:
        CONSOLE.print(f"\nthe demo could not go on: {error}", markup=False, style="bold red")
        return int(error.exit_status)
    except KeyboardInterrupt:
        CONSOLE.print("\ninterrupted", style="bold red")
        return 130
    return ExitStatus.OK


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt
