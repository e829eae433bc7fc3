"""Some of the attacks with everything: the layer as it is shipped, the real runtime client, a policy learned
from ordinary invocations, in the local Lambda with Lambda's refusals."""

import json
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from attacks.attack import Attack
from attacks.harness.attacker import ADDRESS, METADATA_ADDRESS, SERVICE_ADDRESS, Attacker
from attacks.harness.proofs import SECRET
from attacks.harness.scene import CODE, World
from attacks.registry import ATTACKS
from outrider.cli.emulator.local_function import LocalFunction

PYTHON = Path("/usr/bin/python3")
RUNTIME = "python3.11"
OUTRIDER = (sys.executable, "-c", "from outrider.cli.main import main; main()")
ROOT = Path(__file__).parents[2]
LEARNING = 12
"""Ordinary invocations: more than it takes to see that names of temporary files vary."""

CHOSEN = (
    *(
        "shell-injection",
        "exfiltration-by-curl",
        "dropper",
        "dropper-memfd",
        "dropper-static",
        "reverse-shell",
    ),
    *("exfiltration-http", "dns-packets", "own-environ", "ssrf", "pickle", "ctypes-system"),
    *("fork-exec", "self-mem", "malicious-dependency", "poisoned-module", "bogus-response-around"),
)
GAINS = ("uid=", SECRET, "AccessKeyId", '"ours"')
"""What an attacker wants to read in an answer."""


def chosen() -> list[Attack]:
    by_name = {attack.id: attack for attack in ATTACKS}
    return [by_name[name] for name in CHOSEN]


class Function:
    """One warm function and its attacker."""

    def __init__(self, function: LocalFunction, attacker: Attacker) -> None:
        self.function = function
        self.attacker = attacker

    def greet(self) -> str:
        return self.invoke({"name": "Ada"})

    def invoke(self, more: dict[str, Any]) -> str:
        response = self.function.invoke(self._common() | more)
        return f"{response.error}: {response.error_message}" if response.error else response.payload.decode()

    def strike(self, attack: Attack) -> str:
        """Everything the attacker was answered, and what he finds in /tmp."""
        event = {"name": "Ada", "attack": attack.module} | dict(attack.event)
        said = [self.invoke(event) for _ in range(attack.invocations)]
        return "\n".join((*said, self.invoke({"attack": "read_out"})))

    def _common(self) -> dict[str, Any]:
        us = self.attacker
        return {
            "tmp": "/tmp",
            "out": "/tmp/out",
            "attacker": ADDRESS,
            "web": f"{ADDRESS}:{us.web_port}",
            "shell_port": us.shell_port,
            "udp_port": us.udp_port,
            "metadata": f"{METADATA_ADDRESS}:{us.metadata_port}",
            "service": f"{SERVICE_ADDRESS}:{us.service_port}",
        }

    def events(self) -> list[dict[str, Any]]:
        """What our extension told, so far."""
        lines = (
            line.text for line in self.function.log_lines if line.text.startswith('{"schema":"outrider.')
        )
        return [json.loads(line) for line in lines]


def outrider(*words: str) -> None:
    done = subprocess.run([*OUTRIDER, *words], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The function: all of code/python."""
    made = tmp_path_factory.mktemp("package") / "task"
    shutil.copytree(CODE / "python", made, ignore=shutil.ignore_patterns("__pycache__"))
    for directory in (made.parent, *made.parents[1:3]):
        directory.chmod(0o755)
    return made


@contextmanager
def started(package: Path, world: World, layers: tuple[Path, ...], **settings: str) -> Iterator[Function]:
    environment = {"AWS_LAMBDA_EXEC_WRAPPER": "/opt/outrider/bin/wrap"} if layers else {}
    with LocalFunction(
        package,
        handler="app.handler",
        runtime=RUNTIME,
        layers=layers,
        environment=environment | settings,
        credentials={"AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_SESSION_TOKEN": "t"},
        timeout=10.0,
        memory=256,
        name="attacked",
        interpreter=PYTHON,
    ) as function:
        yield Function(function, world.attacker)


@pytest.fixture(scope="module")
def layers(package: Path, world: World, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    """The layer, and the policy its own extension's log makes of ordinary invocations."""
    made = tmp_path_factory.mktemp("layers")
    outrider("layer", "build", "--arch", platform.machine(), "-o", str(made))
    layer = made / f"outrider-layer-{platform.machine()}.zip"
    with started(package, world, (layer,)) as function:
        for _ in range(LEARNING):
            assert "hello Ada" in function.greet()
        function.invoke({"attack": "read_out"})
        function.function.shutdown()
        log = [
            line.text for line in function.function.log_lines if line.text.startswith('{"schema":"outrider.')
        ]
    (made / "log.jsonl").write_text("\n".join((*log, "")))
    outrider("learn", str(made / "log.jsonl"), "-o", str(made / "model.json"))
    words = (
        "policy",
        "from-model",
        str(made / "model.json"),
        "--mode",
        "block",
        "-o",
        str(made / "policy.yaml"),
    )
    outrider(*words)
    outrider(
        *("layer", "build", "--arch", platform.machine(), "-o", str(made)),
        *("--policy", str(made / "policy.yaml")),
    )
    return (layer, made / "outrider-policy.zip")


def worked(function: Function, said: str) -> bool:
    """Whether the attacker has what he wanted: an answer, a file, or something at his ports."""
    function.attacker.drain()
    arrived = any(b"sentinel" not in one for one in function.attacker.got)
    return arrived or any(gain in said for gain in GAINS)


@pytest.fixture(scope="module")
def defended(package: Path, world: World, layers: tuple[Path, ...]) -> Iterator[Function]:
    """One warm function for all attacks: it goes on answering after each."""
    with started(package, world, layers) as function:
        yield function


@pytest.mark.parametrize("attack", chosen(), ids=lambda attack: attack.id)
def test_it_works_without_the_layer(attack: Attack, package: Path, world: World) -> None:
    with started(package, world, ()) as function:
        world.attacker.forget()
        assert "hello Ada" in function.greet()
        assert worked(function, function.strike(attack))


@pytest.mark.parametrize("attack", chosen(), ids=lambda attack: attack.id)
def test_the_layer_stops_it_and_the_function_goes_on(attack: Attack, defended: Function) -> None:
    defended.attacker.forget()
    assert "hello Ada" in defended.greet()
    said = defended.strike(attack)
    assert not worked(defended, said), said
    assert "hello Ada" in defended.greet()


def test_the_log_names_the_code_and_the_package(defended: Function) -> None:
    defended.invoke({"attack": "malicious_dependency", "out": "/tmp/out"})
    defended.function.shutdown()
    blocked = [one for one in defended.events() if one.get("verdict") == "block"]
    codes = {str(one.get("code")) for one in blocked}
    assert any(code.startswith("/var/task/shell_injection.py:") for code in codes), codes
    assert any("leftpad" in str(one.get("distribution")) for one in blocked), blocked
    assert all(one.get("request_id") for one in blocked if one.get("code"))
