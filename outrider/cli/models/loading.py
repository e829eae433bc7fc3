"""Behaviour models from files, one of several, and their entries by id."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from outrider import limits
from outrider.cli.files import read_capped, write_atomic
from outrider.errors import UsageError
from outrider.model.behaviour import Behaviour, BehaviourModel
from outrider.model.folding import fold
from outrider.runtime import model_file

SHOWN_DIGITS = 8
"""Of an entry's id: enough to tell ten thousand entries apart."""

_LEAST_DIGITS = 4


def load_models(path: str) -> tuple[BehaviourModel, ...]:
    """Read the models of one file."""
    return model_file.from_json(read_capped(path, limits.MODEL_FILE, "the model"), f"the model {path}")


def save_models(path: str, models: Iterable[BehaviourModel]) -> None:
    """Write them."""
    write_atomic(path, model_file.to_json(models))


def union(models: Iterable[BehaviourModel]) -> list[BehaviourModel]:
    """Merge the models that are about the same version of the same workload."""
    merged: dict[tuple[str, str, str], BehaviourModel] = {}
    for model in models:
        key = (model.workload, model.container, model.image)
        merged[key] = merged[key].merge(model) if key in merged else model
    return [replace(model, seen=fold(model.seen)) for model in merged.values()]


def only(models: Sequence[BehaviourModel], container: str, path: str) -> BehaviourModel:
    """The model of the container, or the only one. Raises UsageError: none, or several."""
    found = [model for model in models if not container or model.container == container]
    if len(found) == 1:
        return found[0]
    there = ", ".join(model.title for model in models) or "none"
    raise UsageError(
        f"{path} holds {len(found)} models{f' of a container {container!r}' if container else ''}",
        hint=f"there are: {there}; choose with --container.",
    )


def entry(models: Sequence[BehaviourModel], said: str) -> tuple[BehaviourModel, Behaviour]:
    """The entry whose id begins so. Raises UsageError: none, several, or too little to tell."""
    if len(said) < _LEAST_DIGITS:
        raise UsageError(
            f"{said!r} is too short for an entry", hint=f"say {_LEAST_DIGITS} digits of its id or more."
        )
    found = [
        (model, behaviour) for model in models for behaviour in model.seen if behaviour.id.startswith(said)
    ]
    if len(found) == 1:
        return found[0]
    why = "no entry's id begins with" if not found else f"{len(found)} entries' ids begin with"
    raise UsageError(f"{why} {said!r}", hint="`outrider model show MODEL` lists them; see --container too.")


def shown_id(behaviour: Behaviour) -> str:
    """As tables have it."""
    return behaviour.id[:SHOWN_DIGITS]
