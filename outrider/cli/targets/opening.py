"""Opens what is to be scanned, by its kind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from outrider import limits
from outrider.cli.aws import ecr
from outrider.cli.files import read_capped
from outrider.cli.scanning.options import Options
from outrider.cli.targets import function, image, settings
from outrider.cli.targets.artifact import Artifact
from outrider.cli.targets.parts import DirectoryPart
from outrider.cli.targets.target import Target
from outrider.errors import UsageError
from outrider.model.artifact import Contents, Kind
from outrider.scan.compliance.subjects import Function, Task
from outrider.scan.sbom import read as sbom


@dataclass(frozen=True, slots=True)
class Settings:
    """A target without files: only rules look at it."""

    name: str
    subject: Task | Function


Opened = Artifact | Contents | Settings


def open_targets(
    targets: Sequence[Target], options: Options, folder: Path, end_of_life: Mapping[str, str]
) -> Opened:
    """Open one target, or several zips as one function.

    `folder` takes what must be fetched or uncompressed, and must outlive the scan. `end_of_life` is Lambda
    runtime → day, of those out of support. Raises UsageError, InvalidInput, EnvironmentFault.
    """
    if all(target.kind == "zip" for target in targets):
        return function.from_zips([target.where for target in targets])
    if len(targets) > 1:
        raise UsageError(
            f"{len(targets)} targets: only zips go together, as one function's package and its layers",
            hint="scan the others one after the other.",
        )
    where = targets[0].where
    match targets[0].kind:
        case "dir":
            return _directory(where)
        case "oci":
            return image.from_layout(where, options)
        case "archive":
            return image.from_archive(where, options, folder)
        case "registry":
            return image.from_registry(where, options)
        case "ecr":
            return image.from_registry(ecr.reference(where), options)
        case "lambda":
            return function.from_account(where, options, folder, end_of_life)
        case "sbom":
            return sbom.read(read_capped(where, limits.SBOM, "the SBOM"), where)
        case "task":
            return Settings(where, settings.read_task(where))
        case "function":
            return Settings(where, settings.read_function(where, end_of_life))
    raise UsageError(f"unknown kind of target: {targets[0].kind}")


def _directory(where: str) -> Artifact:
    """A folder of this machine."""
    path = Path(where)
    if not path.is_dir():
        raise UsageError(f"{where}: there is no such folder", hint="check the path.")
    return Artifact(kind=Kind.DIRECTORY, name=where, parts=(DirectoryPart(name=where, path=path),))
