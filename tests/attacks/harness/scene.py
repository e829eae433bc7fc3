"""One function, attacked: started, invoked, looked at, ended."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from attacks.attack import Attack, Runtime
from attacks.harness import rules
from attacks.harness.api import Api, serving
from attacks.harness.attacker import ADDRESS, METADATA_ADDRESS, SERVICE_ADDRESS, Attacker, resolving
from attacks.harness.hearing import Hearing, hearing

HERE = Path(__file__).parent
CODE = HERE.parent / "code"
RUNTIMES = HERE / "runtimes"
PATIENCE_SECONDS = 20.0
VISIT_SECONDS = 3.0
TELLING_SECONDS = 3.0
NAMES = {"evil.example": ADDRESS}
"""What the attacker's resolver knows."""


@dataclass(frozen=True)
class World:
    """What all scenes share."""

    attacker: Attacker
    layer: Path
    """As unpacked at /opt/outrider, as much of it as is needed here."""
    built: Path
    """Java's classes, and native.so."""


@dataclass
class Scene:
    """What happens to one function."""

    attack: Attack
    place: Path
    attacker: Attacker
    api: Api
    keeper: "subprocess.Popen[str]"
    extension: "subprocess.Popen[bytes]"
    policy: Path
    heard: Hearing
    answers: list[str] = field(default_factory=list)
    """To the attacker."""
    closed: bool = False

    @property
    def state(self) -> Path:
        """The directory the guard shares with the extension."""
        return self.place / "state"

    @property
    def answer(self) -> str:
        """All that the attacker was answered."""
        return "\n".join(self.answers)

    def state_byte(self, at: int) -> int:
        """One byte of the shared page."""
        return (self.state / "state").read_bytes()[at]

    def greet(self, **more: str) -> str:
        """Invoke it as an ordinary visitor does; return the answer, "" when there is none."""
        request = self.api.offer(self._common() | {"name": "Ada"} | more)
        while answer := self.api.answer(PATIENCE_SECONDS):
            if answer[0] == request:
                return answer[1]
        return ""

    def strike(self) -> None:
        """Invoke it as the attacker does. Where it does not survive that, nobody answers."""
        patience = PATIENCE_SECONDS if self.attack.survives else VISIT_SECONDS
        for _ in range(self.attack.invocations):
            event = self._common() | {"name": "Ada", "attack": self.attack.module}
            self.api.offer(event | dict(self.attack.event))
            if answer := self.api.answer(patience):
                self.answers.append(answer[1])
        (self.place / "tmp" / "out").touch()  # the invocation is over

    def visit(self, until: Callable[["Scene"], bool]) -> bool:
        """Let an ordinary visitor come; whether something happens before, or by, his being answered."""
        self.api.offer(self._common() | {"name": "Ada", "card": "visitors card"})
        end = time.monotonic() + VISIT_SECONDS
        while time.monotonic() < end:
            if until(self):
                return True
            if self.api.answer(0.02):
                break
        return until(self)

    def _common(self) -> dict[str, Any]:
        """What every event here says."""
        us = self.attacker
        return {
            "tmp": str(self.place / "tmp"),
            "out": str(self.place / "tmp" / "out"),
            "state": str(self.state),
            "policy": str(self.policy),
            "extension": self.extension.pid,
            "attacker": ADDRESS,
            "web": f"{ADDRESS}:{us.web_port}",
            "shell_port": us.shell_port,
            "udp_port": us.udp_port,
            "metadata": f"{METADATA_ADDRESS}:{us.metadata_port}",
            "service": f"{SERVICE_ADDRESS}:{us.service_port}",
        }

    def close(self) -> None:
        """End the function and everything it left; hear what was still on its way."""
        if not self.closed and self.keeper.stdin:
            self.keeper.stdin.close()
            if self.keeper.wait(PATIENCE_SECONDS):
                raise AssertionError(f"the keeper failed: {(self.place / 'log').read_text()}")
            self.attacker.drain()
        self.closed = True


@contextmanager
def playing(world: World, attack: Attack, *, guarded: bool) -> Iterator[Scene]:
    """Start the attacked function; it is gone with the block, and so is what it left."""
    world.attacker.forget()
    with ExitStack() as stack:
        temporary = tempfile.TemporaryDirectory(prefix="outrider-attack-", ignore_cleanup_errors=True)
        place = Path(stack.enter_context(temporary))
        for name in ("tmp", "task", "outside"):
            (place / name).mkdir()
        _package(world, attack, place / "task")
        api = stack.enter_context(serving())
        extension = stack.enter_context(_killed(subprocess.Popen(("sleep", "1000"))))
        proxy_port = int(api.proxy.rpartition(":")[2])
        heard = stack.enter_context(hearing(place / "state", proxy_port, extension.pid))
        policy = world.layer / "policy" / f"{attack.id}.policy"
        policy.write_bytes(rules.compiled(attack, place, RUNTIMES, world.attacker.service_port))
        if attack.needs_root:
            stack.enter_context(resolving(world.attacker, NAMES))
            (place / "resolv.conf").write_text(f"nameserver {ADDRESS}\noptions timeout:1 attempts:1\n")
        environment = _environment(world, attack, place, api, policy if guarded else None)
        keeper = stack.enter_context(_started(attack, place, environment, world, guarded=guarded))
        scene = Scene(attack, place, world.attacker, api, keeper, extension, policy, heard)
        stack.callback(scene.close)
        yield scene


