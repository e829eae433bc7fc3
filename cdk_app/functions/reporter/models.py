"""Behaviour models in DynamoDB: an item a behaviour and an item a life of the container.

Each observation is learned by itself and merged into its items by `Seen.merge`, which is commutative,
associative and idempotent: whoever comes first, twice or late, the items together are the union. An item has
a version, and is written only over the version that was read.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass
from typing import Protocol

from cdk_app.functions.reporter import caps, events, flags
from outrider.errors import EnvironmentFault, InvalidInput
from outrider.model import json_document
from outrider.model.behaviour import BehaviourModel
from outrider.model.envelope import Envelope, Subject
from outrider.model.event import Event
from outrider.model.stage import Transition
from outrider.runtime import model_file
from outrider.runtime.acts import Acts
from outrider.runtime.learn import learn
from outrider.runtime.watch import Watch

STEPS = "steps"
"""Sort key of the steps of a version."""
VERSIONS = '["versions"]'
"""Partition that lists every workload version: a scan of the table would read all their behaviours."""
ATTEMPTS = 40
"""Writes of one item that may lose against others before the record is given back to the queue."""


@dataclass(frozen=True, slots=True)
class Stored:
    """One item of the table."""

    version: int
    """0: there is none yet."""
    document: str
    """The model with this one entry, as a model file."""


class Table(Protocol):
    """The models' table."""

    def get(self, workload: str, key: str) -> Stored:
        """The item, read consistently. Raises EnvironmentFault."""

    def put(self, workload: str, key: str, document: str, expected: int) -> bool:
        """Write version `expected` + 1 over version `expected`; False: somebody was faster."""

    def all(self, workload: str) -> Iterable[Stored]:
        """All items of a workload version."""


def observed(envelope: Envelope) -> BehaviourModel | None:
    """What an envelope's event teaches (`taught`). Raises InvalidInput: it carries none."""
    return taught(events.read(envelope), envelope.subject)


def taught(told: Event | Acts, subject: Subject) -> BehaviourModel | None:
    """What one event teaches, by itself; None when it is nothing.

    What detectors that look at one event alone say of it is in its entry, as flagged: nobody makes a policy
    of it. Detectors that need more see it where it happens, and tell of it in an incident.
    """
    assumed = {subject.container: subject.digest} if subject.digest else {}
    models = learn([told], workload=subject.name, assumed=assumed).models
    if not models:
        return None
    found = Watch().take(told) if isinstance(told, Event) else ()
    return flags.mark(models[0], {one.detector for one in found}) if found else models[0]


def merge(table: Table, model: BehaviourModel) -> None:
    """Merge a model into the table. Raises EnvironmentFault; what was written by then stays, and may be
    written again. Raises InvalidInput: an entry is larger than an item may become."""
    entries = list(_entries(model))
    for _, one in entries:
        _check(one)
    workload = workload_key(model)
    for key, one in entries:
        _merge_one(table, workload, key, one)


def load(table: Table, model: BehaviourModel) -> BehaviourModel:
    """All that is known of the workload version that `model` names."""
    whole = BehaviourModel(model.workload, model.container, model.image)
    for stored in table.all(workload_key(model)):
        whole = whole.merge(_read(stored.document))
    return whole


def workload_key(model: BehaviourModel) -> str:
    """Partition key of a workload version."""
    return json.dumps([model.workload, model.container, model.image], ensure_ascii=False)


def listed(workload: str) -> str:
    """Sort key of a workload version in VERSIONS; the item's document is its partition key."""
    return _key("version", workload)


def named(workload: str) -> BehaviourModel:
    """The workload version that a partition key names, without anything known of it. Raises InvalidInput."""
    match json_document.parse(workload, "the name of a version"):
        case [str(name), str(container), str(image)]:
            return BehaviourModel(name, container, image)
    raise InvalidInput("the name of a version is not what was written")


def add_step(table: Table, whole: BehaviourModel, step: Transition, expected: int) -> bool:
    """Write a step of a version over version `expected` of its item; False: somebody was faster."""
    one = BehaviourModel(whole.workload, whole.container, whole.image, steps=whole.steps | {step})
    return table.put(workload_key(whole), STEPS, model_file.to_json([one]), expected)


def steps_of(table: Table, model: BehaviourModel) -> tuple[BehaviourModel, int]:
    """The version with its steps alone, and the version of their item."""
    stored = table.get(workload_key(model), STEPS)
    known = _read(stored.document) if stored.version else model
    return BehaviourModel(model.workload, model.container, model.image, steps=known.steps), stored.version


def _entries(model: BehaviourModel) -> Iterator[tuple[str, BehaviourModel]]:
    """(sort key, model with one entry)."""
    head = (model.workload, model.container, model.image)
    for behaviour, seen in sorted(model.seen.items(), key=lambda pair: pair[0]):
        yield f"behaviour#{behaviour.id}", BehaviourModel(*head, {behaviour: seen})
    for instance in sorted(model.instances):
        yield _key("instance", instance), BehaviourModel(*head, instances=frozenset([instance]))
    if model.steps:
        yield STEPS, BehaviourModel(*head, steps=model.steps)


def _key(kind: str, *parts: str) -> str:
    """Sort key: names of any length become 64 digits."""
    return f"{kind}#{hashlib.sha256(json.dumps(parts).encode()).hexdigest()}"


def _check(one: BehaviourModel) -> None:
    """An item must never reach 400 KB, whatever is merged into it."""
    for behaviour, seen in one.seen.items():
        long = any(len(name) > caps.MODEL_ENTRY for name in (*seen.by, *seen.sha256, *seen.flagged))
        if long or sum(len(str(word)) for word in astuple(behaviour)) > caps.MODEL_ENTRY:
            raise InvalidInput(f"a behaviour of more than {caps.MODEL_ENTRY} characters")


def _merge_one(table: Table, workload: str, key: str, one: BehaviourModel) -> None:
    """Read, merge, write if it makes a difference; from the start when somebody was faster."""
    for _ in range(ATTEMPTS):
        stored = table.get(workload, key)
        if not stored.version:
            _list(table, workload)  # first: who dies in between lists it when the record comes again
        known = _read(stored.document) if stored.version else None
        merged = known.merge(one) if known else one
        if merged == known or table.put(workload, key, model_file.to_json([merged]), stored.version):
            return
    raise EnvironmentFault("a model's item is written by too many at once", hint="the record is tried again.")


def _list(table: Table, workload: str) -> None:
    """List a workload version. Who is slower finds that it is."""
    if not table.get(VERSIONS, listed(workload)).version:
        table.put(VERSIONS, listed(workload), workload, 0)


def _read(document: str) -> BehaviourModel:
    """What an item holds."""
    return model_file.from_json(document.encode(), "an item of the models' table")[0]
