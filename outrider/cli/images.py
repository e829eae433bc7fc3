"""The images a patch needs to know: from a file the user gives, or from their registry."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from outrider import limits
from outrider.cli.credentials import Logins
from outrider.cli.files import read_capped
from outrider.cli.registry import Registry
from outrider.cli.registry_auth import Login
from outrider.errors import InvalidInput, OutriderError
from outrider.inject.task_definition import Needed, NeededImage
from outrider.model.image import Platform, ResolvedImage
from outrider.model.outcome import Failed
from outrider.scan.image import config
from outrider.scan.image.reference import Reference, parse


@dataclass(slots=True)
class Images:
    """Where images are read from: what the user said, and one client for all registries."""

    plain_http: frozenset[str] = frozenset()
    references: Mapping[str, str] = field(default_factory=dict)
    """Container → the reference to read instead of the definition's."""
    configs: Mapping[str, str] = field(default_factory=dict)
    """Container → a file with the image's config."""
    logins: Logins = field(default_factory=Logins)
    _secrets: dict[tuple[str, str], str] = field(default_factory=dict)

    def read(self, needed: Needed) -> dict[str, ResolvedImage | Failed]:
        """Read every image that is needed; what cannot be read is a `Failed` that says why."""
        registry = self.registry()
        found: dict[str, ResolvedImage | Failed] = {}
        for image in needed.images:
            try:
                found[image.container] = self._one(registry, image, needed.platform)
            except OutriderError as error:
                found[image.container] = Failed(f"container {image.container}", error.message, error.hint)
        return found

    def registry(self) -> Registry:
        """A client that knows the user's logins."""
        return Registry(plain_http=self.plain_http, login=self._login)

    def _one(self, registry: Registry, image: NeededImage, platform: Platform) -> ResolvedImage:
        """Read one image."""
        if path := self.configs.get(image.container):
            body = read_capped(path, limits.IMAGE_CONFIG, "the image config")
            parsed = config.parse(body, f"the image config {path}")
            config.check_platform(parsed, platform)
            return ResolvedImage(reference=image.reference or path, config=parsed)
        reference = self.references.get(image.container, image.reference)
        if not reference:
            raise InvalidInput("the definition names no image", hint="--image NAME=REF says which to read.")
        if image.credentials:
            parsed_reference = parse(reference)
            self._secrets[parsed_reference.registry, parsed_reference.repository] = image.credentials
        resolved = registry.resolve(reference, platform)
        # The digest was found under another name: it says nothing of the image that the definition names.
        return resolved if reference == image.reference else replace(resolved, pinned="")

    def _login(self, image: Reference) -> Login | None:
        """The user's own login, else the one that the container brings along."""
        secret = self._secrets.get((image.registry, image.repository))
        if (login := self.logins.find(image)) is not None or not secret:
            return login
        from outrider.cli.aws.secrets import repository_login  # noqa: PLC0415 - boto3 is heavy, and seldom needed

        return repository_login(secret)
