"""`outrider policy check --replay`: what it would have stopped, for a person and as data."""

import json
from pathlib import Path

import pytest
from runtime.story import told

from cli.commands import Outrider
from outrider.runtime import jsonl


@pytest.fixture
def outrider(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Outrider:
    return Outrider(capsys, monkeypatch)


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, outrider: Outrider) -> Path:
    """The events of the story, and the policy that was learned from them."""
    monkeypatch.chdir(tmp_path)
    lines = [jsonl.to_line(event) for event in told().events]
    (tmp_path / "events.jsonl").write_text("\n".join(lines) + "\n")
    outrider.ok("learn", "events.jsonl", "--workload", "shop", "-o", "model.json")
    outrider.ok("policy", "from-model", "model.json", "--mode", "block", "-o", "policy.yaml")
    return tmp_path


def test_what_was_learned_would_not_be_stopped(outrider: Outrider, there: Path) -> None:
    said = outrider("policy", "check", "policy.yaml", "--replay", "events.jsonl")
    assert said.status == 0 and "acts replayed" in said.out and "would be stopped" not in said.out


def test_what_another_policy_would_stop_is_listed(outrider: Outrider, there: Path) -> None:
    containers = "  web: {mode: alert, defaults: {exec: block, connect: allow}}"
    strict = f"version: 1\nworkload: shop\ncounter: 9\ncontainers:\n{containers}\n"
    (there / "strict.yaml").write_text(strict)
    said = outrider("policy", "check", "strict.yaml", "--replay", ".")
    assert said.status == 1 and "would be stopped, and was let through" in said.out
    assert "by the default of exec" in said.out
    plain = json.loads(outrider("policy", "check", "strict.yaml", "--replay", ".", "--json").out)
    kinds = {one["kind"] for one in plain["stopped"]}
    assert "exec" in kinds and "connect" not in kinds
    assert {one["before"] for one in plain["stopped"]} <= {"allow", "alert"}
    assert {one["now"] for one in plain["stopped"]} == {"block"}


def test_a_replay_is_of_one_policy_and_of_events(outrider: Outrider, there: Path) -> None:
    assert outrider("policy", "check", "a.yaml", "b.yaml", "--replay", "events.jsonl").status == 2
    with (there / "events.jsonl").open("a") as stream:
        stream.write('{"schema":"outrider.event/1","type":"event"}\n')
    said = outrider("policy", "check", "policy.yaml", "--replay", "events.jsonl")
    assert said.status == 3 and "not an event" in said.err
