"""Managed runtimes: how each is started, and what its variables are.

Source: docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html and the AWS base images (the command line of
the bootstrap, the search paths). End of support is not our business: what people run, they want to try.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from outrider.errors import UsageError

_PATH = "/usr/local/bin:/usr/bin/:/bin:/opt/bin"
_LIBRARIES = "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib"


@dataclass(frozen=True, slots=True)
class Client:
    """The runtime interface client: AWS's package that talks to the Runtime API."""

    package: str
    version: str


@dataclass(frozen=True, slots=True)
class Runtime:
    """One managed (or provided) runtime."""

    name: str
    family: str
    """`python`, `nodejs` or `provided`."""
    version: str
    """Of the language: `3.13`, `22`; of the operating system for `provided`."""
    execution_environment: str
    """AWS_EXECUTION_ENV; empty where Lambda sets none."""
    path: str
    library_path: str
    client: Client | None
    variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def wrapped(self) -> bool:
        """Whether AWS_LAMBDA_EXEC_WRAPPER has an effect."""
        return self.family != "provided"


def parse(name: str) -> Runtime:
    """The runtime of an identifier such as `python3.13`. Raises UsageError."""
    if found := re.fullmatch(r"python(3\.(?:[89]|1[0-9]))", name):
        return _python(name, found[1])
    if (found := re.fullmatch(r"nodejs(\d\d)(?:\.x)?", name)) and 18 <= int(found[1]) <= 30:
        return _node(f"nodejs{found[1]}.x", found[1])
    if found := re.fullmatch(r"provided\.(al2|al2023)", name):
        return Runtime(name, "provided", found[1], "", _PATH, _LIBRARIES, None)
    raise UsageError(
        f"the runtime {name!r} cannot be run here",
        hint="python3.8 to python3.19, nodejs18.x and later, provided.al2 and provided.al2023 can.",
    )


def _python(name: str, version: str) -> Runtime:
    """A Python runtime; the client is the newest that has wheels for the version."""
    clients = {"3.8": "2.2.1", "3.9": "4.0.4"}
    return Runtime(
        name,
        "python",
        version,
        f"AWS_Lambda_{name}",
        f"/var/lang/bin:{_PATH}",
        _LIBRARIES,
        Client("awslambdaric", clients.get(version, "4.2.2")),
    )


def _node(name: str, version: str) -> Runtime:
    """A Node runtime. The client says that it wants Node 22; it was tried with 20 and works."""
    folders = (f"/opt/nodejs/node{version}/node_modules", "/opt/nodejs/node_modules")
    return Runtime(
        name,
        "nodejs",
        version,
        f"AWS_Lambda_{name}",
        f"/var/lang/bin:{_PATH}",
        _LIBRARIES,
        Client("aws-lambda-ric", "4.0.2"),
        {"NODE_PATH": ":".join((*folders, "/var/runtime/node_modules", "/var/runtime", "/var/task"))},
    )


def command(runtime: Runtime) -> tuple[str, ...]:
    """What the bootstrap starts, behind the exec wrapper when there is one (paths inside the sandbox)."""
    if runtime.family == "python":
        return (f"/var/lang/bin/python{runtime.version}", "/var/runtime/bootstrap.py")
    return (
        "/var/lang/bin/node",
        "--expose-gc",
        "--max-http-header-size",
        "81920",
        "/var/runtime/index.mjs",
    )


def bootstrap(runtime: Runtime) -> str:
    """The shell script /var/runtime/bootstrap of a managed runtime."""
    words = " ".join(command(runtime))
    return (
        "#!/bin/sh\n"
        'if [ -z "$AWS_LAMBDA_EXEC_WRAPPER" ]; then\n'
        f"  exec {words}\n"
        "fi\n"
        'if [ ! -f "$AWS_LAMBDA_EXEC_WRAPPER" ]; then\n'
        '  echo "$AWS_LAMBDA_EXEC_WRAPPER: does not exist" >&2\n'
        "  exit 127\n"
        "fi\n"
        'if [ ! -x "$AWS_LAMBDA_EXEC_WRAPPER" ]; then\n'
        '  echo "$AWS_LAMBDA_EXEC_WRAPPER: is not an executable" >&2\n'
        "  exit 126\n"
        "fi\n"
        f'exec "$AWS_LAMBDA_EXEC_WRAPPER" {words}\n'
    )
