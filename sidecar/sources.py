"""Where policies come from. A source is asked again and again, and answers when there is something new."""

import stat
from pathlib import Path
from typing import NamedTuple, Protocol

from outrider.errors import EnvironmentFault, InvalidInput
from outrider.limits import POLICY_DOCUMENT

PLACEHOLDER = "{container}"


class Absent(EnvironmentFault):
    """There is nothing at a place, and that is certain: it is not that we may not look."""


class Fetched(NamedTuple):
    """What a source has."""

    version: str
    """Names this state of the source: to be given at the next question."""
    data: bytes


class Source(Protocol):
    """A place that holds one policy."""

    def fetch(self, version: str) -> Fetched | None:
        """Return what there is, None when that is still `version`. Blocks.

        Raises EnvironmentFault (it cannot be had; Absent: there is none) or InvalidInput (it is too large, or
        no policy).
        """


class FileSource:
    """A file in the sidecar's file system: a volume, or the image."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def fetch(self, version: str) -> Fetched | None:
        """Read the file if its inode, size or time of change is another than before."""
        try:
            status = self._path.stat()
            if not stat.S_ISREG(status.st_mode):
                raise EnvironmentFault(f"policy file {self._path} is not a regular file")
            found = f"{status.st_ino} {status.st_size} {status.st_mtime_ns}"
            if found == version:
                return None
            with self._path.open("rb") as stream:
                return Fetched(found, capped(stream.read(POLICY_DOCUMENT + 1), str(self._path)))
        except OSError as error:
            kind = Absent if isinstance(error, FileNotFoundError) else EnvironmentFault
            raise kind(
                f"policy file {self._path}: {error.strerror}",
                hint="the path is looked up in the sidecar's container.",
            ) from None


def capped(data: bytes, what: str) -> bytes:
    """Return the data when it is within the cap of a policy document. Raises InvalidInput."""
    if len(data) > POLICY_DOCUMENT:
        raise InvalidInput(f"{what} is larger than {POLICY_DOCUMENT} bytes")
    return data


def open_sources(reference: str, containers: tuple[str, ...]) -> list[tuple[Source, tuple[str, ...]]]:
    """Return the sources a reference names, each with the containers it is for.

    One for all, or one for each container when the reference has `{container}` in it.
    """
    if PLACEHOLDER not in reference:
        return [(open_source(reference), containers)]
    return [(open_source(reference.replace(PLACEHOLDER, name)), (name,)) for name in containers]


def open_source(reference: str) -> Source:
    """One source, whose place is said whole."""
    scheme, _, rest = reference.partition(":")
    if scheme == "ssm":
        from sidecar.aws.ssm import ParameterSource  # noqa: PLC0415 - boto3 is 20 MiB: only who needs it pays

        return ParameterSource(rest)
    if scheme == "s3":
        from sidecar.aws.s3 import ObjectSource  # noqa: PLC0415 - as above

        bucket, _, key = rest.removeprefix("//").partition("/")
        return ObjectSource(bucket, key)
    return FileSource(Path(rest))
