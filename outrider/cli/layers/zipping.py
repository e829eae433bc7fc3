"""Zip files that are the same, byte for byte, whenever and wherever they are made."""

import io
import zipfile

from outrider.cli.layers.contents import LayerFile
from outrider.errors import InvalidInput

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time a zip file can tell."""

_UNIX = 3


def zip_files(files: list[LayerFile]) -> bytes:
    """Return the files as a zip: sorted, times and modes fixed, deflated at level 9."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for file in sorted(files, key=lambda file: file.path):
            info = zipfile.ZipInfo(file.path, _EPOCH)
            info.create_system = _UNIX
            info.external_attr = (0o100755 if file.executable else 0o100644) << 16
            archive.writestr(info, file.data, zipfile.ZIP_DEFLATED, 9)
    return made.getvalue()


def within(data: bytes, most: int, name: str) -> bytes:
    """Return `data`. Raises InvalidInput: it is larger than we promise."""
    if len(data) > most:
        raise InvalidInput(f"{name} would be {len(data)} bytes; the promise is at most {most}")
    return data
