"""What was read, kept in the state bucket: parts by their content, whole artifacts without findings.

| key | holds |
|---|---|
| `layers/<fingerprint>/<identity>.json.zst` | one layer or zip, as these extractors read it |
| `inventories/<sha256 of artifact id>.json.zst` | what the artifact holds, for matching without reading it |
"""

import hashlib
from contextlib import suppress
from dataclasses import replace
from typing import Protocol

from outrider.errors import InvalidInput
from outrider.model.artifact import Contents
from outrider.scan.walk import stored
from outrider.scan.walk.contents import LayerContents

_PART = 128 << 20
"""Bytes of one part unpacked: what is larger does not fit beside the others, and is read anew."""

_INVENTORY = 128 << 20


class Documents(Protocol):
    """Where documents are kept."""

    def get(self, key: str, cap: int) -> bytes | None:
        """A document of at most so many bytes; None: there is none."""

    def put(self, key: str, data: bytes) -> None:
        """Keep one."""


def part(documents: Documents, identity: str, fingerprint: str) -> LayerContents | None:
    """What is known of a part; None: nothing, or it is damaged, and the part is to be read."""
    with suppress(InvalidInput):
        if (data := documents.get(_part(identity, fingerprint), _PART)) is not None:
            return stored.load(data, fingerprint)
    return None


def keep_part(documents: Documents, identity: str, fingerprint: str, contents: LayerContents) -> None:
    """Keep what was found in a part."""
    documents.put(_part(identity, fingerprint), stored.dump(contents))


def inventory(documents: Documents, artifact_id: str) -> Contents | None:
    """What an artifact held when it was last scanned; None: it was not. Raises InvalidInput if damaged."""
    data = documents.get(_inventory(artifact_id), _INVENTORY)
    return stored.decode(Contents, data) if data is not None else None


def keep_inventory(documents: Documents, artifact_id: str, contents: Contents) -> None:
    """Keep what an artifact holds, without what may quote credentials: variables' values, labels, history."""
    config = contents.config
    if config is not None:
        config = replace(config, env=tuple(word.partition("=")[0] for word in config.env))
    bare = replace(contents, config=config, labels=(), history=(), layers=(), executables=(), outcomes=())
    documents.put(_inventory(artifact_id), stored.encode(bare))


def _part(identity: str, fingerprint: str) -> str:
    return f"layers/{fingerprint}/{identity.removeprefix('sha256:')}.json.zst"


def _inventory(artifact_id: str) -> str:
    return f"inventories/{hashlib.sha256(artifact_id.encode()).hexdigest()}.json.zst"
