"""Opens what is to be scanned, by its kind."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from outrider import limits
from outrider.cli.files import read_capped
from outrider.cli.scanning.options import Options
from outrider.cli.targets import function, image, settings
from outrider.cli.targets.parts import DirectoryPart
from outrider.cli.targets.target import Target
from outrider.errors import UsageError
from outrider.model.artifact import Contents, Kind
from outrider.scan.artifact import Artifact
from outrider.scan.compliance.function_read import Ended
from outrider.scan.compliance.subjects import Function, Task
from outrider.scan.sbom import read as sbom


@dataclass(frozen=True, slots=True)
class Settings:
    """A target without files: only rules look at it."""

    name: str
    subject: Task | Function


Opened = Artifact | Contents | Settings


@dataclass(frozen=True, slots=True)
class Around:
    """What opening needs besides the target."""

    options: Options
    folder: Path
    """Takes what must be fetched or uncompressed; outlives the scan."""
    ended: Ended


OPENERS: Mapping[str, Callable[[str, Around], Opened]] = {
    "dir": lambda where, around: _directory(where),
    "oci": lambda where, around: image.from_layout(where, around.options),
    "archive": lambda where, around: image.from_archive(where, around.options, around.folder),
    "registry": lambda where, around: image.from_registry(where, around.options),
    "ecr": lambda where, around: image.from_registry(_full_name(where), around.options),
    "lambda": lambda where, around: function.from_account(where, around.options, around.folder, around.ended),
    "sbom": lambda where, around: sbom.read(read_capped(where, limits.SBOM, "the SBOM"), where),
    "task": lambda where, around: Settings(where, settings.read_task(where)),
    "function": lambda where, around: Settings(where, settings.read_function(where, around.ended)),
}
"""Kind of target → what opens it; zips, which go together, apart."""


def open_targets(targets: Sequence[Target], around: Around) -> Opened:
    """Open one target, or several zips as one function. Raises UsageError, InvalidInput, EnvironmentFault."""
    if all(target.kind == "zip" for target in targets):
        return function.from_zips([target.where for target in targets])
    if len(targets) > 1:
        raise UsageError(
            f"{len(targets)} targets: only zips go together, as one function's package and its layers",
            hint="scan the others one after the other.",
        )
    return OPENERS[targets[0].kind](targets[0].where, around)


def _full_name(where: str) -> str:
    """An image of ECR with its registry, which a short name leaves out."""
    from outrider.cli.aws import ecr  # noqa: PLC0415 - as for every registry: requests

    return ecr.reference(where)


def _directory(where: str) -> Artifact:
    """A folder of this machine."""
    path = Path(where)
    if not path.is_dir():
        raise UsageError(f"{where}: there is no such folder", hint="check the path.")
    return Artifact(kind=Kind.DIRECTORY, name=where, parts=(DirectoryPart(name=where, path=path),))
