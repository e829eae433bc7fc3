"""What workloads were seen to load, from their behaviour models: for the order in which things are mended."""

from collections.abc import Iterable, Sequence

from outrider import limits
from outrider.cli.files import read_capped
from outrider.model import pattern
from outrider.model.artifact import Contents
from outrider.model.behaviour import BehaviourModel
from outrider.model.event import Kind
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
    paths, owners = set(literal), set()
    for program in contents.executables:
        if program.path in literal or any(pattern.matches(one, program.path.encode()) for one in wild):
            paths.add(program.path)
            owners.add(program.owner)
    return UsedPaths(
        paths=frozenset(paths),
        distributions=frozenset(by for model in found for seen in model.seen.values() for by in seen.by),
        owners=frozenset(owners - {""}),
        watched=bool(found),
    )


def _patterns(found: Iterable[BehaviourModel]) -> frozenset[str]:
    """Patterns of programs that ran and of files that were loaded or read."""
    patterns = set()
    for model in found:
        for behaviour in model.behaviours:
            if behaviour.kind is not Kind.INVOKE:
                patterns.add(behaviour.program)
            if behaviour.kind in {Kind.EXEC, Kind.LOAD, Kind.READ}:
                patterns.add(behaviour.target)
    return frozenset(patterns - {""})
