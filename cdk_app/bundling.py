"""What a function's package has in it: its modules, by their imports, and its pinned dependencies."""

import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cdk_app import bytecode
from outrider.errors import EnvironmentFault

ROOT = Path(__file__).resolve().parents[1]
PYTHON = "3.12"
PLATFORM = "aarch64-manylinux_2_28"
"""The Lambda runtime python3.12 on arm64: Amazon Linux 2023, glibc 2.34."""
MODULES = {
    "ScanFunction": "scanner_lambda.scan",
    "SweepFunction": "scanner_lambda.sweep",
    "DatabaseFunction": "scanner_lambda.database",
    "RematchFunction": "scanner_lambda.rematch",
    "InjectorFunction": "cdk_app.functions.injector.handler",
    "ReporterFunction": "cdk_app.functions.reporter.handler",
    "StagesFunction": "cdk_app.functions.reporter.staging.handler",
}
"""Function id → the module of its handler."""
DATA = {
    "ScanFunction": ("templates/compliance",),
    "RematchFunction": ("templates/compliance",),
    "StagesFunction": ("templates/policies",),
}
"""Function id → folders of data that its program reads."""
MACHINES = {"x86_64": "x86_64", "arm64": "aarch64"}
"""AWS's name of an architecture → the one in our layers' names."""
DISTRIBUTIONS = {
    "aws_lambda_powertools": "aws-lambda-powertools",
    "packageurl": "packageurl-python",
    "yaml": "pyyaml",
}
"""Top-level import → distribution, where the names differ."""
EPOCH = 315532800
"""Time of every file: 1980-01-01, the earliest that a zip can say."""


class Bundler(Protocol):
    """Fills folders."""

    def function(self, name: str, output: Path) -> None:
        """The package of the function with this id."""

    def layer(self, architecture: str, output: Path) -> None:
        """The layer for `x86_64` or `arm64`."""