def _package(world: World, attack: Attack, task: Path) -> None:
    """The function's code: app and the attack."""
    if attack.runtime is Runtime.JAVA:
        return  # its classes were compiled all together
    own = {"python": "python/app.py", "node": "node/app.js", "ruby": "ruby/app.rb"}[attack.runtime]
    for name in (own, attack.file, *attack.files):
        source = world.built / "native.so" if name == "native/native.so" else CODE / name
        if source.is_dir():
            shutil.copytree(source, task / source.name)
        else:
            shutil.copy(source, task / source.name)


def _environment(world: World, attack: Attack, place: Path, api: Api, policy: Path | None) -> dict[str, str]:
    """The runtime's, all of it; under the guard when there is a policy."""
    said = {
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "LAMBDA_TASK_ROOT": str(place / "task"),
        "LAMBDA_RUNTIME_DIR": str(RUNTIMES),
        "AWS_LAMBDA_FUNCTION_NAME": "attacked",
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI",
        "AWS_LAMBDA_RUNTIME_API": api.real,
        "PYTHONDONTWRITEBYTECODE": "1",
        "TMPDIR": str(place / "tmp"),
    }
    if policy is None:
        return said
    said |= {
        "LD_PRELOAD": str(world.layer / "lib" / "guard.so"),
        "AWS_LAMBDA_RUNTIME_API": api.proxy,
        "OUTRIDER_RUNTIME_API": api.real,
        "OUTRIDER_GUARD": str(policy),
        "OUTRIDER_DIR": str(place / "state"),
        "OUTRIDER_ROOT": str(world.layer),
    }
    if attack.runtime is Runtime.NODE:
        said["NODE_OPTIONS"] = f"--require {world.layer}/node/hook.js"
    return said


def _command(attack: Attack, world: World) -> tuple[str, ...]:
    program = rules.program_of(attack.runtime)
    match attack.runtime:
        case Runtime.PYTHON:
            return (program, str(RUNTIMES / "bootstrap.py"))
        case Runtime.NODE:
            return (program, str(RUNTIMES / "bootstrap.js"))
        case Runtime.RUBY:
            return (program, str(RUNTIMES / "bootstrap.rb"))
        case Runtime.JAVA:
            quick = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto")
            return (program, *quick, "-cp", str(world.built / "java"), "Bootstrap")


@contextmanager
def _started(
    attack: Attack, place: Path, environment: dict[str, str], world: World, *, guarded: bool
) -> Iterator["subprocess.Popen[str]"]:
    """The keeper, and below it the runtime."""
    resolver = str(place / "resolv.conf") if attack.needs_root else ""
    state = str(place / "state" / "state") if guarded else ""
    words = [f"{name}={value}" for name, value in environment.items()]
    command = [rules.PYTHON, "-I", "-S", str(HERE / "keeper.py"), resolver, state, *words, "--"]
    pipe = subprocess.PIPE
    with (place / "log").open("wb") as log:
        keeper = subprocess.Popen(
            [*command, *_command(attack, world)],
            stdin=pipe,
            stdout=pipe,
            stderr=log,
            text=True,
            cwd=place / "task",
            env={"PATH": os.environ["PATH"], "PARENTS_SECRET": "PARENTS_SECRET is safe here"},
        )
    with keeper:
        try:
            yield keeper
        finally:
            if keeper.stdin and not keeper.stdin.closed:
                keeper.stdin.close()
            keeper.wait(PATIENCE_SECONDS)


@contextmanager
def _killed(process: "subprocess.Popen[bytes]") -> Iterator["subprocess.Popen[bytes]"]:
    with process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGKILL)


def compile_java(to: Path) -> None:
    """Compile the runtime and the functions; a JRE of Debian holds the compiler."""
    sources = (RUNTIMES / "Bootstrap.java", *sorted((CODE / "java").glob("*.java")))
    compiler = (rules.installed("java"), "-m", "jdk.compiler/com.sun.tools.javac.Main")
    subprocess.run((*compiler, "-d", str(to), *map(str, sources)), check=True, stdin=subprocess.DEVNULL)


def compile_native(to: Path) -> None:
    """Compile the native extension."""
    source = CODE / "native" / "native.c"
    subprocess.run(("gcc", "-shared", "-fPIC", "-O1", "-o", str(to), str(source)), check=True)
