"""The function under the local Lambda, with the layer or without, and what its visitors and attackers get."""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from demo.function.attacks import SECRET, Attack
from demo.function.loopback import Neighbours
from demo.function.visitors import Visit
from outrider.cli.emulator.local_function import LocalFunction

CODE = Path(__file__).parents[2] / "templates" / "demo" / "function"
RUNTIME = "python3.11"
"""What Debian has."""

WRAPPER = {"AWS_LAMBDA_EXEC_WRAPPER": "/opt/outrider/bin/wrap"}
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "ASIA0000FUNCTION",
    "AWS_SECRET_ACCESS_KEY": SECRET,
    "AWS_SESSION_TOKEN": "token",
}


@dataclass
class Count:
    """Ordinary visitors."""

    answered: int = 0
    failed: int = 0
    reasons: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Running:
    """The function, warm."""

    function: LocalFunction
    us: Neighbours

    def ask(self, event: dict[str, Any]) -> str:
        """Invoke it; return the page, or the error in its place."""
        response = self.function.invoke(event)
        if response.error:
            return f"{response.error}: {response.error_message}"
        answer = response.json()
        return str(answer.get("body", "")) if isinstance(answer, dict) else str(answer)

    def serve(self, visits: Iterable[Visit], count: Count) -> None:
        """Let ordinary visitors in."""
        for event, right in visits:
            said = self.ask(event)
            try:
                fine = right(said)
            except (ValueError, KeyError):
                fine = False
            count.answered += fine
            count.failed += not fine
            if not fine:
                count.reasons.append(f"{event['rawPath']}: {said.strip()[:80]}")

    def strike(self, attack: Attack) -> bool:
        """Whether an attack worked."""
        self.us.loot.clear()
        return attack.worked(self.us, self.ask(attack.event(self.us)))

    def extension_lines(self) -> list[str]:
        """What our extension logged, a JSON object a line."""
        return [
            line.text
            for line in self.function.log_lines
            if line.source.startswith("extension") and line.text.startswith("{")
        ]


@contextmanager
def running(us: Neighbours, layers: Sequence[Path], **settings: str) -> Iterator[Running]:
    """The function with these layers; with any, the wrapper is named as `outrider function patch` does it."""
    environment = {"PRICES_URL": us.prices} | (WRAPPER | settings if layers else {})
    with LocalFunction(
        CODE,
        handler="app.handler",
        runtime=RUNTIME,
        layers=tuple(layers),
        environment=environment,
        credentials=CREDENTIALS,
        timeout=10.0,
        memory=256,
        name="webhook",
        interpreter=Path("/usr/bin/python3"),
    ) as function:
        yield Running(function, us)


def events(lines: Iterable[str]) -> list[dict[str, Any]]:
    """What was stopped or reported, of the extension's lines."""
    found = (json.loads(line) for line in lines)
    return [
        one
        for one in found
        if one.get("schema", "").startswith("outrider.event/")
        and one.get("type") == "event"
        and one.get("verdict") in ("block", "alert")
    ]
