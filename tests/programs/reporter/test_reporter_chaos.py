"""AWS fails, throttles and repeats messages by seed: nothing is lost, no sink has one twice."""

import json
from typing import Any

from cdk_app.functions.reporter.handler import handle
from cdk_app.functions.reporter.routing import SINKS, sinks
from outrider.model.envelope import dump
from outrider.model.event import Verdict
from tests.programs.reporter.reporter_messages import act, batch, bus_body, event_envelope, finding_envelope
from tests.programs.reporter.reporter_stubs import Weather, doors

SEEDS = 200


def _live(seed: int) -> None:
    """One run: messages come again until they are taken, some of them even then."""
    weather = Weather(seed, 0.2)
    made: Any = doors(weather)
    told = [event_envelope(act(n, verdict=Verdict.BLOCK if n % 2 else Verdict.ALERT)) for n in range(4)]
    found = [finding_envelope(n, "critical" if n % 2 else "low") for n in range(4)]
    pending = [json.dumps(dump(one)) for one in [*told, *found]]
    repeats = [weather.random.choice(pending) for _ in range(6)]
    pending += repeats
    for _ in range(200):
        if not pending:
            break
        weather.random.shuffle(pending)
        now, pending = pending[:5], pending[5:]
        failed = {one["itemIdentifier"] for one in handle(batch(*now), made, "")["batchItemFailures"]}
        pending += [body for number, body in enumerate(now) if f"m{number}" in failed]
        made.ledger.expire()
    assert not pending, f"seed {seed}: lost"
    weather.rate = 0.0
    assert handle(batch(*(bus_body(one) for one in found)), made, "") == {"batchItemFailures": []}
    for name in SINKS[1:]:
        expected = {one.id for one in [*told, *found] if name in sinks(one)}
        had = made.sinks[name].had
        assert set(had) == expected, f"seed {seed}: {name}"
        assert max(had.values(), default=1) == 1, f"seed {seed}: {name} has one twice"


def test_nothing_is_lost_and_nothing_doubled() -> None:
    for seed in range(SEEDS):
        _live(seed)
