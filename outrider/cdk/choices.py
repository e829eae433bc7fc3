"""What the user of the Aspect decided, checked once, when the Aspect is made."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import aws_cdk as cdk

from outrider.errors import UsageError
from outrider.inject.function_settings import FunctionSettings, Layer
from outrider.inject.settings import Settings
from outrider.model.image import ImageConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """The settings of one `Protect`."""

    tasks: Settings | None
    """None: no sidecar image is given, task definitions are left alone."""
    functions: FunctionSettings | None
    """None: no layer is given, functions are left alone."""
    arns: Mapping[str, str] = field(default_factory=dict)
    """ARN in `functions` → the ARN as given, which may be a token."""
    images: Mapping[str, ImageConfig] = field(default_factory=dict)
    """Container name, `path/name`, or image reference → what the image starts."""
    skip: frozenset[str] = frozenset()
    """Container names and construct paths."""

    def image(self, path: str, container: str, reference: str) -> ImageConfig | None:
        """What is known of a container's image: the most exact name wins."""
        for key in (f"{path}/{container}", container, reference):
            if key in self.images:
                return self.images[key]
        return None

    def for_containers(self, skip: frozenset[str], there: frozenset[str]) -> Settings | None:
        """The settings for one definition: names that it does not have belong to others."""
        if self.tasks is None:
            return None
        return replace(self.tasks, skip=skip, include=(self.tasks.include & there) - skip)


def by_architecture(given: Mapping[str, str]) -> tuple[dict[str, Layer], dict[str, str]]:
    """Layers by architecture, and what was given for each ARN.

    A layer of the same app is a token: a stand-in takes its place until the template is written.
    Raises UsageError for text that is no ARN of a layer version.
    """
    found, arns = {}, {}
    for architecture, arn in sorted(given.items()):
        if not isinstance(arn, str):
            raise UsageError(
                f"the layer for {architecture} is a {type(arn).__name__}, not an ARN",
                hint="give layer.layer_version_arn.",
            )
        stand_in = f"arn:aws:lambda:any:000000000000:layer:outrider-{architecture}:1"
        layer = Layer(stand_in if cdk.Token.is_unresolved(arn) else arn)
        found[architecture] = layer
        arns[layer.arn] = arn
    return found, arns
