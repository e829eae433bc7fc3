"""The fleet's switch to alert-only: asked for with the policies, put beside them for the supervisors.

They verify it themselves and say what they took: who can write into the source without a key changes nothing.
"""

from collections.abc import Iterator

from outrider.errors import EnvironmentFault, InvalidInput, OutriderError
from outrider.model.event import Event, Verdict
from outrider.policy import switch
from sidecar import notices
from sidecar.files import write_atomic
from sidecar.policy import BLOB_MODE, as_bytes
from sidecar.settings import Settings
from sidecar.sources import Source, open_sources


class SwitchLoader:
    """Asks the source. Blocks: to be used in a thread, by one at a time."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._source: Source | None = None
        self._version = ""
        self._told = ""

    def load(self) -> list[Event]:
        """Ask for something new and put it in place; what there is to tell, each trouble once."""
        if not self._settings.switch:
            return []
        try:
            self._load()
            self._told = ""
        except OutriderError as error:
            if self._told == error.message:
                return []
            self._told = error.message
            return list(_trouble(error))
        return []

    def _load(self) -> None:
        """Raises InvalidInput (no switch) or EnvironmentFault (it cannot be had, or not be written)."""
        if self._source is None:
            ((self._source, _),) = open_sources(self._settings.switch, ("",))
        fetched = self._source.fetch(self._version)
        if fetched is None:
            return
        data = as_bytes(fetched.data, switch.MAGIC)
        self._version = fetched.version
        found, _ = switch.decode(data)
        path = self._settings.switch_file
        if path.exists() and _counter(path.read_bytes()) > found.counter:
            raise InvalidInput("the alert-only switch is older than the one in force, which stays")
        try:
            write_atomic(path, data, BLOB_MODE)
        except OSError as error:
            self._version = ""
            raise EnvironmentFault(f"cannot write the alert-only switch: {error}") from None


def _counter(data: bytes) -> int:
    """Of a switch that is in place; 0: it is none."""
    try:
        return switch.decode(data)[0].counter
    except InvalidInput:
        return 0


def _trouble(error: OutriderError) -> Iterator[Event]:
    """In the log."""
    if isinstance(error, InvalidInput):
        yield notices.policy("", Verdict.BLOCK, f"alert-only switch refused: {error.message}")
    else:
        yield notices.trouble("", f"the alert-only switch cannot be had: {error.message}")
