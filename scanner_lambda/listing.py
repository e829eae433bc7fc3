"""Day zero: the programs of an image that was scanned, kept for the tasks that will run it.

The list lies under its own digest, and a note under the image's says which it is (`policy.program_places`).
The list comes first: a note never names one that is not there.
"""

from dataclasses import dataclass
from typing import Protocol

from outrider.errors import InvalidInput
from outrider.model.artifact import Contents
from outrider.model.outcome import Covered, Outcome, Skipped
from outrider.policy import program_places, programs
from outrider.policy.program_places import Place
from scanner_lambda.progress import Passing

SUBJECT = "programs for day zero"
"""What the outcome in the report is about."""

_ATTEMPTS = 3
"""How often an object that somebody else replaced meanwhile is looked at."""


class Objects(Protocol):
    """Objects of the place's bucket."""

    def put(self, key: str, data: bytes) -> None:
        """Write one."""

    def versioned(self, key: str, limit: int) -> tuple[bytes, str] | None:
        """One and its version; None: there is none. Raises InvalidInput where it is over the limit."""

    def replace(self, key: str, data: bytes, tag: str) -> bool:
        """Write one in place of that version (empty: of none); False: there is another now."""


@dataclass(frozen=True, slots=True)
class Lists:
    """Lists of the programs of images."""

    objects: Objects
    place: Place

    def keep(self, contents: Contents) -> Outcome:
        """Keep the list of an image; the same again writes nothing. The outcome is for the report.

        An image that no list can be made of keeps none: tasks are then protected without. Raises
        EnvironmentFault, and Passing where others write the same at this moment.
        """
        try:
            data = programs.dump(listed := programs.of_contents(contents))
        except InvalidInput as error:
            return Skipped(SUBJECT, error.message)
        digest = programs.digest(data)
        self._settle(self.place.of_list(digest), data)
        self._settle(self.place.of_image(listed.image), program_places.note(digest))
        return Covered(SUBJECT, f"{len(listed.programs)} programs, list {digest}")

    def _settle(self, key: str, data: bytes) -> None:
        """Have an object hold this, whatever it holds now."""
        for _ in range(_ATTEMPTS):
            try:
                found = self.objects.versioned(key, programs.LARGEST)
            except InvalidInput:  # nothing of ours is as large
                return self.objects.put(key, data)
            if found and found[0] == data:
                return None
            if self.objects.replace(key, data, found[1] if found else ""):
                return None
        raise Passing(f"{key} is written by somebody else at this moment", hint="it is tried again.")
