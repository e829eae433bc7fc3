"""Zip slip: an archive's member climbs out of the place it is unpacked to."""

import io
import os
import zipfile


def attack(event):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("../outside/climbed", "ours")
    with zipfile.ZipFile(archive) as unpacked:
        for name in unpacked.namelist():
            path = os.path.join(event["tmp"], name)
            with open(path, "wb") as file:
                file.write(unpacked.read(name))
