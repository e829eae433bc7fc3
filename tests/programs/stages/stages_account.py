"""An account in memory for the function that moves stages: table, buckets, key and bus, each with weather."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cdk_app.functions.reporter import models, stages
from cdk_app.functions.reporter.models import Stored
from cdk_app.functions.reporter.staging import handler
from cdk_app.functions.reporter.staging.moving import Doors
from cdk_app.functions.reporter.staging.publishing import Lying, Sign
from cdk_app.functions.reporter.staging.telling import Place
from outrider.errors import EnvironmentFault
from outrider.model.behaviour import BehaviourModel
from outrider.model.envelope import Envelope
from outrider.model.event import Verdict
from outrider.policy import signing
from outrider.policy.stages import Terms
from tests.programs.reporter.reporter_messages import ACCOUNT, REGION, act, event_envelope
from tests.programs.reporter.reporter_stubs import MemoryTable, Weather

START = 1_700_000_000_000_000_000
HOUR = 3600 * 1_000_000_000
TERMS = Terms(learn_seconds=3600, learn_lives=2, quiet_seconds=3600, alert_seconds=3600, back_alerts=3)
KEY = bytes(range(32))
IMAGE = "sha256:" + "b" * 64
PLACE = f"policies/shop/web/{'b' * 64}.policy"


class PagedTable(MemoryTable):
    """Gives a partition by pages."""

    def page(self, workload: str, after: str, most: int) -> Sequence[tuple[str, Stored]]:
        self.weather.strike()
        found = sorted((key, one) for (name, key), one in self.items.items() if name == workload)
        return [(key, one) for key, one in found if key > after][:most]


class MemoryStore:
    """Buckets, with conditions; a put may lose against somebody, or its answer be lost."""

    def __init__(self, weather: Weather) -> None:
        self.proposals: dict[str, str] = {}
        self.policies: dict[str, bytes] = {}
        self.puts: list[bytes] = []
        self.weather = weather

    def propose(self, key: str, text: str) -> str:
        self.weather.strike()
        self.proposals[key] = text
        return f"s3://reports/{key}"

    def address(self, key: str) -> str:
        return f"s3://state/{key}"

    def lying(self, key: str) -> Lying | None:
        self.weather.strike()
        data = self.policies.get(key)
        return Lying(data, str(hash(data))) if data else None

    def put(self, key: str, data: bytes, over: Lying | None) -> bool:
        self.weather.strike()
        there = self.policies.get(key)
        if (over.data if over else None) != there or self.weather.random.random() < self.weather.rate:
            return False
        self.policies[key] = data
        self.puts.append(data)
        self.weather.strike()
        return True


class MemoryBus:
    """Everything that was told, in order; what is told twice is there twice."""

    def __init__(self, weather: Weather) -> None:
        self.told: list[Envelope] = []
        self.weather = weather

    def send(self, envelopes: Sequence[Envelope]) -> Mapping[str, str]:
        if self.weather.random.random() < self.weather.rate:
            return {one.id: "ThrottlingException" for one in envelopes}
        self.told += envelopes
        if self.weather.random.random() < self.weather.rate:
            raise EnvironmentFault("the answer is lost")
        return {}

    @property
    def steps(self) -> list[tuple[Any, Any]]:
        """(before, after) of each step, told once or twice, in order."""
        once = {one.id: one.detail for one in self.told if one.topic == "stage"}
        return [(detail["before"], detail["after"]) for detail in once.values()]


@dataclass
class Account:
    """All of it."""

    weather: Weather = field(default_factory=Weather)
    sign: Sign | None = None
    terms: Terms = TERMS

    def __post_init__(self) -> None:
        self.table = PagedTable(self.weather)
        self.store = MemoryStore(self.weather)
        self.bus = MemoryBus(self.weather)

    @property
    def doors(self) -> Doors:
        place = Place(ACCOUNT, REGION)
        return Doors(self.table, self.store, self.sign, self.bus, self.terms, handler.built_in, place)

    def learn(self, *lives: str, name: str = "shop", image: str = IMAGE) -> BehaviourModel:
        """What the lives of a version did: one program."""
        for life in lives or ("aa", "bb"):
            one = models.observed(event_envelope(act(1, life)))
            assert one
            one = BehaviourModel(name, one.container, image, one.seen, one.instances)
            models.merge(self.table, one)
        return BehaviourModel(name, "web", image)

    def alerts(self, version: BehaviourModel, count: int, at_ns: int) -> None:
        for seq in range(count):
            stages.note(self.table, version, act(seq, verdict=Verdict.BLOCK, time_ns=at_ns + seq))

    def round(self, now_ns: int, most: int = 1_000) -> dict[str, Any]:
        """One round, at a time, with time for so many versions."""
        left = iter(range(most + most // 25 + 2))
        return handler.round_of(self.doors, self.table, lambda: next(left, None) is not None, lambda: now_ns)

    def wish(self, now_ns: int, **said: Any) -> dict[str, Any]:
        asked = {"workload": "shop", "stage": "blocking", "who": "kim", "why": "read it"} | said
        return handler.wish_of(asked, self.doors, self.table, lambda: True, lambda: now_ns)


def local_sign(blob: bytes) -> bytes:
    """As KMS would: the digest."""
    return signing.sign_digest(blob, signing.local(KEY))
