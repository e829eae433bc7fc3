"""From the log of a function to the policy of a function, by the commands people type."""

import base64
import json
from pathlib import Path

import pytest

from cli.commands import Outrider
from outrider.model.event import Kind
from outrider.policy.blob import decode
from outrider.runtime import model_file

LOG = Path(__file__).parents[2] / "data" / "function-logs" / "webhook.log"


@pytest.fixture
def outrider(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Outrider:
    monkeypatch.chdir(tmp_path)
    return Outrider(capsys, monkeypatch)


def test_from_a_log_to_a_policy_in_the_environment(outrider: Outrider, tmp_path: Path) -> None:
    learned = outrider.ok("learn", LOG, "-o", "model.json").err
    assert "1 flagged" in learned
    assert "8 lines of others passed over" in learned
    assert "2 names looked up, 7 places of code, 2 kinds of event (from 1 life)" in learned
    outrider.ok("policy", "from-model", "model.json", "--mode", "block", "-o", "policy.yaml")
    checked = outrider.ok("policy", "check", "policy.yaml").out
    assert "1 checked: 1 valid, 0 not, 0 to look at" in checked
    shown = outrider.ok("policy", "show", "policy.yaml").out
    assert "workload webhook" in shown
    assert "from requests 2.32.3" in " ".join(shown.split())
    text = outrider.ok("policy", "compile", "policy.yaml", "--base64")
    assert "more than the 2048" in text.err
    outrider.ok("policy", "compile", "policy.yaml", "-o", "function.policy")
    blob = (tmp_path / "function.policy").read_bytes()
    assert base64.b64decode(text.out, validate=False) == blob
    assert {rule.kind for rule in decode(blob).policy.rules} == set(Kind) - {Kind.BIND}
    assert outrider.ok("policy", "diff", "policy.yaml", "policy.yaml").out == "no difference\n"


def test_a_small_policy_is_text_for_the_environment(outrider: Outrider, tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(
        "{version: 1, workload: f, counter: 1, containers: {function: {mode: alert}}}"
    )
    result = outrider.ok("policy", "compile", "p.yaml", "--base64")
    assert "note" not in result.err
    outrider.ok("policy", "compile", "p.yaml", "--base64", "-o", "p.txt")
    assert (tmp_path / "p.txt").read_text() == result.out
    assert outrider("policy", "compile", "p.yaml").status == 2


def test_exports_of_cloudwatch_are_the_log(outrider: Outrider, tmp_path: Path) -> None:
    once = outrider.ok("learn", LOG).out
    lines = LOG.read_text().splitlines()
    tail = "\n".join(f"2026-11-24T05:25:30.1+00:00 2026/11/24/[$LATEST]ab {line}" for line in lines)
    (tmp_path / "tail.log").write_text(tail + "\n")
    answer = {"events": [{"logStreamName": "ab", "message": line} for line in lines]}
    (tmp_path / "answer.json").write_text(json.dumps(answer, indent=4))
    for name in ("tail.log", "answer.json"):
        assert outrider.ok("learn", name).out == once
    assert outrider.ok("learn", "tail.log", LOG, "answer.json", "-").out == once


def test_of_several_functions_one_is_chosen_by_name(outrider: Outrider, tmp_path: Path) -> None:
    (tmp_path / "other.log").write_text(
        LOG.read_text().replace('"webhook"', '"other"').replace('"instance":"', '"instance":"77')
    )
    outrider.ok("learn", LOG, "other.log", "-o", "both.json")
    assert "different workloads" in outrider("policy", "from-model", "both.json").err
    for name in ("webhook", "other"):
        chosen = outrider.ok("policy", "from-model", "both.json", "--workload", name).out
        assert f"workload: {name}\n" in chosen


def test_versions_are_chosen_or_made_one(outrider: Outrider, tmp_path: Path) -> None:
    later = LOG.read_text().replace("tree:b02b", "tree:ffff").replace('"instance":"', '"instance":"77')
    (tmp_path / "later.log").write_text(later)
    outrider.ok("learn", LOG, "later.log", "-o", "both.json")
    refused = outrider("policy", "from-model", "both.json")
    assert refused.status == 2
    assert "of different code" in refused.err
    assert "workload: webhook" in outrider.ok("policy", "from-model", "both.json", "--image", "tree:ffff").out
    assert outrider("policy", "from-model", "both.json", "--image", "tree:0").status == 2
    outrider.ok("learn", LOG, "later.log", "--image", "function=any", "-o", "one.json")
    (model,) = model_file.from_json((tmp_path / "one.json").read_bytes(), "one.json")
    assert (model.image, len(model.instances)) == ("any", 2)
    summary = json.loads(outrider.ok("learn", LOG, "-o", "m.json", "--json").out)
    assert summary["passed_over"] == 8
    assert summary["models"][0]["workload"] == "webhook"
