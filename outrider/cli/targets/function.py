"""Functions: their packages as zips on this machine, or as an account has them."""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from outrider import limits
from outrider.cli.files import STANDARD, open_input
from outrider.cli.scanning.options import Options
from outrider.cli.targets import image
from outrider.errors import InvalidInput, OutriderError, UsageError
from outrider.model.artifact import Kind
from outrider.model.outcome import Failed, Outcome
from outrider.scan.artifact import Artifact
from outrider.scan.compliance.function_read import (
    Ended,
    FunctionRead,
    environment_of,
    function_of,
    undisclosed,
)
from outrider.scan.opened import CODE, LAYERS, digest_of_zips, zip_part
from outrider.scan.parts import ZipPart


def from_zips(paths: Sequence[str]) -> Artifact:
    """One function from its package and, after it, its layers. Raises UsageError where a file is not
    there."""
    parts = tuple(
        _part(Path(path), path, CODE if number == 0 else LAYERS) for number, path in enumerate(paths)
    )
    return Artifact(kind=Kind.FUNCTION, name=" + ".join(paths), parts=parts, digest=digest_of_zips(parts))


def from_account(where: str, options: Options, folder: Path, ended: Ended) -> Artifact:
    """A function as its account has it; its zips are fetched into `folder`, which must outlive the scan.

    Raises EnvironmentFault where the function itself cannot be read.
    """
    from outrider.cli.aws.function_code import function_reader  # noqa: PLC0415 - boto3 is heavy

    read = function_reader().read(where)
    settings = function_of(read, ended)
    runtime = str(read.configuration.get("Runtime") or "")
    environment = environment_of(read.configuration)
    parts: tuple[ZipPart, ...] = ()
    outcomes: list[Outcome] = [*undisclosed(read.configuration)]
    if read.image:
        try:
            made = image.from_registry(read.image, options)
        except OutriderError as error:  # its settings are still worth a look
            outcomes.append(Failed(f"image {read.image}", error.message, error.hint))
        else:
            told = (*read.outcomes, *outcomes)
            return replace(made, name=where, function=settings, environment=environment, outcomes=told)
    else:
        parts, more = _fetched(read, folder)
        outcomes += more
    return Artifact(
        kind=Kind.FUNCTION,
        name=where,
        parts=parts,
        digest=digest_of_zips(parts),
        runtime=runtime,
        environment=environment,
        function=settings,
        outcomes=(*read.outcomes, *outcomes),
    )


def _fetched(read: FunctionRead, folder: Path) -> tuple[tuple[ZipPart, ...], list[Outcome]]:
    """The zips of a function; one that cannot be fetched is told of, the others are still looked at."""
    parts: list[ZipPart] = []
    outcomes: list[Outcome] = []
    from outrider.cli.targets.download import download  # noqa: PLC0415 - requests, which zips on disk do without

    for package in read.packages:
        what = f"package {package.name}"
        try:
            path = download(package.url, folder, what, size=package.size, sha256=package.sha256)
            parts.append(_part(path, package.name, CODE if package.name == "code" else LAYERS))
        except OutriderError as error:
            outcomes.append(Failed(what, error.message, error.hint))
    if not read.packages:
        outcomes.append(Failed("package code", "AWS names no address for the function's code"))
    return tuple(parts), outcomes


def _part(path: Path, name: str, prefix: str) -> ZipPart:
    """A zip with its digest: what it holds is remembered under that, and where it is laid."""
    if str(path) == STANDARD or (path.exists() and not path.is_file()):
        raise UsageError(f"{name} is no file", hint="a zip is read from its end: a pipe or `-` will not do.")
    seen, size = hashlib.sha256(), 0
    with open_input(path, "the zip") as stream:
        if os.fstat(stream.fileno()).st_size > limits.FUNCTION_PACKAGE:
            raise InvalidInput(f"{name} is larger than {limits.FUNCTION_PACKAGE} bytes")
        while piece := stream.read(1 << 20):
            seen.update(piece)
            size += len(piece)
    return zip_part(name, partial(open_input, path, "the zip"), size, seen.hexdigest(), prefix)
