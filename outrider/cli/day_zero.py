"""Lists of programs that a patch is given: their digests, and whether they are of the right images."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from outrider.cli.files import read_capped
from outrider.model.image import ResolvedImage
from outrider.model.outcome import Failed
from outrider.policy import programs


@dataclass(frozen=True, slots=True)
class DayZeros:
    """What was given, by container."""

    files: Mapping[str, str]
    digests: Mapping[str, str]
    """Of the lists, hex."""
    images: Mapping[str, str]
    """Digests of the images that the lists are of; empty where they say none."""

    def notes(self, read: Mapping[str, ResolvedImage | Failed], source: str) -> Iterator[str]:
        """What is left to be done, and what does not fit together."""
        for name, digest in sorted(self.digests.items()):
            image = read.get(name)
            known = image.reference if isinstance(image, ResolvedImage) else ""
            pinned = image.pinned if isinstance(image, ResolvedImage) else ""
            of = self.images[name]
            if of and "@sha256:" in known + pinned and of not in known + pinned:
                yield f"the list for {name} is of {of}, the definition's image is {pinned or known}"
            yield f"put {self.files[name]} where the sidecar finds it: {source.replace('{digest}', digest)}"


def day_zeros(files: Mapping[str, str]) -> DayZeros:
    """Read the lists. Raises InvalidInput."""
    digests, images = {}, {}
    for name, path in files.items():
        data = read_capped(path, programs.LARGEST, "the list of programs")
        images[name] = programs.parse(data, f"the list {path}").image
        digests[name] = programs.digest(data)
    return DayZeros(files, digests, images)
