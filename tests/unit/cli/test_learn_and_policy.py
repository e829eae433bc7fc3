"""`outrider learn` and `outrider policy`: from events to a signed blob, and what goes wrong on the way."""

import json
import stat
from pathlib import Path

import pytest
from runtime.story import told

from cli.commands import Outrider
from outrider.cli.main import main
from outrider.policy.blob import decode
from outrider.runtime import jsonl

DATA = Path(__file__).parents[2] / "data" / "policy"


@pytest.fixture
def outrider(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Outrider:
    return Outrider(capsys, monkeypatch)


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with the events of the story, in which commands run."""
    monkeypatch.chdir(tmp_path)
    lines = [jsonl.to_line(event) for event in told().events]
    (tmp_path / "events.jsonl").write_text("\n".join(lines) + "\n")
    return tmp_path


def test_from_events_to_a_signed_policy(outrider: Outrider, there: Path) -> None:
    learned = outrider.ok("learn", "events.jsonl", "--workload", "shop", "-o", "model.json")
    assert "2 programs, 2 destinations, 1 listeners, 2 writes, 1 syscalls (from 1 life)" in learned.err
    assert learned.out == ""
    printed = outrider.ok("policy", "from-model", "model.json", "--mode", "block", "--counter", "2").out
    assert "workload: shop" in printed
    (there / "policy.yaml").write_text(printed)
    assert "1 checked: 1 valid, 0 not, 0 to look at" in outrider.ok("policy", "check", "policy.yaml").out
    (there / "blobs").mkdir()
    outrider.ok("policy", "compile", "policy.yaml", "-o", "blobs")
    public = outrider.ok("policy", "keygen", "-o", "key").out.strip()
    outrider.ok("policy", "sign", "blobs/web.policy", "--key", "key")
    for key in ("key.pub", public):
        assert "verified: counter 2" in outrider.ok("policy", "verify", "blobs/web.policy", "--key", key).out
    assert "may run /usr/bin/python3.11" in outrider.ok("policy", "show", "blobs/web.policy").out
    assert stat.S_IMODE((there / "key").stat().st_mode) == 0o600
    assert stat.S_IMODE((there / "blobs" / "web.policy").stat().st_mode) == 0o644


def test_learning_from_a_pipe_a_directory_and_twice_is_the_same(outrider: Outrider, there: Path) -> None:
    events = (there / "events.jsonl").read_bytes()
    once = outrider.ok("learn", "events.jsonl").out
    assert outrider.ok("learn", "-", stdin=events).out == once
    assert outrider.ok("learn", ".").out == once
    assert outrider.ok("learn", "events.jsonl", "events.jsonl").out == once
    (there / "model.json").write_text(once)
    assert outrider.ok("learn", "--merge", "model.json", "events.jsonl").out == once
    assert outrider.ok("learn", "--merge", "model.json", "--merge", "model.json").out == once


def test_new_events_join_the_model_they_are_merged_with(outrider: Outrider, there: Path) -> None:
    named = ("--workload", "shop", "--image", "web=sha256:1")
    outrider.ok("learn", "events.jsonl", *named, "-o", "model.json")
    outrider.ok("learn", "--merge", "model.json", "events.jsonl", "-o", "model.json")
    (model,) = json.loads((there / "model.json").read_text())["models"]
    assert (model["workload"], model["image"]) == ("shop", "sha256:1")


def test_the_summary_as_json(outrider: Outrider, there: Path) -> None:
    summary = json.loads(outrider.ok("learn", "events.jsonl", "-o", "model.json", "--json").out)
    assert summary["models"][0]["programs"] == 2
    assert summary["left_out"] == {"about the supervisor itself": 3, "blocked": 2}
    assert outrider("learn", "events.jsonl", "--json").status == 2


def test_lines_that_are_no_events_are_told_and_the_rest_is_learned(outrider: Outrider, there: Path) -> None:
    events = (there / "events.jsonl").read_bytes()
    result = outrider("learn", "-", stdin=b'{"schema":"outrider.event/1",\n' * 8 + events)
    assert result.status == 3
    assert "standard input, line 1: the line is not JSON" in result.err
    assert "and 3 more lines" in result.err
    assert result.out == outrider.ok("learn", "events.jsonl").out


def test_lines_of_others_are_passed_over_and_counted(outrider: Outrider, there: Path) -> None:
    events = (there / "events.jsonl").read_bytes()
    result = outrider.ok("learn", "-", stdin=b"nonsense\n" * 7 + b"x" * 300_000 + b"\n" + events)
    assert "8 lines of others passed over" in result.err
    assert result.out == outrider.ok("learn", "events.jsonl").out


def test_a_last_line_that_is_still_written_is_no_failure(outrider: Outrider, there: Path) -> None:
    events = (there / "events.jsonl").read_bytes()
    assert outrider.ok("learn", "-", stdin=events[:-20]).status == 0


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["learn"], 2, "nothing to learn from"),
        (["learn", "missing"], 2, "no such file"),
        (["learn", "empty"], 2, "no event files"),
        (["learn", "--merge", "events.jsonl"], 3, "not JSON"),
        (["learn", "events.jsonl", "--image", "web"], 2, "NAME=DIGEST"),
        (["policy", "from-model", "events.jsonl"], 3, "not JSON"),
        (["policy", "from-model", "model.json", "model.json"], 2, "two models"),
        (["policy", "from-model", "model.json", "--default", "exec"], 2, "KIND=VERDICT"),
        (["policy", "from-model", "model.json", "--mode", "off"], 2, "--mode"),
        (["policy", "compile", "policy.yaml", "-o", "nowhere/"], 2, "no directory"),
        (["policy", "compile", "policy.yaml", "--container", "x", "-o", "x.policy"], 3, "it has web"),
        (["policy", "sign", "policy.yaml", "--key", "key"], 3, "not a policy blob"),
        (["policy", "sign", "a", "b", "--key", "key", "-o", "c"], 2, "one blob"),
        (["policy", "sign", "web.policy", "--key", "policy.yaml"], 3, "not a key"),
        (["policy", "verify", "web.policy", "--key", "x"], 3, "not a key"),
        (["policy", "verify", "web.policy", "--key", "key.pub"], 1, "not signed"),
        (["policy", "verify", "policy.yaml", "--key", "key.pub"], 3, "not a policy blob"),
        (["policy", "keygen", "-o", "key"], 2, "is there already"),
        (["policy", "show", "events.jsonl"], 3, "not valid"),
        (["policy", "diff", "web.policy", "policy.yaml"], 3, "compiled blob"),
        (["policy", "check", "web.policy"], 3, "compiled blob"),
    ],
)
def test_what_goes_wrong(
    outrider: Outrider, there: Path, arguments: list[str], status: int, said: str
) -> None:
    (there / "empty").mkdir()
    outrider.ok("learn", "events.jsonl", "-o", "model.json")
    outrider.ok("policy", "from-model", "model.json", "-o", "policy.yaml")
    outrider.ok("policy", "compile", "policy.yaml", "-o", "web.policy")
    outrider.ok("policy", "keygen", "-o", "key")
    before = {path: path.read_bytes() for path in there.rglob("*") if path.is_file()}
    result = outrider(*arguments)
    assert result.status == status
    assert said in result.out + result.err
    assert {path: path.read_bytes() for path in there.rglob("*") if path.is_file()} == before


def test_what_cannot_be_said_in_a_rule_is_told(outrider: Outrider, there: Path) -> None:
    lines = (there / "events.jsonl").read_text().replace("/run/nginx.pid", "/run/" + "x" * 1100)
    (there / "events.jsonl").write_text(lines)
    outrider.ok("learn", "events.jsonl", "-o", "model.json")
    result = outrider("policy", "from-model", "model.json")
    assert result.status == 3
    assert "no rule for container web, nginx changes /run/x" in result.err
    assert "python3.11" in result.out


def test_a_model_without_a_workload_is_noted(outrider: Outrider, there: Path) -> None:
    outrider.ok("learn", "events.jsonl", "-o", "model.json")
    result = outrider.ok("policy", "from-model", "model.json")
    assert "say it with --workload" in result.err
    assert "workload: unnamed" in result.out


def test_differences_are_an_exit_status(outrider: Outrider, there: Path) -> None:
    outrider.ok("learn", "events.jsonl", "-o", "model.json")
    outrider.ok("policy", "from-model", "model.json", "-o", "a.yaml")
    outrider.ok("policy", "from-model", "model.json", "-o", "b.yaml", "--mode", "block")
    assert "no difference" in outrider.ok("policy", "diff", "a.yaml", "a.yaml").out
    result = outrider("policy", "diff", "a.yaml", "b.yaml")
    assert result.status == 1
    assert "1 differences: 1 where less is allowed" in result.out
    (change,) = json.loads(outrider("policy", "diff", "a.yaml", "b.yaml", "--json").out)
    assert (change["what"], change["before"], change["after"]) == ("changed", "alert", "block")


def test_advice_is_an_exit_status(outrider: Outrider, there: Path) -> None:
    text = "version: 1\nworkload: w\ncounter: 1\ncontainers:\n  c:\n    mode: block\n    rules:\n"
    (there / "p.yaml").write_text(text + "    - {kind: exec, action: allow, target: bin/sh, why: '[red]x'}\n")
    result = outrider("policy", "check", "p.yaml")
    assert result.status == 1
    assert "look at p.yaml: c, rule 1: target 'bin/sh' matches nothing" in result.out
    assert outrider("policy", "check", "p.yaml", "missing.yaml").status == 2
    assert json.loads(outrider("policy", "check", "p.yaml", "--json").out)["advice"][0]["rule"] == 1


def test_the_example_of_the_help_is_valid(outrider: Outrider, there: Path) -> None:
    helped = outrider.ok("policy", "check", "--help").out
    start = helped.index("    version: 1")
    example = helped[start : helped.index("The first rule that matches")]
    (there / "example.yaml").write_text("\n".join(line[4:] for line in example.rstrip().split("\n")))
    assert "1 valid" in outrider.ok("policy", "check", "example.yaml").out


def test_showing_as_json(outrider: Outrider, there: Path) -> None:
    blob = json.loads(outrider.ok("policy", "show", DATA / "shop.policy", "--json").out)
    assert blob["id"] == decode((DATA / "shop.policy").read_bytes()).policy.id.hex()
    assert len(blob["rules"]) == 5
    outrider.ok("learn", "events.jsonl", "-o", "model.json")
    outrider.ok("policy", "from-model", "model.json", "-o", "policy.yaml")
    document = json.loads(outrider.ok("policy", "show", "policy.yaml", "--container", "web", "--json").out)
    assert list(document["containers"]) == ["web"]
    assert "learned: nginx starts python3.11" in outrider.ok("policy", "show", "policy.yaml").out


@pytest.mark.parametrize(
    "blob", ["shop", "ipv6", "unix-sockets", "any-address", "utf-8", "escapes", "signed"]
)
def test_every_kind_of_blob_can_be_shown(outrider: Outrider, blob: str) -> None:
    assert "without a rule" in outrider.ok("policy", "show", DATA / f"{blob}.policy").out


def test_a_blob_goes_through_standard_output_unharmed(
    there: Path, capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    (there / "p.yaml").write_text("version: 1\nworkload: w\ncounter: 1\ncontainers: {c: {mode: alert}}\n")
    with pytest.raises(SystemExit):
        main(["policy", "compile", "p.yaml", "-o", "-"])
    assert decode(capsysbinary.readouterr().out).policy.counter == 1


@pytest.mark.parametrize("name", ["learn", "policy", "events", "record"])
def test_help_teaches_by_example(outrider: Outrider, name: str) -> None:
    assert f"outrider {name}" in outrider.ok(name, "--help").out
