"""Layers as a registry has them. Apart from those in files: a connection needs much that a file does not."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from outrider.cli.registry import Registry, Session
from outrider.cli.registry_blob import Blob
from outrider.cli.targets.blobs import Read
from outrider.scan.image.manifest import Descriptor
from outrider.scan.image.reference import Reference


@dataclass(frozen=True, slots=True)
class RegistryBlob:
    """A blob of a registry, fetched with what the registry has already granted."""

    registry: Registry
    image: Reference
    wanted: Descriptor

    @contextmanager
    def __call__(self) -> Iterator[Read]:
        """Connect anew: a connection cannot be shared with another process."""
        blob = Blob(replace(self.registry, session=Session()), self.image, self.wanted)
        try:
            yield blob.read
        finally:
            blob.close()
