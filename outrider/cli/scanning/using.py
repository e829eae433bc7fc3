"""What workloads were seen to load, from their behaviour models: for the order in which things are mended."""

from collections.abc import Iterable, Sequence

from outrider import limits
from outrider.cli.files import read_capped
from outrider.model.behaviour import BehaviourModel
from outrider.model.event import Kind
from outrider.runtime import model_file


def models(paths: Sequence[str]) -> list[BehaviourModel]:
    """Read model files. Raises InvalidInput or UsageError."""
    return [
        model
        for path in paths
        for model in model_file.from_json(read_capped(path, limits.MODEL_FILE, "the model"), path)
    ]


def used_paths(found: Iterable[BehaviourModel]) -> frozenset[str]:
    """Programs that ran and files that were loaded or read: patterns of their paths."""
    paths = set()
    for model in found:
        for behaviour in model.behaviours:
            paths.add(behaviour.program)
            if behaviour.kind in {Kind.EXEC, Kind.LOAD, Kind.READ}:
                paths.add(behaviour.target)
    return frozenset(filter(None, paths))


def used_packages(found: Iterable[BehaviourModel]) -> frozenset[str]:
    """Packages whose code acted, as attribution names them: `requests 2.32.3`."""
    return frozenset(by for model in found for seen in model.seen.values() for by in seen.by)
