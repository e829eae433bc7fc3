"""Published policies: sidecars are pointed to where StagesFunction puts the policy of each version."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from cdk_app.functions.injector.day_zero import Given
from outrider.inject.settings import Settings

_NO_ROLE = (
    "without its published policies: the task has no role (taskRoleArn), by which its sidecar could read them"
)


class Key(Protocol):
    """The key that signs them."""

    def public(self) -> str:
        """Its public half, base64. Raises EnvironmentFault, InvalidInput."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedPolicies:
    """Gives their place and their key to definitions."""

    source: str
    """As OUTRIDER_POLICY of a sidecar."""
    key: Key

    def given(self, definition: Mapping[str, Any], settings: Settings) -> Given:
        """The settings with the place of published policies. Raises OutriderError: the key cannot be read."""
        if not definition.get("taskDefinition", {}).get("taskRoleArn"):
            return Given(settings, (_NO_ROLE,))
        return Given(replace(settings, policy=self.source, key=self.key.public()))
