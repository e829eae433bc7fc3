"""Programs of an image by their base name: what several rules look for."""

from collections.abc import Collection

from outrider.scan.compliance.subjects import Image


def named(image: Image, names: Collection[str]) -> list[str]:
    """Paths of the image's programs with one of these base names, with the package each came with, sorted."""
    return sorted(
        f"{program.path} ({program.owner})" if program.owner else program.path
        for program in image.contents.executables
        if program.path.rpartition("/")[2] in names
    )
