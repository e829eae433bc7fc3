"""What detectors are told of the task beforehand: its name servers, and the lists that somebody keeps."""

from collections.abc import Mapping
from pathlib import Path

from outrider.errors import EnvironmentFault
from outrider.runtime.detectors import lists_document
from outrider.runtime.detectors.detector import Scene
from outrider.runtime.resolutions import LONGEST_RESOLV_CONF, resolvers

RESOLV_CONF = Path("/etc/resolv.conf")

Lists = Mapping[str, frozenset[str]]


def scene(lists: Lists, path: Path = RESOLV_CONF) -> Scene:
    """What is known; without the file no name server is."""
    try:
        with path.open("rb") as stream:
            text = stream.read(LONGEST_RESOLV_CONF).decode("utf-8", "replace")
    except OSError:
        return Scene(lists=lists)
    return Scene(resolvers=tuple(sorted(resolvers(text))), lists=lists)


def read_lists(path: str) -> Lists:
    """The lists in a file, `outrider.lists/1`; none where none is named.

    Raises EnvironmentFault (it cannot be read) or InvalidInput (it is none).
    """
    if not path:
        return {}
    try:
        with Path(path).open("rb") as stream:
            data = stream.read(lists_document.LARGEST + 1)
    except OSError as error:
        raise EnvironmentFault(
            f"the lists in {path} cannot be read: {error.strerror}",
            hint="the path of OUTRIDER_LISTS is looked up in the sidecar's container.",
        ) from None
    return lists_document.parse(data)
