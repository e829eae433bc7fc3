"""`kind:where`, as the user writes what is to be scanned; the kind is guessed where none is given."""

import re
import stat
from dataclasses import dataclass
from pathlib import Path

from outrider.cli.files import open_input
from outrider.errors import UsageError

KINDS = {
    "dir": "a folder",
    "zip": "a function's package or layer; several together are one function",
    "oci": "a folder in the OCI image layout",
    "archive": "what `docker save` or `podman save` wrote",
    "registry": "an image in a registry",
    "ecr": "an image in Amazon ECR: NAME[:TAG], ARN or full reference",
    "lambda": "a function in an account: name or ARN",
    "sbom": "a CycloneDX or SPDX document",
    "task": "an ECS task definition: its settings, not its images",
    "function": "a function's configuration, as `aws lambda get-function` prints it",
}
"""Kind → what it is."""

_PREFIXED = re.compile(r"([a-z]+):(.+)", re.DOTALL)
_ARNS = {
    "lambda": re.compile(r"arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:.+"),
    "ecr": re.compile(r"arn:aws[a-z-]*:ecr:[a-z0-9-]+:\d{12}:repository/.+"),
}
_ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06")
_CONTAINERS = re.compile(rb"""[cC]ontainerDefinitions['"]?[ ]{0,8}:""")
"""In a task definition, as the API and as CloudFormation write it."""

_HEAD = 64 << 10
"""Bytes read to tell what a file is."""


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be scanned."""

    kind: str
    where: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.where}"


def parse(text: str) -> Target:
    """Read a target as the user wrote it. Raises UsageError where the kind cannot be told."""
    if (found := _PREFIXED.fullmatch(text)) and found[1] in KINDS:
        return Target(found[1], found[2])
    if not text or text.startswith("-"):
        raise UsageError(f"not a target: {text!r}", hint=_how())
    return Target(_guessed(text), text)


def _guessed(text: str) -> str:
    """The kind of a target that is written without one: ARNs, then what there is on disk, then an image."""
    for kind, form in _ARNS.items():
        if form.fullmatch(text):
            return kind
    if kind := _kind_of_path(Path(text)) or _kind_of_named(text):
        return kind
    if text.startswith(("/", "./", "../", "~")):
        raise UsageError(f"{text}: there is no such file or directory", hint="check the path.")
    return "registry"


def _kind_of_path(path: Path) -> str:
    """What lies at a path; empty where nothing does."""
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):  # not there, or no name that a file could have
        return ""
    if stat.S_ISDIR(mode):
        return "oci" if (path / "oci-layout").is_file() else "dir"
    if not stat.S_ISREG(mode):  # its first bytes can be read only once
        raise UsageError(f"{path} is a pipe or a device: say what comes out of it", hint=_how())
    return _kind_of_file(path)


def _kind_of_named(text: str) -> str:
    """`FOLDER:NAME` and `FILE:NAME`, which name one image of several; empty for others."""
    path = Path(text.partition(":")[0])
    try:
        if (path / "oci-layout").is_file():
            return "oci"
        return "archive" if path.is_file() and _kind_of_file(path) == "archive" else ""
    except (OSError, ValueError, UsageError):
        return ""


def _kind_of_file(path: Path) -> str:
    """What a file is, by its first bytes."""
    with open_input(path, "the target") as stream:
        head = stream.read(_HEAD)
    if head.startswith(_ZIP_STARTS):
        return "zip"
    if head[257:262] == b"ustar" or head.startswith((b"\x1f\x8b", b"\x28\xb5\x2f\xfd")):
        return "archive"
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if text.startswith((b"{", b"[")):
        return _kind_of_json(head)
    if b"SPDXVersion:" in head or b"cyclonedx.org/schema/bom" in head:
        return "sbom"
    if _CONTAINERS.search(head):
        return "task"
    raise UsageError(f"{path}: cannot tell what this file is", hint=_how())


def _kind_of_json(head: bytes) -> str:
    """What a JSON file is, by words that its kind must have near its beginning."""
    if b'"bomFormat"' in head or b'"spdxVersion"' in head:
        return "sbom"
    if _CONTAINERS.search(head):
        return "task"
    if b'"FunctionArn"' in head or b'"FunctionName"' in head:
        return "function"
    return "sbom"


def _how() -> str:
    """The kinds, for a hint."""
    return "write KIND:WHERE, with a kind of " + ", ".join(KINDS)
