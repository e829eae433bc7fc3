"""Reading members of a zip file that somebody else made, all of it in memory and none of it without a cap."""

import io
import zipfile
import zlib
from dataclasses import dataclass

from outrider import limits
from outrider.errors import InvalidInput

_DIRECTORY_ENTRY = b"PK\x01\x02"
_CHUNK = 1 << 16


@dataclass(slots=True)
class Budget:
    """What may still come out of an archive and those nested in it."""

    inflated: int = limits.JAVA_INFLATED
    entries: int = limits.JAVA_ENTRIES


class Members:
    """The members of one zip file."""

    def __init__(self, data: bytes, budget: Budget) -> None:
        # The directory is read as a whole, an object for each entry: entries are counted before.
        budget.entries -= data.count(_DIRECTORY_ENTRY)
        if budget.entries < 0:
            raise InvalidInput(f"the archive has more than {limits.JAVA_ENTRIES} entries")
        self._budget = budget
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except _FAULTS as error:
            raise _damaged(error) from None

    def names(self) -> list[str]:
        """Names of its files in the directory's order, each once. As written: never to be used as a path."""
        return list(dict.fromkeys(info.filename for info in self._zip.infolist() if not info.is_dir()))

    def read(self, name: str, most: int) -> bytes:
        """The whole of one. Raises InvalidInput where it is damaged, encrypted, longer than `most` or over
        budget."""
        most = min(most, self._budget.inflated)
        pieces, length = [], 0
        try:
            with self._zip.open(name) as stream:
                while piece := stream.read(min(_CHUNK, most + 1 - length)):
                    pieces.append(piece)
                    length += len(piece)
                    if length > most:
                        break
        except _FAULTS as error:
            raise _damaged(error) from None
        finally:
            self._budget.inflated -= length
        if length > most:
            raise InvalidInput(f"a member is longer than {most} bytes")
        return b"".join(pieces)


# What zipfile raises for hostile archives, besides its own kind: unknown methods (NotImplementedError),
# encryption (RuntimeError), sizes that make no sense.
_FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    RuntimeError,
    ValueError,
    OverflowError,
    KeyError,
    OSError,
)


def _damaged(error: Exception) -> InvalidInput:
    return InvalidInput(
        f"the archive is damaged: {str(error)[:120].encode('ascii', 'backslashreplace').decode()}"
    )
