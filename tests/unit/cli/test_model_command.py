"""`outrider model`: from learning to blocking, and from version to version."""

import json
from pathlib import Path

import pytest
from runtime.story import told

from cli.commands import Outrider
from outrider.model.event import Kind
from outrider.runtime import jsonl

LATER = "1796000000"


@pytest.fixture
def outrider(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Outrider:
    return Outrider(capsys, monkeypatch)


@pytest.fixture(autouse=True)
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, outrider: Outrider) -> Path:
    """A directory with the model of the story, long after it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", LATER)
    story = told()
    lines = [jsonl.to_line(event) for event in story.events]
    (tmp_path / "events.jsonl").write_text("\n".join(lines) + "\n")
    outrider.ok("learn", "events.jsonl", "--workload", "shop", "--image", "web=v1", "-o", "model.json")
    return tmp_path


def entries(outrider: Outrider, *options: str) -> list[dict[str, object]]:
    (model,) = json.loads(outrider.ok("model", "show", "model.json", "--json", *options).out)
    found: list[dict[str, object]] = model["entries"]
    return found


def test_show(outrider: Outrider) -> None:
    shown = outrider.ok("model", "show", "model.json").out
    assert "shop/web (v1): learning, 8 entries, 1 lives" in shown
    assert "10.0.3.7 port 5432" in shown
    (write, _) = entries(outrider, "--kind", "write")
    assert (write["seen"], write["lives"], write["lives_exact"], write["stands"]) == (42, 1, True, True)
    assert entries(outrider, "--left-out") == []


def test_what_is_struck_out_stays_so_when_it_is_learned_again(outrider: Outrider) -> None:
    (socket,) = [one for one in entries(outrider, "--kind", "connect") if "sock" in str(one["target"])]
    name = str(socket["id"])[:8]
    said = outrider.ok("model", "strike", "model.json", name, "--who", "kim", "--why", "a test by hand")
    assert f"struck out: {name} python3.11 talks to /run/shop.sock" in said.err
    learned = outrider.ok("learn", "--merge", "model.json", "events.jsonl", "-o", "model.json")
    assert "struck out were seen again" not in learned.err
    assert len(entries(outrider, "--left-out")) == 1
    assert "shop.sock" not in outrider.ok("policy", "from-model", "model.json").out
    assert "struck out by kim: a test by hand" in outrider.ok("model", "show", "model.json").out


def test_a_later_word_takes_it_back(outrider: Outrider) -> None:
    name = str(entries(outrider, "--kind", "connect")[0]["id"])
    outrider.ok("model", "strike", "model.json", name, "--who", "kim", "--why", "a test")
    outrider.ok("model", "keep", "model.json", name, "--who", "lee", "--why", "it is ours")
    assert entries(outrider, "--left-out") == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("strike", "model.json", "zzzz", "--who", "a", "--why", "b"), "no entry's id"),
        (("strike", "model.json", "ab", "--who", "a", "--why", "b"), "too short"),
        (("strike", "model.json", "abcd", "--who", " ", "--why", "b"), "say nothing"),
        (("stage", "model.json", "--set", "blocking"), "--who and --why"),
        (("stage", "model.json", "--container", "other"), "0 models"),
        (("carry", "model.json", "--image", "v2", "--container", "x", "-o", "n.json"), "no model"),
        (("carry", "model.json", "--image", "v2", "--scan", "model.json", "-o", "n.json"), "no scan report"),
    ],
)
def test_wrong_usage(outrider: Outrider, words: tuple[str, ...], said: str) -> None:
    result = outrider("model", *words)
    assert result.status in (2, 3)
    assert said in result.err


def test_from_learning_to_blocking(outrider: Outrider, there: Path) -> None:
    first = outrider.ok("model", "stage", "model.json")
    assert "waits for: 2 more lives" in first.out
    refused = outrider("policy", "from-model", "model.json")
    assert (refused.status, "still learning" in refused.err) == (2, True)
    assert "mode: block" in outrider.ok("policy", "from-model", "model.json", "--mode", "block").out
    (there / "terms.yaml").write_text("version: 1\nlearn_lives: 1\nlearn_seconds: 0\nalert_seconds: 0\n")
    dry = outrider.ok("model", "stage", "model.json", "--terms", "terms.yaml", "--dry-run").out
    assert "learning → proposed" in dry
    assert "shop/web (v1): learning" in outrider.ok("model", "show", "model.json").out
    for stage in ("proposed", "alerting"):
        words = ("model", "stage", "model.json", "--terms", "terms.yaml", "--json")
        assert json.loads(outrider.ok(*words).out)["stage"] == stage
        assert "mode: alert" in outrider.ok("policy", "from-model", "model.json").out
    waits = json.loads(outrider.ok(*words).out)["waits_for"]
    assert waits == ["a person who says blocking"]
    outrider.ok("model", "stage", "model.json", "--set", "blocking", "--who", "kim", "--why", "read it")
    assert "mode: block" in outrider.ok("policy", "from-model", "model.json").out
    assert "alerting → blocking: read it (by kim)" in outrider.ok("model", "stage", "model.json").out


def test_alerts_after_a_deploy_lead_back(outrider: Outrider, there: Path) -> None:
    outrider.ok("model", "stage", "model.json", "--set", "blocking", "--who", "kim", "--why", "read it")
    story = told()
    story.time = int(LATER) * 1_000_000_000
    blocked = [story.attack() for _ in range(3)]
    (there / "now.jsonl").write_text("".join(jsonl.to_line(event) + "\n" for event in blocked))
    (there / "terms.yaml").write_text("version: 1\nback_alerts: 3\n")
    words = ("model", "stage", "model.json", "--terms", "terms.yaml", "--events", "now.jsonl", "--json")
    told_of = json.loads(outrider.ok(*words).out)
    assert told_of["stage"] == "alerting"
    assert told_of["step"]["reason"] == "3 acts were stopped within 3600 s of blocking"


def test_from_version_to_version(outrider: Outrider, there: Path) -> None:
    scan = {"executables": [{"path": "/usr/sbin/nginx", "sha256": "ab" * 32}]}
    (there / "scan.json").write_text(json.dumps(scan))
    words = ("model", "carry", "model.json", "--scan", "scan.json", "--image", "v2")
    said = outrider.ok(*words, "-o", "next.json")
    assert "8 entries carried over" in said.err
    assert "not in the image any more" in said.err
    told_of = json.loads(outrider.ok(*words, "-o", "next.json", "--json").out)
    assert (told_of[0]["image"], told_of[0]["entries"], told_of[0]["removals"]) == ("v2", 8, [])
    different = outrider("model", "diff", "model.json", "next.json")
    assert different.status == 1
    assert "8 dropped" in different.out
    outrider.ok("learn", "--merge", "next.json", "events.jsonl", "-o", "next.json")
    same = outrider("model", "diff", "model.json", "next.json", "--json")
    assert (same.status, json.loads(same.out)) == (0, [])


def test_merge(outrider: Outrider) -> None:
    merged = outrider.ok("model", "merge", "model.json", "model.json")
    assert merged.out == Path("model.json").read_text()
    assert "shop/web (v1): 8 entries, 1 lives" in merged.err


def test_what_a_detector_names_is_listed_and_not_learned(outrider: Outrider, there: Path) -> None:
    story = told()
    story.act(Kind.EXEC, "/bin/dash", traits=("stdin:socket",))
    (there / "events.jsonl").write_text("".join(jsonl.to_line(event) + "\n" for event in story.events))
    learned = outrider.ok("learn", "events.jsonl", "-o", "attacked.json")
    assert "flagged by reverse-shell" in learned.err
    assert "--accept reverse-shell" in learned.err
    assert "/bin/dash" not in (there / "attacked.json").read_text()
    told_of = json.loads(outrider.ok("learn", "events.jsonl", "-o", "attacked.json", "--json").out)
    assert [one["detector"] for one in told_of["flagged"]] == ["reverse-shell"]
    outrider.ok("learn", "events.jsonl", "--accept", "reverse-shell", "-o", "accepted.json")
    assert "/bin/dash" in (there / "accepted.json").read_text()
    assert outrider("learn", "events.jsonl", "--accept", "nonsense").status == 2
