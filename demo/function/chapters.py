"""What happens in each chapter. Every command shown is the command that runs."""

import json
import platform
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.table import Table

from demo import task
from demo.function import local
from demo.function.attacks import ATTACKS
from demo.function.local import Count, Running
from demo.function.loopback import Neighbours
from demo.function.visitors import visits
from demo.story import CONSOLE, Story

LEARN_ROUNDS = 15
"""More than the eight different names it takes to see that names vary."""

NEXT = {
    "exec": "the function does not start this program: mend the hole at the line named",
    "connect": "nobody learned this host: mend the hole, or allow the host if the change is yours",
    "load": "data asked for code: keep baskets as JSON",
    "read": "nobody reads this in ordinary work: mend the hole at the line named",
    "write": "nobody writes there in ordinary work",
}
"""What to do about a blocked act, by kind."""


@dataclass
class Stage:
    """What the chapters hand to each other."""

    story: Story
    work: Path
    us: Neighbours
    layer: Path = Path()
    policy_layer: Path = Path()
    findings: list[tuple[bool, str]] = field(default_factory=list)
    without: dict[str, bool] = field(default_factory=dict)
    under: dict[str, bool] = field(default_factory=dict)

    def outrider(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Show and run one command."""
        self.story.command(("outrider", *arguments))
        return task.outrider(arguments, self.work)


def build(stage: Stage) -> None:
    """Chapter 1: the function, and the layer."""
    stage.story.chapter(
        1,
        "A webhook, and a layer",
        "A function as people write them: prices from another service, invoices through a shell, baskets in "
        "a cookie, a preview of a partner's page. Three holes. Its code stays as it is; what defends it is a "
        "layer and one environment variable.",
    )
    done = stage.outrider("layer", "build", "--arch", platform.machine(), "-o", "layers")
    stage.story.output(done.stdout + done.stderr)
    stage.layer = next((stage.work / "layers").glob("*.zip"))
    size = stage.layer.stat().st_size
    stage.story.note(f"{stage.layer.name}: {size / 1024:.0f} KiB")
    stage.findings.append((size <= 1 << 20, f"the layer is {size / 1024:.0f} KiB, at most 1024"))


def learn(stage: Stage) -> None:
    """Chapter 2: ordinary traffic, and what was learned from it."""
    stage.story.chapter(
        2,
        "Learn",
        "The function runs in a local Lambda with the layer, which as yet allows everything and says in the "
        "function's log what that was. Ordinary visitors come; what they make the function do is all it will "
        "be allowed to do.",
    )
    count = Count()
    with local.running(stage.us, (stage.layer,), OUTRIDER_LEARN="invocations=1000") as function:
        function.serve(visits(stage.us, LEARN_ROUNDS), count)
        function.function.shutdown()  # the rest of what was learned is told at the end of an environment
        lines = function.extension_lines()
    stage.story.note(f"{count.answered} ordinary invocations; failed: {count.failed} {count.reasons or ''}")
    stage.findings.append((count.failed == 0, f"learning: ordinary invocations failed: {count.failed}"))
    (stage.work / "log.jsonl").write_text("".join(f"{line}\n" for line in lines))
    stage.story.output(stage.outrider("learn", "log.jsonl", "-o", "model.json").stderr)
    stage.story.command(("cat", "model.json"))
    stage.story.output(_brief_model(stage.work / "model.json"), most=60)
    done = stage.outrider("policy", "from-model", "model.json", "--mode", "block", "-o", "policy.yaml")
    stage.story.output(done.stdout + done.stderr)
    stage.story.command(("cat", "policy.yaml"))
    stage.story.document((stage.work / "policy.yaml").read_text())


def enforce(stage: Stage) -> None:
    """Chapter 3: the policy becomes a small layer of its own."""
    stage.story.chapter(
        3,
        "Enforce it",
        "The policy, compiled, rides in an environment variable while it is small, or in a small layer of "
        "its own, as here. Nothing is asked of the network at a cold start.",
    )
    layers = ("layer", "build", "--arch", platform.machine(), "-o", "layers")
    done = stage.outrider(*layers, "--policy", "policy.yaml")
    stage.story.output(done.stdout + done.stderr)
    stage.policy_layer = stage.work / "layers" / "outrider-policy.zip"


def attack(stage: Stage) -> None:
    """Chapter 4: six attacks, with ordinary visitors between them."""
    stage.story.chapter(
        4,
        "Attack",
        "Six attacks through the three holes, with ordinary visitors between them. Whether one worked is "
        "what the attacker sees: an answer, or a request at his own server.",
    )
    count = Count()
    with local.running(stage.us, (stage.layer, stage.policy_layer)) as function:
        stage.under = strike(stage, function, count)
        function.function.shutdown()
        record = local.events(function.extension_lines())
    stopped = sum(not worked for worked in stage.under.values())
    stage.story.note(
        f"meanwhile: {count.answered} ordinary invocations, {count.failed} failed {count.reasons or ''}"
    )
    stage.findings += [
        (stopped == len(ATTACKS), f"with the layer, attacks stopped: {stopped} of {len(ATTACKS)}"),
        (
            count.failed == 0 and count.answered > 0,
            f"ordinary invocations meanwhile: {count.answered}, failed: {count.failed}",
        ),
    ]
    explain(stage, record)


def explain(stage: Stage, record: list[dict[str, Any]]) -> None:
    """Chapter 5: the record."""
    stage.story.chapter(
        5,
        "Explain",
        "What was stopped stands in the function's own log: what, by which line of whose code, during which "
        "invocation; and what to do about it.",
    )
    table = Table(title="Stopped", title_justify="left", show_lines=True)
    for heading in ("what", "code", "what to do"):
        table.add_column(heading)
    for event in record:
        what = event.get("target") or event.get("address") or event.get("syscall") or ""
        if isinstance(what, dict):
            what = f"{what.get('host')}:{what.get('port')}"
        words = f"{event['verdict']} {event['kind']} {what}"
        table.add_row(words, str(event.get("code") or event.get("program")), NEXT.get(event["kind"], ""))
    CONSOLE.print(table)
    named = [event for event in record if "/var/task/app.py" in str(event.get("code"))]
    stage.findings.append(
        (bool(named), f"events that name the line of the function's own code: {len(named)}")
    )


def compare(stage: Stage) -> None:
    """Chapter 6: the function as it was."""
    stage.story.chapter(6, "And without", "The very same function without the layer, attacked the same way.")
    with local.running(stage.us, ()) as function:
        stage.without = strike(stage, function, Count())
    worked = sum(stage.without.values())
    stage.findings.append(
        (worked == len(ATTACKS), f"without the layer, attacks that worked: {worked} of {len(ATTACKS)}")
    )
    headings = ("function as it was", "function with the layer")
    stage.story.side_by_side(
        ATTACKS, stage.without, stage.under, headings, "The same attacks on the same function"
    )


def strike(stage: Stage, function: Running, count: Count) -> dict[str, bool]:
    """All attacks, a round of ordinary visitors before each and after the last."""
    results = {}
    for attack in ATTACKS:
        function.serve(visits(stage.us, 1), count)
        results[attack.name] = function.strike(attack)
        stage.story.attack(attack, attack.typed(stage.us), results[attack.name])
    function.serve(visits(stage.us, 1), count)
    return results


def _brief_model(path: Path) -> str:
    """The model, an act a line."""
    return json.dumps(json.loads(path.read_text()), indent=1)
