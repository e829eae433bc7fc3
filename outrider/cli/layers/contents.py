"""What the layer holds, file by file, as Lambda puts it under /opt."""

import sys
from dataclasses import dataclass
from pathlib import Path

import outrider
from outrider import limits
from outrider.cli.assets import asset
from outrider.cli.files import read_capped, write_atomic
from outrider.cli.layers.closure import import_closure
from outrider.cli.policies.loading import parse_document
from outrider.errors import EnvironmentFault, InvalidInput
from outrider.policy.document import PolicyDocument
from outrider.policy.lowering import compile_policy

ARCHITECTURES = {"x86_64": "x86_64", "aarch64": "arm64"}
"""As compilers name them → as Lambda does."""

POLICY_CONTAINER = "function"
"""What a function is called where the policy document of a task names its containers."""

PROGRAMS = {
    "extensions/outrider": "extension",
    "outrider/bin/wrap": "wrap",
    "outrider/bin/outrider-run": "outrider-run",
    "outrider/lib/guard.so": "guard.so",
}
"""Place in the layer → name of the binary."""

POLICIES = ("learn", "alert", "block")
"""Built-in policies: templates/policies/function-NAME.yaml."""

PYTHON_START = "start"
"""Module of layer/python that Python is started with; what it imports of ours comes along."""

NODE_HOOKS = ("hook.js",)

_PACKAGE = Path(outrider.__file__).parent


@dataclass(frozen=True, slots=True)
class LayerFile:
    """One file of the layer."""

    path: str
    """Below /opt."""
    data: bytes
    executable: bool = False


def layer_files(arch: str) -> list[LayerFile]:
    """Return all files of the layer for `arch`, sorted by path.

    Raises EnvironmentFault: a part is missing here. InvalidInput: a built-in policy is wrong, or a hook
    imports what the standard library does not have.
    """
    files = [
        LayerFile(path, _read(_PACKAGE / "_native" / arch / name), True) for path, name in PROGRAMS.items()
    ]
    files += [LayerFile(f"outrider/node/{name}", _read(asset(f"layer/node/{name}"))) for name in NODE_HOOKS]
    files += [LayerFile(f"outrider/python/{name}.py", data) for name, data in _python().items()]
    files += [LayerFile(f"outrider/policy/{name}.policy", _built_in(name)) for name in POLICIES]
    files.append(LayerFile("outrider/VERSION", f"{outrider.__version__}\n".encode()))
    return sorted(files, key=lambda file: file.path)


def policy_file(blob: bytes) -> LayerFile:
    """Return the one file of a policy layer: what a function finds when its variables name no policy."""
    return LayerFile("outrider/policy/function.policy", blob)


def place(files: list[LayerFile], root: Path) -> None:
    """Write the files below `root`, as Lambda unpacks a layer to /opt. Raises EnvironmentFault."""
    for file in files:
        target = root / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(target, file.data, mode=0o755 if file.executable else 0o644)


def _python() -> dict[str, bytes]:
    """Sources of start.py and of what it imports of ours, by module name."""
    own = {path.stem: _read(path) for path in asset("layer/python").glob("*.py")}
    closure, foreign = import_closure(own, PYTHON_START)
    if strangers := sorted(foreign - sys.stdlib_module_names):
        raise InvalidInput(
            f"layer/python imports {', '.join(strangers)}",
            hint="a function's packages are the customer's: hooks may use the standard library only.",
        )
    return {name: own[name] for name in closure}


def built_in_document(name: str) -> PolicyDocument:
    """Return one of the built-in POLICIES as people write it. Raises EnvironmentFault: it is missing here."""
    source = asset(f"templates/policies/function-{name}.yaml")
    return parse_document(_read(source), source.name)


def _built_in(name: str) -> bytes:
    return compile_policy(built_in_document(name), POLICY_CONTAINER)


def _read(path: Path) -> bytes:
    if not path.is_file():
        raise EnvironmentFault(
            f"{path} is not there",
            hint="in a source tree: python native/build.py; else install outrider again.",
        )
    return read_capped(path, limits.LAYER_ZIP, "a part of the layer")
