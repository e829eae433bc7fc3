""".NET has no hook of its own either: the native guard decides, and its compiler works under it.

The runtime is Microsoft's 3.1 as a wheel brings it, the compiler is Mono's. What starts programs and connects
is System.Native's fork, execve and connect, as in the .NET of today."""

import importlib.util
import json
import platform
import subprocess
from pathlib import Path

import pytest
from function import Function, policy
from language_fixtures import PROGRAMS

from outrider.policy.document import parse
from outrider.policy.lowering import compile_policy

pytestmark = pytest.mark.skipif(platform.machine() != "x86_64", reason=".NET's wheel is x86_64's alone")

BUILT_IN = Path(__file__).parents[4] / "templates" / "policies" / "function-block.yaml"
CONFIGURATION = {
    "framework": {"name": "Microsoft.NETCore.App", "version": "3.1.0"},
    "configProperties": {"System.Globalization.Invariant": True},  # Debian's ICU is too new for it
}
NOT_ON_LAMBDA = "/dev/shm/"


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> list[str | Path]:
    """The words that run programs/Shop.cs."""
    made = tmp_path_factory.mktemp("dotnet") / "Shop.dll"
    compiling = ["mcs", f"-out:{made}", str(PROGRAMS / "Shop.cs")]
    done = subprocess.run(compiling, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    made.with_suffix(".runtimeconfig.json").write_text(json.dumps({"runtimeOptions": CONFIGURATION}))
    found = importlib.util.find_spec("dotnetcore2")
    assert found and found.submodule_search_locations, "see requirements.lock"
    return [Path(found.submodule_search_locations[0]) / "bin" / "dotnet", "exec", made]


def ran(function: Function, shop: list[str | Path], blob: bytes) -> list[str]:
    """What it printed; it must have come to its end."""
    done = function.run([*shop, function.place / "order"], blob)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()


def test_it_runs_and_compiles(function: Function, shop: list[str | Path]) -> None:
    wanted = ["compiled", "process 3", "socket ConnectionRefused", "file written"]
    assert ran(function, shop, policy("block")) == wanted
    assert not function.extension.acts()


def test_what_it_does_is_decided(function: Function, shop: list[str | Path]) -> None:
    own = [{"kind": "write", "target": target} for target in ("/tmp/clr-debug-pipe-*", "/dev/shm/*")]
    blob = policy("block", *own, exec="block", connect="block", write="block")
    refused = [
        "compiled",
        "process Win32Exception",
        "socket AccessDenied",
        "file UnauthorizedAccessException",
    ]
    assert ran(function, shop, blob) == refused
    assert not (function.place / "order").exists()
    acts = function.extension.acts()
    assert [Path(act.target).name for act in acts if act.kind == "exec"] == [Path("/bin/sh").resolve().name]
    assert [(act.address.host, act.address.port) for act in acts if act.kind == "connect"] == [
        ("127.0.0.1", 9)
    ]
    assert str(function.place / "order") in {act.target for act in acts if act.kind == "write"}


def test_the_built_in_policy_lets_it_start_and_stops_its_programs(
    function: Function, shop: list[str | Path]
) -> None:
    """Its pipes and its socket for debuggers lie in /tmp, and are nothing to tell."""
    here = '    - {kind: load, action: allow, target: "/**", why: this checkout may lie in /tmp}\n'
    document = parse(BUILT_IN.read_text().replace("    rules:\n", "    rules:\n" + here, 1))
    lines = ran(function, shop, compile_policy(document, "function"))
    assert lines[:3] == ["compiled", "process Win32Exception", "socket ConnectionRefused"]
    told = [act for act in function.extension.acts() if not act.target.startswith(NOT_ON_LAMBDA)]
    assert [(act.kind, act.target) for act in told] == [("exec", str(Path("/bin/sh").resolve()))]
