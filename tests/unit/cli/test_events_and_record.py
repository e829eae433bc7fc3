"""`outrider events` and `outrider record`: what was told, and what it means."""

import json
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from runtime.story import SECOND, told

from cli.commands import Outrider
from outrider.cli import events as events_command
from outrider.cli.following import follow
from outrider.policy.document import parse
from outrider.policy.lowering import policy_id
from outrider.runtime import jsonl

DOCUMENT = """
version: 1
workload: shop
counter: 2
containers:
  web:
    mode: block
    rules:
    - {kind: bind, action: allow, port: 8080, why: serves}
    - {kind: exec, action: allow, target: /usr/bin/python3.11, why: the shop}
    - {kind: write, action: allow, target: "/tmp/*", why: uploads}
    - {kind: connect, action: block, address: 169.254.170.2/32, why: "credentials are for [nobody]"}
"""


@pytest.fixture
def outrider(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Outrider:
    monkeypatch.setenv("COLUMNS", "120")
    return Outrider(capsys, monkeypatch)


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A record directory with a file that was put aside, and the policy that was in force."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "policy.yaml").write_text(DOCUMENT)
    inforce = policy_id(parse(DOCUMENT), "web").hex()
    events = [
        replace(event, policy_id=inforce) if event.policy_counter == 2 else event for event in told().events
    ]
    lines = [f"{jsonl.to_line(event)}\n" for event in events]
    record = tmp_path / "record"
    record.mkdir()
    (record / "web.jsonl.1").write_text("".join(lines[:6]))
    (record / "web.jsonl").write_text("".join([lines[0], *lines[6:]]))
    (record / "web.jsonl.next").write_text("nonsense\n")
    (record / ".web.jsonl.tmp").write_text("nonsense\n")
    return tmp_path


def test_events_of_a_directory_in_order_of_time(outrider: Outrider, there: Path) -> None:
    lines = outrider.ok("events", "record").out.splitlines()
    assert len(lines) == len(told().events) + 1
    assert lines[2] == (
        "2026-11-24 01:02:03.200 web start starting /usr/sbin/nginx -g daemon off; "
        "under policy 000000000000, counter 0"
    )
    assert lines[-3].startswith(
        "2026-11-24 01:02:04.300 web BLOCK /usr/bin/python3.11[31] tried to run /bin/dash: blocked"
    )


def test_events_can_be_chosen(outrider: Outrider, there: Path) -> None:
    assert len(outrider.ok("events", "record", "--verdict", "block").out.splitlines()) == 2
    assert outrider.ok("events", "record", "--container", "worker").out == ""
    (first, _) = outrider.ok("events", "record", "--verdict", "block", "--json").out.splitlines()
    assert jsonl.from_line(first).target == "/bin/dash"


def test_events_that_are_none_are_told(outrider: Outrider, there: Path) -> None:
    result = outrider("events", "-", stdin=b"{}\n")
    assert result.status == 3
    assert "not an event: standard input, line 1" in result.err
    assert outrider("events", "record", "--follow", "-").status == 2
    assert outrider("events", "missing", "--follow").status == 2


def test_following_goes_on_until_it_is_interrupted(
    outrider: Outrider, there: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = replace(told().events[-1], seq=99, time_ns=told().events[-1].time_ns + SECOND)
    rounds = iter(range(2))

    def pause(_: float) -> None:
        if next(rounds, None) is None:
            raise KeyboardInterrupt
        with (there / "record" / "web.jsonl").open("a") as stream:
            stream.write(jsonl.to_line(later) + "\nhalf a li")

    monkeypatch.setattr(events_command, "follow", lambda paths: follow(paths, pause))
    result = outrider("events", "record", "--follow", "--json")
    assert result.out.splitlines()[-1] == jsonl.to_line(later)
    assert result.status == 3
    assert "half a li" not in result.out


def test_a_file_that_is_put_aside_is_told_once(tmp_path: Path) -> None:
    file = tmp_path / "web.jsonl"
    file.write_text("1\n2\n")

    def rounds() -> list[str]:
        return [str(path) for path in sorted(tmp_path.iterdir())]

    steps = iter(
        [
            lambda: file.open("a").write("3\n4"),
            lambda: file.rename(tmp_path / "web.jsonl.1"),
            lambda: (tmp_path / "web.jsonl.1").open("a").write("5\n"),
            lambda: file.write_text("6\n"),
            (tmp_path / "web.jsonl.1").unlink,
            lambda: file.write_text("7\n"),
            lambda: file.write_text(""),
            lambda: file.open("a").write("8\n"),
        ]
    )

    def pause(_: float) -> None:
        step = next(steps, None)
        if step is None:
            raise KeyboardInterrupt
        step()

    lines: list[bytes] = []
    with suppress(KeyboardInterrupt):
        for _, line in follow(rounds, pause):
            lines.append(line)
    assert lines == [b"1", b"2", b"3", b"45", b"6", b"8"]


def test_the_story_is_told_with_its_reasons(outrider: Outrider, there: Path) -> None:
    said = outrider.ok("record", "show", "record", "--policy", "policy.yaml").out
    assert "1 life, 1 incident" in said
    assert "14 events, 0 dropped by the supervisor, 0 not in these files" in " ".join(said.split())
    assert "/usr/bin/python3.11[31] tried to run /bin/dash: blocked" in said
    assert "why: no rule allows /usr/bin/python3.11 to run /bin/dash" in said
    assert "why: rule 4: credentials are for [nobody]" in said
    assert "(4 times)" in said
    assert "1 /usr/sbin/nginx" in said
    assert "sh -c id\\x1b[2J" in said
    assert "\x1b" not in said


def test_without_the_policy_rules_are_told_by_number(outrider: Outrider, there: Path) -> None:
    assert "why: rule 4 of the policy" in outrider.ok("record", "show", "record").out


def test_the_record_as_json(outrider: Outrider, there: Path) -> None:
    record = json.loads(outrider.ok("record", "show", "record", "--json", "--policy", "policy.yaml").out)
    assert record["schema"] == "outrider.record/2"
    assert record["incidents"][0]["deviations"][1]["why"] == "rule 4: credentials are for [nobody]"


def test_the_tree(outrider: Outrider, there: Path) -> None:
    said = outrider.ok("record", "tree", "record").out
    assert "31 /usr/bin/python3.11" in said
    assert "✗ tried to run /bin/dash: blocked" in said
    (life,) = json.loads(outrider.ok("record", "tree", "record", "--json").out)
    assert life["processes"][0]["pid"] == 1


def test_the_timeline(outrider: Outrider, there: Path) -> None:
    assert len(outrider.ok("record", "timeline", "record").out.splitlines()) == len(told().events)
    assert len(json.loads(outrider.ok("record", "timeline", "record", "--incident", "1", "--json").out)) == 7


def test_incidents_that_stand_among_events_are_passed_over(outrider: Outrider, there: Path) -> None:
    before = outrider.ok("record", "show", "record").out
    (incident,) = json.loads(outrider.ok("record", "show", "record", "--json").out)["incidents"]
    with (there / "record" / "web.jsonl").open("a") as stream:
        stream.write(json.dumps(incident) + "\n")
    assert outrider.ok("record", "show", "record").out == before


def test_one_incident_by_its_place_and_by_its_id(outrider: Outrider, there: Path) -> None:
    one = json.loads(outrider.ok("record", "show", "record", "--incident", "1", "--json").out)
    assert one["schema"] == "outrider.incident/1"
    assert outrider.ok("record", "show", "record", "--incident", one["id"][:12], "--json").out
    assert outrider("record", "show", "record", "--incident", "deadbeef00").status == 2
    assert outrider("record", "show", "record", "--incident", one["id"][:4]).status == 2


def test_a_page_of_it(outrider: Outrider, there: Path) -> None:
    assert outrider.ok("record", "show", "record", "--html", "page.html").out == ""
    page = (there / "page.html").read_text()
    assert page.startswith("<!DOCTYPE html>")
    assert "tried to run /bin/dash" in page
    assert outrider.ok("record", "show", "record", "--html", "-").out == page


def test_what_is_exported_tells_the_same_story(outrider: Outrider, there: Path) -> None:
    outrider.ok("record", "export", "record", "-o", "all.jsonl")
    assert outrider.ok("record", "show", "all.jsonl").out == outrider.ok("record", "show", "record").out
    exported = outrider.ok("record", "export", "record", "--incident", "1", "-o", "-").out
    assert [jsonl.from_line(line).pid for line in exported.splitlines()] == [17, 17, 17, 17, 17, 31, 17]


def test_what_goes_wrong(outrider: Outrider, there: Path) -> None:
    assert "there is no incident 9" in outrider("record", "show", "record", "--incident", "9").err
    nothing = outrider("record", "show", "record", "--container", "x")
    assert (nothing.status, "no events in these files" in nothing.err) == (3, True)
    assert outrider("record", "show", "record", "--policy", "missing").status == 2
    (there / "record" / "worker.jsonl").write_text("nonsense\n")
    assert outrider("record", "show", "record").status == 3
