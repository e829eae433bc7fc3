"""What workloads were seen to load, from their behaviour models: for the order in which things are mended."""

from collections.abc import Iterable, Iterator, Sequence

from outrider import limits
from outrider.cli.files import read_capped
from outrider.model import pattern
from outrider.model.artifact import Contents, Executable
from outrider.model.behaviour import BehaviourModel
from outrider.model.event import Kind
from outrider.model.folding import ANY_PROGRAM
from outrider.scan.risk import UsedPaths


def models(paths: Sequence[str]) -> list[BehaviourModel]:
    """Read model files. Raises InvalidInput or UsageError."""
    if not paths:
        return []
    from outrider.runtime import model_file  # noqa: PLC0415 - pydantic, which no other part of a scan needs

    return [
        model
        for path in paths
        for model in model_file.from_json(read_capped(path, limits.MODEL_FILE, "the model"), path)
    ]


def used(contents: Contents, found: Sequence[BehaviourModel]) -> UsedPaths:
    """What the models saw of this artifact: paths, the OS packages behind them, packages whose code acted."""
    patterns = _patterns(found)
    literal = {pattern.unquote(one) for one in patterns if pattern.is_literal(one)}
    wild = [one.encode() for one in patterns if not pattern.is_literal(one)]
    ran = [
        program
        for program in contents.executables
        if program.path in literal or any(pattern.matches(one, program.path.encode()) for one in wild)
    ]
    loaded = _with_libraries(ran, contents.executables)
    owners = {program.owner for program in loaded}
    return UsedPaths(
        paths=frozenset(literal | {program.path for program in loaded}),
        distributions=frozenset(by for model in found for seen in model.seen.values() for by in seen.by),
        owners=frozenset(owners - {""}),
        watched=bool(found),
    )


def _with_libraries(ran: Sequence[Executable], every: Sequence[Executable]) -> list[Executable]:
    """These programs, their interpreters, and the libraries that they and those need at start (DT_NEEDED).

    A library of two folders counts in both: which one the dynamic linker takes hangs on the environment.
    """
    named: dict[str, list[Executable]] = {}
    for one in every:
        for name in _names(one.path):
            named.setdefault(name, []).append(one)
    found = {one.path: one for one in ran}
    pending = list(ran)
    while pending:
        one = pending.pop()
        for name in (*one.needs, one.interpreter.rpartition("/")[2]):
            for needed in named.get(name, ()):
                if needed.path not in found:
                    found[needed.path] = needed
                    pending.append(needed)
    return list(found.values())


def _names(path: str) -> Iterator[str]:
    """What a file may be needed as: its name, and that name with less of its version (libx.so.1.8 is a
    libx.so.1): the links between them are not among the programs."""
    name = path.rpartition("/")[2]
    yield name
    while ".so." in name:
        name = name.rpartition(".")[0]
        yield name


def _patterns(found: Iterable[BehaviourModel]) -> frozenset[str]:
    """Patterns of programs that ran and of files that were loaded or read."""
    patterns = set()
    for model in found:
        for behaviour in model.behaviours:
            if behaviour.kind is not Kind.INVOKE and behaviour.program != ANY_PROGRAM:
                patterns.add(behaviour.program)
            if behaviour.kind in {Kind.EXEC, Kind.LOAD, Kind.READ}:
                patterns.add(behaviour.target)
    return frozenset(patterns - {""})
