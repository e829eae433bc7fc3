"""Reading an artifact within an invocation's time: parts that are known from the state bucket, new ones once.

Every part that was read is kept before the next is begun. When time runs short the scan stops and says so;
its next attempt finds what was kept and goes on from there. A part that is begun again and again without an
end, because it takes longer than an invocation or more memory than the function has, is `Failed`.
"""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

from outrider.errors import EnvironmentFault, InvalidInput
from outrider.model.outcome import Failed
from outrider.scan.artifact import Artifact
from outrider.scan.parts import Again, LayerPart, Open, Part
from outrider.scan.walk import again as second_pass
from outrider.scan.walk.contents import LayerContents
from outrider.scan.walk.interest import Interest
from outrider.scan.walk.layer import fingerprint
from outrider.scan.walk.merge import Merged, merge
from outrider.scan.walk.readers import Readers
from scanner_lambda import inventories
from scanner_lambda.inventories import Documents
from scanner_lambda.progress import ContinueLater, Counts, Passing
from scanner_lambda.state import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """How parts are read in one invocation."""

    interest: Interest
    readers: Readers
    documents: Documents
    state: State
    left: Callable[[], int]
    """Milliseconds until the invocation ends."""
    stop_before: int
    """Milliseconds before the end in which nothing is read any more."""
    tries: int
    last: bool
    """The scan may not be continued again: what is not read now never is."""

    def read(self, artifact: Artifact, artifact_id: str, counts: Counts) -> Merged:
        """Read all parts and merge them. Raises ContinueLater, EnvironmentFault."""
        found = [self._part(part, artifact_id, counts) for part in artifact.parts]
        names = [part.name for part in artifact.parts]
        layered = artifact.image is not None
        merged = merge(found, self.interest, layered=layered, names=names)
        if not merged.again:
            return merged
        again = {
            index: self._fresh(artifact.parts[index], artifact_id, wanted)
            for index, wanted in second_pass.by_layer(merged.again).items()
        }
        return merge(found, self.interest, again=again, layered=layered, names=names)

    def _part(self, part: Part, artifact_id: str, counts: Counts) -> LayerContents:
        """One part: known, or read now and kept."""
        mark = fingerprint(self.interest, self.readers)
        if (known := inventories.part(self.documents, part.identity, mark)) is not None:
            counts.known += 1
            return known
        contents = self._fresh(part, artifact_id, None)
        if contents.failure is None:
            inventories.keep_part(self.documents, part.identity, mark, contents)
            counts.read += 1
            counts.bytes += contents.bytes
        gc.collect()  # what reading left in cycles must not add up over the layers
        return contents

    def _fresh(self, part: Part, artifact_id: str, again: Again | None) -> LayerContents:
        """Read a part, or of it only some files, within the time."""
        name = part.identity if again is None else f"again-{part.identity}"
        if self._short() and not self.last:
            raise ContinueLater(f"{part.name} is left for the next invocation")
        if (tries := self.state.begin(artifact_id, name)) > self.tries:
            return _failed(part, f"it was begun {tries - 1} times and never came to its end", _ROOM)
        try:
            contents = self._timed(part).read(self.interest, self.readers, again=again)
        except MemoryError:
            contents = _failed(part, "there is not enough memory to read it", _ROOM)
        except InvalidInput as error:
            contents = _failed(part, error.message, error.hint)
        except Passing:  # the part is not to blame, and is not counted as one that never ends
            with suppress(EnvironmentFault):
                self.state.finish(artifact_id, name)
            raise
        except ContinueLater:
            if not self.last:
                raise
            contents = _failed(part, "it cannot be read in the time that invocations have", _ROOM)
        self.state.finish(artifact_id, name)
        return contents

    def _timed(self, part: Part) -> Part:
        """The part; of a layer, its blob gives up when time runs short."""
        return replace(part, blob=self._watched(part.blob)) if isinstance(part, LayerPart) else part

    def _watched(self, blob: Open) -> Open:
        """A blob that looks at the clock."""

        @contextmanager
        def opened() -> Iterator[Callable[[int], bytes]]:
            with blob() as read:

                def timed(most: int) -> bytes:
                    if self._short():
                        raise ContinueLater("the invocation's time is over")
                    return read(most)

                yield timed

        return opened

    def _short(self) -> bool:
        """Whether the time is over."""
        return self.left() < self.stop_before


_ROOM = "give the function more time or memory, or scan it with `outrider scan`."


def _failed(part: Part, error: str, hint: str) -> LayerContents:
    """A part of which nothing is known."""
    return LayerContents(failure=Failed(part.name, error, hint))
