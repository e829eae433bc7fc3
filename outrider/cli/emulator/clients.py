"""AWS's runtime interface clients, put together as /var/runtime and kept in the user's cache.

Python's comes from the packages beside us when the versions agree, else from PyPI by pip; Node's from npm,
which compiles it. The versions are those of `outrider.function.runtimes`.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import metadata
from pathlib import Path

from outrider.cli.emulator.interpreters import Interpreter
from outrider.cli.user_cache import user_cache
from outrider.errors import EnvironmentFault
from outrider.function import runtimes
from outrider.function.runtimes import Client, Runtime

_BUILD = 900.0
"""Seconds for an installation; npm compiles libcurl for Node's client."""
_OWN = ("awslambdaric", "simplejson", "snapshot-restore-py")
_SDK = ("boto3", "botocore", "s3transfer", "jmespath", "python-dateutil", "six", "urllib3")
_VERSION = 1
"""Of the layout of what is kept."""

PYTHON_BOOTSTRAP = '''"""Starts the runtime interface client, with the search path of the managed runtimes."""

import os
import sys

if "PYTHONPATH" not in os.environ:
    version = "python%d.%d" % sys.version_info[:2]
    layers = ["/opt/python/lib/%s/site-packages" % version, "/opt/python"]
    sys.path[:0] = [os.environ["LAMBDA_TASK_ROOT"]] + layers

from awslambdaric.__main__ import main

main([__file__, os.environ["_HANDLER"]])
'''


def prepare(runtime: Runtime, interpreter: Interpreter, say: Callable[[str], None]) -> Path:
    """The directory to show at /var/runtime; made the first time. Raises EnvironmentFault."""
    client = runtime.client
    if client is None:
        raise EnvironmentFault(f"{runtime.name} has no runtime interface client")
    name = f"{client.package}-{client.version}-{runtime.name}-{_VERSION}"
    kept = cache() / name
    if (kept / "bootstrap").is_file():
        return kept
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept.parent, prefix=f".{name}-") as made:
        folder = Path(made) / "runtime"
        folder.mkdir()
        install = _python if runtime.family == "python" else _node
        install(client, runtime, interpreter, folder, say)
        (folder / "bootstrap").write_text(runtimes.bootstrap(runtime))
        (folder / "bootstrap").chmod(0o755)
        _open_to_read(folder)
        with suppress(FileExistsError):
            _move(folder, kept)
    return kept


def cache() -> Path:
    """Where they are kept."""
    return user_cache("functions")


def _move(folder: Path, kept: Path) -> None:
    """Into its place; somebody else may have been faster, then theirs stays."""
    try:
        folder.rename(kept)
    except OSError:
        if not (kept / "bootstrap").is_file():
            raise


def _python(
    client: Client, runtime: Runtime, interpreter: Interpreter, folder: Path, say: Callable[[str], None]
) -> None:
    """awslambdaric, and boto3, which the managed runtimes bring."""
    ours = "{}.{}".format(*sys.version_info[:2])
    if not (runtime.version == ours and _copy_all(folder)):
        say(f"installing {client.package} {client.version} and boto3 for {runtime.name} (once)")
        packages = [f"{client.package}=={client.version}", "boto3"]
        binary = ["--only-binary=:all:", "--python-version", runtime.version, "--implementation", "cp"]
        _install([sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
                  "--no-compile", "--target", str(folder), *binary, *packages])  # fmt: skip
    (folder / "bootstrap.py").write_text(PYTHON_BOOTSTRAP)
    python = interpreter.prefix / "bin" / f"python{runtime.version}"
    subprocess.run(  # noqa: S603 - compiled as in the real one: a function cannot write here
        [str(python), "-I", "-m", "compileall", "-q", "-d", "/var/runtime", str(folder)], check=False
    )


def _copy_all(folder: Path) -> bool:
    """Copy the packages from beside us; False when the client is not there."""
    try:
        for name in _OWN:
            _copy(name, folder)
    except metadata.PackageNotFoundError:
        return False
    for name in _SDK:
        with suppress(metadata.PackageNotFoundError):
            _copy(name, folder)
    return True


def _copy(name: str, folder: Path) -> None:
    """The files of one installed distribution, without its programs and compiled files."""
    for file in metadata.distribution(name).files or ():
        if ".." in file.parts or "__pycache__" in file.parts:
            continue
        target = folder / file
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(str(file.locate()), target)


def _node(
    client: Client, runtime: Runtime, interpreter: Interpreter, folder: Path, say: Callable[[str], None]
) -> None:
    """aws-lambda-ric: its two files, as the managed runtimes have them."""
    npm = shutil.which("npm")
    if npm is None:
        raise EnvironmentFault(f"{runtime.name} wants npm to build {client.package}", hint="install npm.")
    say(f"building {client.package} {client.version} for {runtime.name} (once; a minute)")
    environment = {"PATH": f"{interpreter.prefix / 'bin'}:{os.environ.get('PATH', '')}"}
    if headers := _headers(interpreter.prefix):
        environment["npm_config_nodedir"] = str(headers)
    with tempfile.TemporaryDirectory() as work:
        package = f"{client.package}@{client.version}"
        options = ["--no-audit", "--no-fund", "--loglevel=error", "--prefix", work]
        _install([npm, "install", *options, package], environment)
        source = Path(work) / "node_modules" / client.package
        for name in ("index.mjs", "rapid-client.node", "package.json", "LICENSE"):
            shutil.copyfile(source / name, folder / name)


def _headers(prefix: Path) -> Path | None:
    """Where Node's headers are: beside it, or where Debian's libnode-dev puts them. npm would fetch them."""
    debian = Path("/usr/include/nodejs")
    if (prefix / "include/node/node.h").is_file():
        return prefix
    return debian if (debian / "src/node.h").is_file() else None


def _install(command: Sequence[str], environment: dict[str, str] | None = None) -> None:
    """Run an installer. Raises EnvironmentFault with the end of what it said."""
    try:
        done = subprocess.run(  # noqa: S603 - pip or npm
            command,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_BUILD,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise EnvironmentFault(f"{Path(command[0]).name} did not run: {error}") from None
    if done.returncode:
        said = (done.stderr or done.stdout).decode(errors="replace").strip()[-600:]
        raise EnvironmentFault(
            f"the runtime interface client could not be installed: {said}",
            hint="it needs the package registry once; Node's also cmake, make, g++, xz, python3 "
            "and Node's headers (libnode-dev).",
        )


def _open_to_read(folder: Path) -> None:
    """Whatever the umask was: the function's user has to read it."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))
