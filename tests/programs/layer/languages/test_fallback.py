"""start.py: the hook written in Python, where the native guard cannot be loaded."""

import json
import os
import socket
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
from function import LEARNING_AT, Function, policy
from language_fixtures import ROOT

from outrider.model.event import Verdict
from outrider.policy.blob import decode
from outrider.policy.compiled import CompiledPolicy

START = ROOT / "layer" / "python" / "start.py"
VECTORS = ROOT / "tests" / "data" / "policy"

sys.path.insert(0, str(START.parent))
import outrider_policy  # noqa: E402

FAMILIES = {"unix": 1, "inet": 4, "inet6": 6}
PROTOCOLS = {"any": 0, "tcp": 6, "udp": 17}
INDEX = json.loads((VECTORS / "index.json").read_text())["blobs"]
VERDICTS = [
    vector
    for vector in json.loads((VECTORS / "verdicts.json").read_text())
    # a function has no image, and so no programs of it; nor rules about arguments
    if "programs" not in vector and not vector["name"].startswith("arguments")
]


def is_for_functions(policy: CompiledPolicy) -> bool:
    """What the guard refuses is for containers only."""
    return not policy.programs and all(rule.arguments is None for rule in policy.rules)


@pytest.mark.parametrize("vector", INDEX, ids=lambda vector: vector["file"])
def test_it_takes_the_blobs_the_guard_takes(vector: dict[str, Any]) -> None:
    blob = (VECTORS / vector["file"]).read_bytes()
    if vector["valid"] and is_for_functions(decode(blob).policy):
        outrider_policy.Policy(blob)
    else:
        with pytest.raises(ValueError):
            outrider_policy.Policy(blob)


def _address(given: dict[str, Any] | None) -> tuple[int, int, int, bytes] | None:
    if given is None or given["family"] == "unix":
        return given and (1, 0, 0, b"")
    family = socket.AF_INET if given["family"] == "inet" else socket.AF_INET6
    raw = socket.inet_pton(family, given["host"])
    mapped = raw[:12] == bytes(10) + b"\xff\xff"
    number = FAMILIES["inet"] if mapped else FAMILIES[given["family"]]
    return number, PROTOCOLS[given["protocol"]], given["port"], raw[12:] if mapped else raw


@pytest.mark.parametrize("vector", VERDICTS, ids=lambda vector: vector["name"])
def test_it_decides_as_the_guard_decides(vector: dict[str, Any]) -> None:
    read = outrider_policy.Policy((VECTORS / vector["blob"]).read_bytes())
    for case in vector["cases"]:
        address = case.get("address")
        target = address["host"] if address and address["family"] == "unix" else case.get("target", "")
        verdict, rule = read.decide(
            outrider_policy.KINDS.index(case["kind"]),
            case["program"].encode(),
            target.encode(),
            _address(address),
            case.get("name", "").encode(),
            case.get("sha256", "").encode(),
            case.get("now"),
        )
        assert (("allow", "alert", "block")[verdict], rule) == (case["verdict"], case["rule"]), case


def start(function: Function, python: Path, *command: str | Path, blob: bytes, **options: Any) -> Any:
    """A program under the hook in Python, and nothing preloaded."""
    given = function.environment(blob) | options.pop("env", {})
    given.pop("LD_PRELOAD")
    return subprocess.run(
        [python, START, *command],
        env=given,
        capture_output=True,
        text=True,
        check=False,
        cwd=function.place,
        timeout=30,
        **options,
    )


REFUSED = {
    "import subprocess; subprocess.run(['true'])": "exec",
    "import os; os.system('true')": "exec",
    "import os; os.execv('/bin/true', ['true'])": "exec",
    "import os; os.posix_spawn('/bin/true', ['true'], {})": "exec",
    "import socket; socket.create_connection(('127.0.0.1', 9))": "connect",
    "import socket; socket.socket().bind(('127.0.0.1', 0))": "bind",
    "import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9))": "connect",
    "import socket; socket.getaddrinfo('example.com', 80)": "resolve",
    "open('/tmp/outrider-no', 'w')": "write",
    "import os; os.rename('a', 'b')": "write",
    "import os; os.mkdir('a')": "write",
}


