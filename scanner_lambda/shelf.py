"""Databases of the state bucket by the digest of their manifest: the newest, and the one before it.

`db/manifest.json` is the newest; each that ever was the newest is kept as `db/manifests/<sha256>.json`
beside its signature. Nothing is believed that has
another digest than the name says, or that the key, where one is given, has not signed."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from outrider import limits
from outrider.errors import InvalidInput
from outrider.scan.advisories import manifest, signing
from outrider.scan.advisories.manifest import Manifest
from scanner_lambda.shards import Shards

CURRENT, SIGNATURES = "db/manifest.json", "db/manifest.sig"


def kept(digest: str) -> str:
    """Where the manifest of a digest is kept; its signature has `.sig` in place of `.json`."""
    return f"db/manifests/{digest}.json"


@dataclass(frozen=True, slots=True)
class Shelf:
    """Databases by their digest."""

    get: Callable[[str, int], bytes | None]
    """A small object under a cap."""
    shards: Shards
    public_key: Callable[[], bytes]
    """What must have signed each; asked when one is read."""

    def manifest(self, digest: str) -> Manifest | None:
        """One manifest; None: it is gone. Raises InvalidInput or RefusedDatabase."""
        data = self.signed(digest)
        return manifest.parse(data, kept(digest)) if data is not None else None

    def signed(self, digest: str) -> bytes | None:
        """Its bytes, verified. Raises alike."""
        data = self.get(kept(digest), limits.ADVISORY_MANIFEST)
        if data is None:
            return None
        if hashlib.sha256(data).hexdigest() != digest:
            raise InvalidInput(f"{kept(digest)} is not what its name says")
        name = kept(digest).replace(".json", ".sig")
        signing.verify(data, self.get(name, signing.MAX_BYTES) or b"", self.public_key())
        return data
