"""Strict stand-ins in memory for the reporter's doors; each may fail by seed."""

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from cdk_app.functions.reporter.delivery import Right
from cdk_app.functions.reporter.handler import Doors
from cdk_app.functions.reporter.model_sink import ModelSink
from cdk_app.functions.reporter.models import Stored
from cdk_app.functions.reporter.routing import BUS, HUB, LAKE, MODELS, TOPIC
from outrider.errors import EnvironmentFault
from outrider.model.envelope import Envelope

FACTS = {"account": "123456789012", "region": "eu-west-1"}


class Weather:
    """Fails as often as it is told to."""

    def __init__(self, seed: int = 0, rate: float = 0.0) -> None:
        self.random = random.Random(seed)  # noqa: S311 - chaos that can be repeated
        self.rate = rate

    def strike(self) -> None:
        if self.random.random() < self.rate:
            raise EnvironmentFault("ThrottlingException")


class MemoryTable:
    """The models' table, with conditions; a put may lose against somebody for no reason."""

    def __init__(self, weather: Weather) -> None:
        self.items: dict[tuple[str, str], Stored] = {}
        self.weather = weather

    def get(self, workload: str, key: str) -> Stored:
        self.weather.strike()
        return self.items.get((workload, key), Stored(0, ""))

    def put(self, workload: str, key: str, document: str, expected: int) -> bool:
        self.weather.strike()
        assert len(document) < 400_000
        version = self.items.get((workload, key), Stored(0, "")).version
        if version != expected or self.weather.random.random() < self.weather.rate:
            return False
        self.items[workload, key] = Stored(expected + 1, document)
        self.weather.strike()  # the answer is lost, the write is not
        return True

    def all(self, workload: str) -> Iterator[Stored]:
        return (stored for (name, _), stored in self.items.items() if name == workload)


class MemoryLedger:
    """The ledger. A sender that dies in between is played by `expire`."""

    def __init__(self, weather: Weather) -> None:
        self.status: dict[tuple[str, str], str] = {}
        self.weather = weather

    def claim(self, sink: str, id: str) -> Right:
        self.weather.strike()
        status = self.status.setdefault((sink, id), "new")
        if status == "new":
            self.status[sink, id] = "sending"
            return Right.GIVEN
        return Right.DONE if status == "done" else Right.BUSY

    def done(self, sink: str, id: str) -> None:
        assert self.status[sink, id] == "sending"
        self.status[sink, id] = "done"

    def release(self, sink: str, id: str) -> None:
        self.weather.strike()  # the right is kept until its lease ends
        del self.status[sink, id]

    def expire(self) -> None:
        """All leases end."""
        self.status = {key: status for key, status in self.status.items() if status == "done"}


class MemorySink:
    """Counts what it has; refuses some, or all at once, before they took effect."""

    def __init__(self, weather: Weather) -> None:
        self.had: Counter[str] = Counter()
        self.envelopes: dict[str, Envelope] = {}
        self.weather = weather

    def send(self, envelopes: Sequence[Envelope]) -> Mapping[str, str]:
        self.weather.strike()
        problems = {}
        for envelope in envelopes:
            if self.weather.random.random() < self.weather.rate:
                problems[envelope.id] = "refused for now"
            else:
                self.had[envelope.id] += 1
                self.envelopes[envelope.id] = envelope
        return problems


class MemoryQueue:
    """Messages that were given back."""

    def __init__(self) -> None:
        self.messages: list[str] = []

    def send(self, message: str) -> None:
        self.messages.append(message)


def doors(weather: Weather) -> Doors:
    """All of them."""
    found = {name: MemorySink(weather) for name in (LAKE, HUB, BUS, TOPIC)}
    return Doors({MODELS: ModelSink(MemoryTable(weather)), **found}, MemoryLedger(weather), MemoryQueue())