@pytest.mark.parametrize("code", REFUSED)
def test_acts_are_refused_and_reported(function: Function, code: str) -> None:
    kind = REFUSED[code]
    wanted = "try:\n    {}\nexcept PermissionError as error:\n    print(error.errno, error.strerror)\n"
    (function.place / "app.py").write_text(wanted.format(code))
    done = start(function, Path(sys.executable), "app.py", blob=policy("block", **{kind: "block"}))
    assert done.stdout == "13 the policy of Outrider does not allow it\n", done.stderr
    event = function.extension.acts(kind=kind, verdict=Verdict.BLOCK)[0]
    assert event.code == f"{function.place}/app.py:2 <module>"


def test_every_python_refuses_an_import(function: Function, python: Path) -> None:
    (function.place / "dropped").mkdir()
    (function.place / "dropped" / "evil.py").write_text("print('evil')")
    (function.place / "app.py").write_text("import sys; sys.path.insert(0, 'dropped'); import evil")
    blob = policy("block", {"kind": "load", "target": "/**/dropped/**", "action": "block"})
    done = start(function, python, "app.py", blob=blob)
    assert done.returncode == 1
    assert done.stdout == ""
    assert "PermissionError: [Errno 13] the policy of Outrider does not allow it" in done.stderr


OBSERVED = """
import json, os, sys
given = {k: v for k, v in globals().items() if k not in ("json", "os", "sys", "given")}
shown = {k: v if isinstance(v, (str, type(None), dict)) else type(v).__name__ for k, v in given.items()}
print(json.dumps([sys.argv, sys.path, shown, sys.modules["__main__"].__dict__ is globals(), __name__]))
sys.exit(7)
"""


@pytest.mark.parametrize("form", ["script", "elsewhere", "module", "code", "directory"])
def test_the_program_is_started_as_python_starts_it(function: Function, python: Path, form: str) -> None:
    place = function.place / "inner"
    place.mkdir()
    for name in "app.py", "__main__.py":
        (place / name).write_text(OBSERVED)
    (function.place / "app.py").write_text(OBSERVED)
    command = {
        "script": ["app.py", "-x", "1"],
        "elsewhere": ["inner/app.py"],
        "module": ["-m", "app", "-m", "x"],
        "code": ["-c", OBSERVED, "-c"],
        "directory": ["inner", "y"],
    }[form]
    under = start(function, python, *command, blob=policy("alert"))
    bare = subprocess.run([python, *command], capture_output=True, text=True, cwd=function.place, check=False)
    assert (under.returncode, under.stderr) == (7, "")
    under_saw, bare_saw = json.loads(under.stdout), json.loads(bare.stdout)
    assert under_saw == bare_saw


def test_learning_reports_each_act_once(function: Function) -> None:
    function.extension.set(LEARNING_AT, 1)
    (function.place / "app.py").write_text("import os\nfor _ in range(3): os.system('true')\n")
    start(function, Path(sys.executable), "app.py", blob=policy("alert", report=True))
    assert len(function.extension.acts(kind="exec")) == 1
    start(function, Path(sys.executable), "app.py", blob=policy("alert"))
    assert len(function.extension.acts(kind="exec")) == 1


@pytest.mark.parametrize(("choice", "status"), [("availability", 0), ("security", 1)])
def test_trouble_of_ours(function: Function, choice: str, status: int) -> None:
    (function.place / "app.py").write_text("print('ran')")
    done = start(function, Path(sys.executable), "app.py", blob=b"none", env={"OUTRIDER_ON_FAILURE": choice})
    assert (done.returncode, done.stdout) == (status, "" if status else "ran\n")
    assert len(done.stderr.splitlines()) == 1


def test_a_blocked_act_without_an_extension_is_one_line(function: Function) -> None:
    code = "import os\ntry: os.system('true')\nexcept PermissionError: pass\n"
    (function.place / "app.py").write_text(textwrap.dedent(code))
    environment = {"OUTRIDER_DIR": str(function.place / "nothing")}
    done = start(
        function, Path(sys.executable), "app.py", blob=policy("block", exec="block"), env=environment
    )
    (line,) = done.stderr.splitlines()
    assert json.loads(line)["kind"] == "exec"
    assert os.fspath(function.place) in json.loads(line)["code"]
