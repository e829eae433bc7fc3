"""Read rules: decided where the policy of the start has some that do not only allow; else never trapped."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from supervised import Supervised, ended, policy, until

from outrider.model.event import FrameType, Kind, Verdict

PYTHON = sys.executable
CAT = str(Path("/bin/cat").resolve())


def secret(place: Path, **said: Any) -> dict[str, Any]:
    return {"kind": "read", "action": "block", "target": f"{place}/secret", **said}


@pytest.fixture
def kept(place: Path) -> Path:
    """A directory with a secret, and ways to it."""
    (place / "secret").write_text("s3cret")
    (place / "open").write_text("hello")
    (place / "link").symlink_to("secret")
    (place / "dir").mkdir()
    return place


def test_a_secret_is_not_read(supervised: Supervised, kept: Path) -> None:
    supervised.set_policy(policy("block", secret(kept)))
    agent = supervised.listen()
    script = (
        "cat secret; cat link; cat dir/../secret; cat < secret; cat open; ls; cat /proc/self/fd/3 3>>secret"
    )
    done = supervised.run("/bin/sh", "-c", f"{script}; :", cwd=kept)
    assert "s3cret" not in done.stdout
    assert done.stdout.startswith("hello")
    assert "secret" in done.stdout.split(), "a directory is listed, not read"
    assert done.stderr.count("Operation not permitted") >= 4
    told = agent.wait(lambda e: e.kind is Kind.READ)
    assert (told.verdict, told.target, told.rule) == (Verdict.BLOCK, f"{kept}/secret", 1)
    assert {e.target for e in agent.of(Kind.READ)} == {f"{kept}/secret"}


def test_reading_and_writing_is_reading_too(supervised: Supervised, kept: Path) -> None:
    supervised.set_policy(policy("block", secret(kept)))
    supervised.listen()
    done = supervised.run(PYTHON, "-c", 'open("secret", "a").write("x"); open("secret", "r+")', cwd=kept)
    assert "Operation not permitted" in done.stderr
    assert (kept / "secret").read_text() == "s3cretx"


def test_in_alert_mode_it_is_told(supervised: Supervised, kept: Path) -> None:
    supervised.set_policy(policy("alert", secret(kept, program=CAT), report=True))
    agent = supervised.listen()
    done = supervised.run("/bin/sh", "-c", "cat secret; head -c 9 secret; :", cwd=kept)
    assert done.stdout == "s3cret" * 2
    told = agent.wait(lambda e: e.kind is Kind.READ)
    assert (told.verdict, told.program) == (Verdict.ALERT, CAT)
    assert len(agent.of(Kind.READ)) == 1, "what may be read is not told, not even while learning"


def test_another_process_is_not_snooped_on(supervised: Supervised, kept: Path) -> None:
    own = {"kind": "read", "action": "block", "target": "/proc/*/environ"}
    supervised.set_policy(policy("block", own))
    supervised.listen()
    script = "cat /proc/$$/environ; cat /proc/self/environ; cat /proc/$$/comm"
    done = supervised.run("/bin/sh", "-c", f"{script}; :", env={"PATH": "/bin", "TOKEN": "t0ken"})
    assert done.stdout == "sh\n"


def test_rules_that_come_later_say_that_they_are_not_decided(supervised: Supervised, kept: Path) -> None:
    supervised.set_policy(policy("block"))
    agent = supervised.listen()
    with ended(
        supervised.start("/bin/sh", "-c", "read x; cat secret", stdin=subprocess.PIPE, cwd=kept)
    ) as process:
        start = agent.wait(lambda e: e.type is FrameType.START)
        assert not [name for name in start.features if name.startswith("undecided")]
        supervised.set_policy(policy("block", secret(kept), counter=2))
        taken = agent.wait(lambda e: e.type is FrameType.POLICY)
        assert "undecided:read" in taken.features
        assert process.communicate("x\n", timeout=20)[0] == "s3cret"


def test_rules_that_go_are_no_longer_decided(supervised: Supervised, kept: Path) -> None:
    supervised.set_policy(policy("block", secret(kept)))
    agent = supervised.listen()
    script = "cat secret; read x; cat secret"
    with ended(supervised.start("/bin/sh", "-c", script, stdin=subprocess.PIPE, cwd=kept)) as process:
        agent.wait(lambda e: e.kind is Kind.READ)
        supervised.set_policy(policy("block", counter=2))
        until(lambda: agent.of_type(FrameType.POLICY), "the new policy")
        assert process.communicate("x\n", timeout=20)[0] == "s3cret"
