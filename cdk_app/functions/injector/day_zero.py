"""Day zero: which containers of a definition get the list of their image's programs, and why others do not.

Not having a list never keeps a task from being protected: it is patched without, and that is said. But a
fault, or a list that is not what it says, never takes day zero off a container that has it: its definition
is left as it is then.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from outrider.account.errors import NotThereError
from outrider.errors import InvalidInput, OutriderError
from outrider.inject.protection import has_day_zero
from outrider.inject.settings import Settings
from outrider.inject.task_definition import NeededImage, images_needed
from outrider.model.image import Platform


class Digests(Protocol):
    """Where digests of images are asked."""

    def digest(self, image: NeededImage, platform: Platform) -> str:
        """Digest of the manifest that a task of this platform runs.

        Raises InvalidInput or NotThereError: there is none to rely on; EnvironmentFault: it cannot be asked.
        """


class Lists(Protocol):
    """Where the scanner keeps its lists."""

    def of(self, image: str) -> str:
        """Digest of an image's list; empty: there is none. Raises EnvironmentFault, InvalidInput."""


@dataclass(frozen=True, slots=True)
class Given:
    """What a definition gets."""

    settings: Settings
    notes: tuple[str, ...] = ()
    """Who goes without, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayZero:
    """Gives lists to definitions."""

    digests: Digests
    lists: Lists
    programs: str
    """Where sidecars find the lists: `s3://bucket/prefix/{digest}`."""

    def given(self, definition: Mapping[str, Any], settings: Settings) -> Given:
        """The settings with the lists of the definition's images.

        Raises OutriderError where that cannot be told now of a container that has one.
        """
        if why := _against(definition, settings):
            return Given(settings, (f"without day zero: {why}",))
        try:
            needed = images_needed(definition, replace(settings, pin_images=True))
        except OutriderError:
            return Given(settings)  # refused as a whole: who patches meets the same error
        found: dict[str, str] = {}
        notes = []
        for image in needed.images:
            try:
                found[image.container] = self._of(image, needed.platform)
            except _NoListError as error:
                notes.append(f"container {image.container}: without day zero: {error.message}")
            except OutriderError as error:
                if has_day_zero(definition, image.container):
                    raise
                notes.append(f"container {image.container}: without day zero: {error.message}")
        if found:
            settings = replace(settings, day_zero=found, programs=self.programs)
        return Given(settings, tuple(notes))

    def _of(self, image: NeededImage, platform: Platform) -> str:
        """Digest of the list of one image. Raises _NoListError, InvalidInput, EnvironmentFault."""
        try:
            digest = self.digests.digest(image, platform)
        except (InvalidInput, NotThereError) as error:
            raise _NoListError(error.message) from None
        if not (found := self.lists.of(digest)):
            raise _NoListError(f"the scanner has no list of the programs of {digest}")
        return found


class _NoListError(OutriderError):
    """There is no list to be had, and no fault in that."""


def _against(definition: Mapping[str, Any], settings: Settings) -> str:
    """What speaks against day zero for all containers; empty: nothing."""
    if settings.key:
        return (
            "policies are signed, and the sidecar adds nothing to a signed one; `outrider policy compile "
            "--programs` puts the programs into it"
        )
    if not definition.get("taskDefinition", {}).get("taskRoleArn"):
        return "the task has no role (taskRoleArn), by which its sidecar could read the list"
    return ""
