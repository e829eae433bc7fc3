"""Artifacts from what describes them: an image from its config and layers, a function from its zips."""

import hashlib
from collections.abc import Sequence

from outrider.errors import InvalidInput
from outrider.model.artifact import Kind
from outrider.scan.artifact import Artifact
from outrider.scan.image import facts
from outrider.scan.image.archive import SavedLayer
from outrider.scan.image.facts import ImageFacts
from outrider.scan.parts import LayerPart, Open, OpenFile, ZipPart

CODE, LAYERS = "var/task", "opt"
"""Where Lambda lays a function's code and its layers."""


def image_of(
    name: str,
    config: bytes,
    manifest: str,
    layers: Sequence[SavedLayer],
    blobs: Sequence[Open],
    *,
    platform: str = "",
) -> Artifact:
    """An image whose config and layers are known; `manifest` is the digest of its manifest.

    Raises InvalidInput where the two do not agree on how many layers there are, and where the image is for
    another platform than the one that was asked for (empty: none was).
    """
    found = facts.parse(config, f"the config of {name}")
    built_for = _platform(found)
    if platform and built_for and not f"{built_for}/".startswith(f"{platform}/"):
        raise InvalidInput(f"{name} is for {built_for}, not for {platform}")
    if len(found.diff_ids) != len(layers):
        raise InvalidInput(
            f"{name}: its manifest lists {len(layers)} layers, its config {len(found.diff_ids)}",
            hint="a broken or dishonest image: do not use it before you know why.",
        )
    parts = tuple(
        LayerPart(
            name=f"layer {number} ({(layer.digest or diff_id)[:19]}…)",
            blob=blob,
            media_type=layer.media_type,
            digest=layer.digest,
            size=layer.size,
            diff_id=diff_id,
        )
        for number, (layer, blob, diff_id) in enumerate(zip(layers, blobs, found.diff_ids, strict=True))
    )
    return Artifact(kind=Kind.IMAGE, name=name, parts=parts, digest=manifest, platform=built_for, image=found)


def _platform(found: ImageFacts) -> str:
    """`linux/amd64`, as the config says; empty where it does not."""
    config = found.config
    return f"{config.os or 'linux'}/{config.architecture}" if config.architecture else ""


def zip_part(name: str, file: OpenFile, size: int, sha256: str, prefix: str) -> ZipPart:
    """A zip whose SHA-256 (hex) is known: what it holds is remembered under that, and where it is laid."""
    identity = f"sha256:{sha256}-{prefix.replace('/', '-')}"
    return ZipPart(name=name, file=file, size=size, identity=identity, prefix=prefix)


def digest_of_zips(parts: Sequence[ZipPart]) -> str:
    """One digest for all zips: of their digests, in their order; of one alone, its own; empty for none."""
    names = [part.identity[: len("sha256:") + 64] for part in parts]
    if len(names) == 1:
        return names[0]
    return "sha256:" + hashlib.sha256("\n".join(names).encode()).hexdigest() if names else ""
