"""A behaviour in a few words, for reasons, tables and differences."""

from outrider.model.behaviour import Behaviour
from outrider.model.event import Kind
from outrider.model.folding import ANY_PROGRAM
from outrider.model.pattern import is_literal, unquote

GROUPS = {
    Kind.EXEC: "programs",
    Kind.CONNECT: "destinations",
    Kind.BIND: "listeners",
    Kind.WRITE: "files changed",
    Kind.SYSCALL: "system calls",
    Kind.RESOLVE: "names looked up",
    Kind.READ: "files read",
    Kind.LOAD: "places of code",
    Kind.INVOKE: "kinds of event",
}
"""Kind → what its behaviours are together."""

_SAID = {
    Kind.EXEC: "{program} starts {target}",
    Kind.CONNECT: "{program} talks to {target}",
    Kind.BIND: "{program} listens on {target}",
    Kind.WRITE: "{program} changes {target}",
    Kind.SYSCALL: "{program} calls {target}",
    Kind.RESOLVE: "{program} looks up {target}",
    Kind.READ: "{program} reads {target}",
    Kind.LOAD: "{program} loads {target}",
    Kind.INVOKE: "invoked by {target}",
}


def target_of(behaviour: Behaviour) -> str:
    """What it is done to: a path, a name, an address with its port."""
    if behaviour.name and behaviour.ports:
        return f"{behaviour.name} port {behaviour.ports}"
    if behaviour.network:
        return f"{behaviour.network.removesuffix('/32').removesuffix('/128')} port {behaviour.ports}"
    return behaviour.target or behaviour.name


def short(behaviour: Behaviour) -> str:
    """A sentence without its end, with the program's last name only."""
    target = target_of(behaviour)
    if behaviour.kind is Kind.EXEC:
        target = last_name(target)
    program = "any program" if behaviour.program == ANY_PROGRAM else last_name(behaviour.program)
    return _SAID[behaviour.kind].format(program=program[:80], target=target[:200])


def last_name(path: str) -> str:
    """Last name of a path that may be a pattern."""
    return (unquote(path) if is_literal(path) else path).rsplit("/", 1)[-1]
