"""Day zero: the programs that came with a container's image, read once, by the digest that we were given."""

from dataclasses import replace

from outrider.errors import InvalidInput
from outrider.model.event import Verdict
from outrider.policy import programs
from outrider.policy.blob import decode, encode
from sidecar.settings import Settings
from sidecar.sources import open_sources


class DayZero:
    """The lists of a task. Blocks while it reads one."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._hashes: dict[str, tuple[bytes, ...]] = {}

    def added(self, container: str, blob: bytes) -> bytes:
        """A container's policy with the programs of its image, in mode block the only ones that start.

        Raises EnvironmentFault (the list cannot be had) or InvalidInput (it is another, or a signed policy
        has no programs in it).
        """
        if container not in self._settings.day_zero:
            return blob
        decoded = decode(blob)
        if decoded.policy.programs:
            return blob  # who compiled it put them in
        if decoded.signature:
            raise InvalidInput(
                f"the signed policy of {container} has no programs in it, and the task asks for day zero",
                hint="outrider policy compile --programs, and sign it again.",
            )
        listed = self._hashes.get(container) or self._read(container)
        return encode(replace(decoded.policy, programs=listed, programs_verdict=Verdict.BLOCK))

    def _read(self, container: str) -> tuple[bytes, ...]:
        """Its hashes. Raises EnvironmentFault, InvalidInput."""
        wanted = self._settings.day_zero[container]
        ((source, _),) = open_sources(self._settings.programs.replace("{digest}", wanted), (container,))
        fetched = source.fetch("")
        data = fetched.data if fetched else b""
        if programs.digest(data) != wanted:
            raise InvalidInput(
                f"the list of programs of {container} is not the one that the task definition names",
                hint=f"its SHA-256 is {programs.digest(data)}, not {wanted}.",
            )
        self._hashes[container] = programs.parse(data).hashes
        return self._hashes[container]
