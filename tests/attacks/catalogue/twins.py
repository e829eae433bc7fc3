"""What looks like an attack and is none: it goes on working, and nothing is said of it."""

from attacks.attack import Area, Attack, Outcome, Rules
from attacks.harness.proofs import answers_text
from attacks.harness.rules import may_run, may_run_python


def _twin(
    name: str, like: Area, *, allowed: Rules = (), file: str = "python/twins.py", **more: object
) -> Attack:
    return Attack(
        id=f"{file.partition('/')[0]}-{name.replace('_', '-')}",
        title=name.replace("_", " "),
        technique="",
        area=like,
        file=file,
        event=(("twin", name),),
        allowed=allowed,
        proof=answers_text("done"),
        outcome=Outcome.NOT_STOPPED,
        why="it is no attack",
        **more,  # type: ignore[arg-type]
    )


LOCALHOST: Rules = ({"kind": "resolve", "name": "localhost"},)
DECIMAL: Rules = ({"kind": "load", "target": "pickle:decimal.Decimal"},)

TWINS: tuple[Attack, ...] = (
    _twin("uses_its_shell", Area.INJECTION, allowed=may_run("sh")),
    _twin("starts_its_interpreter", Area.DROPPER, allowed=may_run_python()),
    _twin("calls_c", Area.NATIVE),
    _twin("unpickles_its_data", Area.DESERIALISATION),
    _twin("unpickles_its_class", Area.DESERIALISATION, allowed=DECIMAL),
    _twin("forks", Area.PERSISTENCE),
    _twin("forks_many_in_turn", Area.EXHAUSTION),
    _twin("signals_its_child", Area.TAMPERING),
    _twin("unpacks_into_its_place", Area.INJECTION),
    _twin("keeps_a_database", Area.DROPPER),
    _twin("awaits", Area.NETWORK),
    _twin("looks_around", Area.SECRETS),
    _twin("maps_memory", Area.MEMORY),
    _twin("looks_up_itself", Area.NETWORK, allowed=LOCALHOST),
    _twin("loads_its_extension", Area.DEPENDENCY, files=("native/native.so",)),
    _twin("imports_late", Area.PERSISTENCE),
    _twin("runs_many_threads", Area.EXHAUSTION),
    _twin("evaluates", Area.INJECTION),
    _twin("thread", Area.NATIVE, file="node/twins.js"),
    _twin("evaluates", Area.INJECTION, file="node/twins.js"),
    _twin("files", Area.DROPPER, file="node/twins.js"),
    _twin("lookup", Area.NETWORK, file="node/twins.js", allowed=LOCALHOST),
    _twin("shell", Area.INJECTION, file="node/twins.js", allowed=may_run("sh")),
)
