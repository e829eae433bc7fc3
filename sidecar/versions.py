"""Which version each container runs: the digest of its image, where its policy lies, what that must say.

ECS names the digest in the task's metadata once the container is there, which is after `outrider-init` and
may be after the agent has started. A patch writes down those that a definition names itself.
"""

import os

from outrider.errors import OutriderError
from outrider.model import published
from sidecar.settings import Settings
from sidecar.sources import PLACEHOLDER
from sidecar.workload import VARIABLE, Metadata

AGAIN = 1.0
"""Seconds until ECS is asked again for a digest that it did not say: until then it is only watched."""


class Versions:
    """Of the containers of a task. Blocks while it asks."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._metadata = Metadata(os.environ.get(VARIABLE, ""), again=AGAIN)

    def digest(self, container: str) -> str:
        """`sha256:…`, as models have it; empty: nobody says it yet.

        What ECS says goes before what was written down: by that the version was learned.
        """
        try:
            found = self._metadata.workload(container).images.get(container, "")
        except OutriderError:
            found = ""
        pinned = self._settings.images.get(container, "")
        return found or (pinned and f"sha256:{pinned}")

    def place(self, container: str, digest: str) -> str:
        """Where the policy of this version lies, as a source."""
        filled = self._settings.policy.replace("{family}", self._settings.family)
        filled = filled.replace(PLACEHOLDER, container)
        return filled.replace(published.IMAGE, digest.removeprefix("sha256:"))

    def name(self, container: str, digest: str) -> str:
        """What a policy must say that it was made for."""
        return published.version(self._settings.family, container, digest)
