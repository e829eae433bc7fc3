"""What is played for a detector: a real program under the real supervisor."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from outrider.model.event import Event
from outrider.runtime.detectors.detector import Scene


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One program, run as an application is: under `outrider-run`, everything allowed and reported."""

    name: str
    """In a few words, what it does."""
    run: tuple[str, ...] | str
    """Arguments; or a Python program's text, which gets `sys.argv[1]`: a directory that is its own."""
    fires: tuple[str, ...] = ()
    """Detectors that must fire, among whichever others. Of a look-alike: none of `silent` may."""
    silent: tuple[str, ...] = ()
    """Detectors that must not."""
    prepare: Callable[[Path], None] | None = None
    """Makes what it needs in its directory, before the supervisor starts."""
    needs: tuple[str, ...] = ()
    """Programs that must be installed; `.ci/setup` brings what Debian's base does not have."""
    scene: Scene = field(default_factory=Scene)
    policy: Callable[[], bytes] | None = None
    """The policy's blob, where not all is to be allowed."""
    supposed: Callable[[Event], Event] | None = None
    """What the supervisor would tell on a machine that has what this one has not (an image's list,
    ECS Exec), put into the events of the real program."""
    status: int | None = 0
    """Exit status: it did what it says it does. None: any, where a kernel may refuse what it tries."""
    feed: Callable[[], list[Event]] | None = None
    """In the place of `run`, where the supervisor does not see what is to be seen: events made as whoever
    sees it makes them, the sidecar for names that are looked up. Nothing is run: it shows less."""