class Stub:
    """Packages without anything in them: to look at templates; not to be deployed."""

    def function(self, name: str, output: Path) -> None:
        """One file that names the function."""
        (output / "stub.txt").write_text(f"{name}\n", encoding="utf-8")

    def layer(self, architecture: str, output: Path) -> None:
        """One file that names the architecture."""
        (output / "stub.txt").write_text(f"layer {architecture}\n", encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Full:
    """The real ones. Needs network for wheels that uv has not kept."""

    platform: str = PLATFORM
    """Of functions' wheels, as uv names it."""

    def function(self, name: str, output: Path) -> None:
        """Modules by import, wheels by `requirements.lock` with their hashes. Raises EnvironmentFault."""
        ours, others = imports(MODULES[name])
        copy(ours, output)
        for folder in DATA.get(name, ()):
            shutil.copytree(ROOT / folder, output / folder)
        lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
        install(subset(lock, closure(lock, distributions(lock, others))), output, self.platform)
        settle(output)
        _bytecode(name, output)

    def layer(self, architecture: str, output: Path) -> None:
        """As `outrider layer build` makes it. Raises EnvironmentFault."""
        with tempfile.TemporaryDirectory() as folder:
            program = "from outrider.cli.main import main; main()"
            _run([sys.executable, "-c", program, "layer", "build", "-o", folder])
            found = [path for path in Path(folder).glob("*.zip") if MACHINES[architecture] in path.name]
            if len(found) != 1:
                raise EnvironmentFault(f"`outrider layer build` made no layer for {architecture}")
            with zipfile.ZipFile(found[0]) as archive:
                for member in archive.infolist():
                    path = Path(archive.extract(member, output))
                    path.chmod((member.external_attr >> 16) & 0o777 or 0o644)
        settle(output)


def imports(module: str) -> tuple[list[str], list[str]]:
    """Our modules that `module` imports, however deep and lazily, and top-level names of others."""
    import grimp  # noqa: PLC0415 - only a full bundle needs it; synthesising with stubs does not

    graph = grimp.build_graph(
        "outrider",
        "scanner_lambda",
        "cdk_app",
        include_external_packages=True,
        exclude_type_checking_imports=True,
    )
    if module not in graph.modules:
        raise EnvironmentFault(f"there is no module {module}")
    found = {module, *graph.find_upstream_modules(module)}
    for name in list(found):
        found.update(".".join(name.split(".")[:depth]) for depth in range(1, name.count(".") + 1))
    ours = {name for name in found if name.split(".")[0] in ("outrider", "scanner_lambda", "cdk_app")}
    return sorted(ours), sorted({name.split(".")[0] for name in found - ours})


def copy(modules: Iterable[str], output: Path) -> None:
    """Source files of our modules, and data beside them."""
    for name in modules:
        path = ROOT.joinpath(*name.split("."))
        source = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        target = output / source.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        if path.is_dir():
            for data in sorted(p for p in path.iterdir() if p.is_file() and p.suffix not in (".py", ".pyc")):
                shutil.copyfile(data, target.parent / data.name)


_PIN = re.compile(r"^(?P<name>[a-z0-9][a-z0-9._-]*)(\[[^\]]*\])?==", re.IGNORECASE)


def blocks(lock: str) -> dict[str, str]:
    """Distribution → its lines of a lock file, hashes and who needs it included."""
    found: dict[str, str] = {}
    current = ""
    for line in lock.splitlines(keepends=True):
        if match := _PIN.match(line):
            current = match["name"].lower()
            found[current] = ""
        if current:
            found[current] += line
    return found


def distributions(lock: str, names: Iterable[str]) -> set[str]:
    """Distributions of top-level imports that are in the lock; the others are the standard library's."""
    known = blocks(lock)
    named = {DISTRIBUTIONS.get(name, name.replace("_", "-").lower()) for name in names}
    return {name for name in named if name in known}


def closure(lock: str, wanted: Iterable[str]) -> set[str]:
    """These distributions and all they need, by the lock's own `via` lines."""
    needs: dict[str, set[str]] = {}
    for name, block in blocks(lock).items():
        for parent in re.findall(r"^ +#(?: via)? +([a-z0-9][a-z0-9._-]*)\b", block, re.MULTILINE):
            needs.setdefault(parent, set()).add(name)
    found: set[str] = set()
    waiting = set(wanted)
    while waiting:
        name = waiting.pop()
        found.add(name)
        waiting |= needs.get(name, set()) - found
    return found


def subset(lock: str, names: Iterable[str]) -> str:
    """The lock, cut down to these distributions."""
    known: Mapping[str, str] = blocks(lock)
    return "".join(known[name] for name in sorted(names))


def install(requirements: str, output: Path, platform: str = PLATFORM) -> None:
    """Wheels for Lambda's Python and a platform, each with the hash of the lock. Raises EnvironmentFault."""
    if not requirements:
        return
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write(requirements)
        file.flush()
        _run([
            sys.executable, "-m", "uv", "pip", "install", "--quiet", "--no-deps", "--require-hashes",
            "--only-binary", ":all:", "--python-platform", platform, "--python-version", PYTHON,
            "--link-mode", "copy", "--target", str(output), "-r", file.name,
        ])  # fmt: skip


def settle(output: Path) -> None:
    """What differs from machine to machine is taken away: caches, records, scripts, times."""
    for path in sorted(output.rglob("__pycache__")):
        shutil.rmtree(path)
    shutil.rmtree(output / "bin", ignore_errors=True)
    (output / ".lock").unlink(missing_ok=True)
    for pattern in (
        "*.dist-info/RECORD",
        "*.dist-info/INSTALLER",
        "*.dist-info/REQUESTED",
        "*.dist-info/uv_*",
    ):
        for path in output.glob(pattern):
            path.unlink()
    for path in output.rglob("*"):
        if path.is_file():
            path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
        _at_epoch(path)


def _bytecode(name: str, output: Path) -> None:
    """Bytecode beside sources, where there is a Python for it; where there is none, that is said."""
    try:
        bytecode.add(output, f"python{PYTHON}")
    except EnvironmentFault as error:
        sys.stderr.write(f"{name} is deployed without bytecode and starts slowly: {error.message}\n")
    for path in output.rglob("*"):
        _at_epoch(path)


def _at_epoch(path: Path) -> None:
    import os  # noqa: PLC0415 - pathlib has no utime

    os.utime(path, (EPOCH, EPOCH))


def _run(command: list[str]) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise EnvironmentFault(
            f"{' '.join(command[1:5])} failed: {done.stderr.strip()[-500:]}",
            hint="it needs PyPI, and `make build` for the layer.",
        )
