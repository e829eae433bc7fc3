"""What changes between two policies, as a person asks."""

from typing import Any

from outrider.policy.diff import diff
from outrider.policy.diff_summary import SHOWN, summary
from outrider.policy.document import PolicyDocument


def document(*rules: dict[str, Any]) -> PolicyDocument:
    said = [{"action": "allow", "why": "a test", **rule} for rule in rules]
    web = {"mode": "block", "rules": said}
    return PolicyDocument.model_validate(
        {"version": 1, "workload": "shop", "counter": 1, "containers": {"web": web}}
    )


def run(target: str, program: str = "/bin/app", **more: str) -> dict[str, Any]:
    return {"kind": "exec", "program": program, "target": target, **more}


def test_programs_destinations_and_files() -> None:
    old = document(run("/bin/a"), run("/bin/b"), {"kind": "write", "target": "/srv/x"}, run("/bin/same"))
    new = document(
        run("/bin/b", program="/bin/other"),
        run("/bin/c"),
        run("/bin/same"),
        {"kind": "connect", "name": "db.internal", "port": "5432"},
        {"kind": "bind", "address": "0.0.0.0/0"},
        {"kind": "connect", "program": "/bin/app"},
    )
    assert [one.words for one in summary(diff(old, new))] == [
        "web, programs: adds /bin/c; drops /bin/a; changes /bin/b",
        "web, destinations: adds anything, db.internal port 5432",
        "web, listeners: adds 0.0.0.0/0",
        "web, files changed: drops /srv/x",
    ]
    assert summary(diff(old, old)) == ()


def test_of_many_some_are_named() -> None:
    new = document(*(run(f"/bin/{number:02}") for number in range(SHOWN + 3)))
    (one,) = summary(diff(document(), new))
    assert one.words.endswith("/bin/11 and 3 more")
