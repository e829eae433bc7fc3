"""Functions: code and layers together, and the settings that decide who may use them.

Neither a VPC, nor idleness, nor a key of the customer's own keeps a function from being read: GetFunction
hands out its package all the same, as long as our role may use the key.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from tempfile import TemporaryFile
from typing import IO, Any, Protocol

from outrider import limits
from outrider.errors import InvalidInput, OutriderError
from outrider.model.artifact import Kind
from outrider.model.outcome import Failed, Outcome
from outrider.scan.artifact import Artifact
from outrider.scan.compliance.function_read import (
    Ended,
    FunctionRead,
    Package,
    environment_of,
    function_of,
    undisclosed,
)
from outrider.scan.opened import CODE, LAYERS, zip_part
from outrider.scan.parts import ZipPart
from scanner_lambda.aws.download import stream
from scanner_lambda.progress import Passing

_SETTINGS = (
    "Runtime", "Role", "Handler", "Timeout", "MemorySize", "VpcConfig", "DeadLetterConfig", "Environment",
    "KMSKeyArn", "TracingConfig", "Layers", "FileSystemConfigs", "PackageType", "ImageConfigResponse",
    "SigningProfileVersionArn", "Architectures", "EphemeralStorage", "SnapStart", "LoggingConfig",
)  # fmt: skip
"""Fields of a configuration in which a difference is another function; not when it was last touched."""

Images = Callable[[str], Artifact]
"""Opens the image of an image function by its reference."""


class Addresses(Protocol):
    """Functions of one account and region."""

    @property
    def plain(self) -> bool:
        """http will do."""

    def address(self, arn: str, package: str) -> str:
        """A newly signed address."""


def opened(functions: Addresses, arn: str, read: FunctionRead, ended: Ended, images: Images) -> Artifact:
    """A function as an artifact; its zips are fetched when they are opened, one at a time."""
    settings = function_of(read, ended)
    outcomes: list[Outcome] = [*read.outcomes, *undisclosed(read.configuration)]
    made = Artifact(kind=Kind.FUNCTION, name=arn, parts=())
    if read.image:
        try:
            made = images(read.image)
        except Passing:
            raise
        except OutriderError as error:  # its settings are still worth a look
            outcomes.append(Failed(f"image {read.image}", error.message, error.hint))
    else:
        parts, more = _parts(functions, arn, read)
        made = replace(made, parts=parts)
        outcomes += more
    return replace(
        made,
        name=arn,
        digest=digest_of(read),
        runtime=str(read.configuration.get("Runtime") or ""),
        environment=environment_of(read.configuration),
        function=settings,
        outcomes=tuple(outcomes),
    )


def digest_of(read: FunctionRead) -> str:
    """One digest over code, layers and everything that the rules look at: `sha256:…`."""
    told = {
        "code": [[one.name, one.sha256] for one in read.packages],
        "image": read.image,
        "settings": {name: read.configuration.get(name) for name in _SETTINGS},
        "policy": read.policy,
        "url": _steady(read.url),
        "concurrency": read.reserved_concurrency,
        "signing": read.code_signing,
    }
    words = json.dumps(told, sort_keys=True, default=str)
    return "sha256:" + hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()


def _steady(url: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """A function URL without what is about the answer and about times."""
    if url is None:
        return None
    volatile = {"ResponseMetadata", "CreationTime", "LastModifiedTime"}
    return {name: value for name, value in url.items() if name not in volatile}


def _parts(
    functions: Addresses, arn: str, read: FunctionRead
) -> tuple[tuple[ZipPart, ...], Iterator[Outcome]]:
    """The zips of a function, and those that cannot be one."""
    parts, failed = [], []
    for package in read.packages:
        try:
            parts.append(_part(functions, arn, package))
        except InvalidInput as error:
            failed.append(Failed(f"package {package.name}", error.message, error.hint))
    if not read.packages:
        failed.append(Failed("package code", "AWS names no address for the function's code"))
    return tuple(parts), iter(failed)


def _part(functions: Addresses, arn: str, package: Package) -> ZipPart:
    """A zip under the digest that AWS gives it: whether it has it is seen when it is fetched."""
    try:
        sha256 = base64.b64decode(package.sha256, validate=True)
    except ValueError:
        sha256 = b""
    if len(sha256) != hashlib.sha256().digest_size:
        raise InvalidInput("AWS gives no SHA-256 of it")
    if package.size > limits.FUNCTION_PACKAGE:
        raise InvalidInput(f"it is larger than {limits.FUNCTION_PACKAGE} bytes")
    prefix = CODE if package.name == "code" else LAYERS
    fetch = partial(_fetched, functions, arn, package, sha256)
    return zip_part(package.name, fetch, package.size, sha256.hex(), prefix)


@contextmanager
def _fetched(functions: Addresses, arn: str, package: Package, sha256: bytes) -> Iterator[IO[bytes]]:
    """The zip in a file without a name, gone when the block is left: a zip is read from its end.

    Raises EnvironmentFault where it cannot be fetched, InvalidInput where something else comes.
    """
    seen, count, what = hashlib.sha256(), 0, f"package {package.name}"
    most = package.size or limits.FUNCTION_PACKAGE
    with TemporaryFile() as file:
        address = partial(functions.address, arn, package.name)
        with stream(address, what, plain=functions.plain) as read:
            while piece := read(1 << 20):
                count += len(piece)
                if count > most:
                    raise InvalidInput(f"{what} is larger than {most} bytes")
                seen.update(piece)
                file.write(piece)
        if seen.digest() != sha256:
            raise InvalidInput(f"{what} is not what AWS says it is: its SHA-256 is another")
        file.seek(0)
        yield file
