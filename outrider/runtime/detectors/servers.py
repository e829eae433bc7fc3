"""Which processes serve: those that listen, and those whose names say so."""

from dataclasses import dataclass, field

from outrider.model.event import Event, Kind, Verdict
from outrider.runtime.detectors.memory import Memory, short
from outrider.runtime.detectors.programs import (
    DATABASES,
    LOGIN_SERVERS,
    WEB_SERVERS,
    is_one_of,
    program_name,
)


@dataclass(frozen=True, slots=True)
class Server:
    """A process that serves."""

    pid: int
    name: str
    seq: int | None
    """Number of the event with which it began to listen; None: known by name."""


@dataclass(frozen=True, slots=True)
class Servers:
    """Those of one life."""

    listening: Memory[int, tuple[str, int]] = field(default_factory=Memory)
    """pid → its program, and the event of its bind."""

    def after(self, event: Event) -> "Servers":
        """With what a bind adds: a TCP port of its own choice. Port 0 is a client's, UDP a resolver's."""
        address = event.address
        if event.kind is not Kind.BIND or address is None or event.verdict is Verdict.BLOCK:
            return self
        if address.protocol != "tcp" or address.port == 0 or self._listens(event.pid, event.program):
            return self
        return Servers(self.listening.plus(event.pid, (short(event.program), event.seq)))

    def above(self, event: Event) -> Server | None:
        """The nearest server among who acted and its ancestors; None when a login server comes first."""
        family = ((event.pid, event.program), *((one.pid, one.program) for one in event.ancestors))
        for pid, program in family:
            if is_one_of(program, LOGIN_SERVERS):
                return None
            if self._listens(pid, program):
                told = self.listening.get(pid)
                return Server(pid, program_name(program), told[1] if told else None)
            if is_one_of(program, WEB_SERVERS) or is_one_of(program, DATABASES):
                return Server(pid, program_name(program), None)
        return None

    def _listens(self, pid: int, program: str) -> bool:
        """Whether a process that runs this program was seen to begin to listen."""
        told = self.listening.get(pid)
        return told is not None and told[0] == short(program)
