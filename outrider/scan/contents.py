"""From what was read to what an artifact holds: settings beside the files."""

from collections.abc import Iterable

from outrider.model.artifact import Contents, Layer
from outrider.model.finding import Secret
from outrider.scan.artifact import Artifact
from outrider.scan.image.facts import ImageFacts
from outrider.scan.parts import LayerPart
from outrider.scan.secrets.search import search_text
from outrider.scan.walk import history
from outrider.scan.walk.merge import Merged


def contents_of(artifact: Artifact, merged: Merged, only: frozenset[str]) -> Contents:
    """What an artifact holds. `only` says whether secrets are looked for; packages are all there."""
    image = artifact.image
    return Contents(
        kind=artifact.kind,
        name=artifact.name,
        digest=artifact.digest,
        platform=artifact.platform,
        release=merged.release,
        config=image.config if image else None,
        labels=image.labels if image else (),
        healthcheck=image.healthcheck if image else None,
        created=image.created if image else "",
        layers=_layers(artifact, image) if image else (),
        history=image.history if image else (),
        packages=merged.packages,
        executables=merged.executables,
        secrets=_secrets(artifact, merged) if only & {"secrets", "compliance"} else (),
        files=merged.files,
        bytes=merged.bytes,
        runtime=artifact.runtime,
        outcomes=(*artifact.outcomes, *merged.outcomes),
    )


def _layers(artifact: Artifact, image: ImageFacts) -> tuple[Layer, ...]:
    """Layers with the steps that made them."""
    blobs = [
        history.Blob(part.digest, max(part.size, 0)) for part in artifact.parts if isinstance(part, LayerPart)
    ]
    return history.layers(image, blobs)[0]


def _secrets(artifact: Artifact, merged: Merged) -> tuple[Secret, ...]:
    """Those of files, and those of settings: variables, labels, build steps."""
    found = list(merged.secrets)
    for place, text in _settings(artifact):
        found += search_text(place, text)
    return tuple(found)


def _settings(artifact: Artifact) -> Iterable[tuple[str, str]]:
    """(Place, text) of everything that is no file."""
    for name, value in artifact.environment:
        yield f"env:{name}", value
    if artifact.image is None:
        return
    for variable in artifact.image.config.env:
        name, _, value = variable.partition("=")
        yield f"env:{name}", value
    for name, value in artifact.image.labels:
        yield f"label:{name}", value
    for number, step in enumerate(artifact.image.history):
        yield f"history:{number}", step.instruction
