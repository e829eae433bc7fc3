"""Reading an artifact: its parts on several cores, known ones from the cache, links in a second pass."""

import multiprocessing
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import cast

from outrider import limits
from outrider.cli.scanning.cache import Cache
from outrider.cli.scanning.crew import Processes
from outrider.cli.scanning.progress import Progress
from outrider.cli.targets.read_ahead import ReadAhead
from outrider.errors import InvalidInput, OutriderError
from outrider.model.outcome import Failed
from outrider.scan.artifact import Artifact
from outrider.scan.packed import pack, unpack
from outrider.scan.parts import Again, Part
from outrider.scan.walk import again as second_pass
from outrider.scan.walk import stored
from outrider.scan.walk.contents import LayerContents
from outrider.scan.walk.crew import Crew
from outrider.scan.walk.interest import Interest
from outrider.scan.walk.layer import fingerprint
from outrider.scan.walk.merge import Merged, merge
from outrider.scan.walk.readers import Readers

_CACHED = 64 << 20
"""Most that one layer's findings take in the cache, compressed."""

_CREWED = 2
"""Cores that a reader and one helper keep busy; with more, inflating and hashing get one of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """How parts are read in this scan."""

    interest: Interest
    readers: Readers
    cache: Cache
    jobs: int
    progress: Progress

    def read(self, artifact: Artifact) -> Merged:
        """Read all parts and merge them; what could not be read is among the outcomes."""
        parts = artifact.parts
        found = self._known(parts)
        missing = [index for index in range(len(parts)) if index not in found]
        for index, contents in self._fresh(parts, dict.fromkeys(missing)):
            found[index] = contents
            if contents.failure is None:
                self._remember(parts[index], contents)
        if missing:
            self.cache.trim()
        layers = [found[index] for index in range(len(parts))]
        layered = artifact.image is not None
        names = [part.name for part in parts]
        merged = merge(layers, self.interest, layered=layered, names=names)
        if not merged.again:
            return merged
        wanted: dict[int, Again | None] = dict(second_pass.by_layer(merged.again))
        again = dict(self._fresh(parts, wanted))
        return merge(layers, self.interest, again=again, layered=layered, names=names)

    def _fresh(
        self, parts: Sequence[Part], wanted: Mapping[int, Again | None]
    ) -> Iterator[tuple[int, LayerContents]]:
        """Read parts, or of each only some files again, as they come to their end."""
        together = self.jobs > 1 and any(wanted[index] is None for index in wanted) and _uneven(parts, wanted)
        with Processes(self.jobs - 1, self.interest, self.readers) if together else nullcontext() as crew:

            def work(index: int) -> LayerContents:
                return self._one(parts[index], wanted[index], crew)

            one_by_one = in_processes(work, list(wanted), 1 if together else self.jobs)
            for done, (index, contents) in enumerate(one_by_one, 1):
                name = parts[index].name
                self.progress.say(f"{done} of {len(wanted)} read: {name}")
                yield index, _died(name, contents) if isinstance(contents, int) else contents

    def _one(self, part: Part, again: Again | None, crew: Crew | None) -> LayerContents:
        """Read one part; runs in a process of its own, or with others who help."""
        ahead = ReadAhead if crew is not None and self.jobs > _CREWED else None
        try:
            return part.read(self.interest, self.readers, again=again, ahead=ahead, crew=crew)
        except OutriderError as error:
            return LayerContents(failure=Failed(part.name, error.message, error.hint))
        except MemoryError:
            return LayerContents(failure=Failed(part.name, "there is not enough memory to read it"))

    def _known(self, parts: Sequence[Part]) -> dict[int, LayerContents]:
        """What the cache has of the parts."""
        found = {}
        for index, part in enumerate(parts):
            if not part.identity:
                continue
            data = self.cache.get(self._name(part), _CACHED)
            with suppress(InvalidInput):  # a damaged file is read anew
                if data is not None:
                    found[index] = stored.load(_unpacked(data), fingerprint(self.interest, self.readers))
        return found

    def _remember(self, part: Part, contents: LayerContents) -> None:
        """Keep what was found in a part."""
        if part.identity and self.cache.directory is not None:
            self.cache.put(self._name(part), pack(stored.dump(contents)))

    def _name(self, part: Part) -> str:
        """Under which name the cache keeps a part: other extractors, another name."""
        return f"{part.identity}-{fingerprint(self.interest, self.readers)}"


def _unpacked(data: bytes) -> bytes:
    """A file of the cache. Raises InvalidInput."""
    return unpack(data, limits.LAYER_DOCUMENT, "what is stored of a layer")


def _uneven(parts: Sequence[Part], wanted: Iterable[int]) -> bool:
    """Whether one part is so much of all that the others cannot keep the other cores busy."""
    sizes = [parts[index].size for index in wanted]
    return len(sizes) == 1 or min(sizes) < 0 or 2 * max(sizes) > sum(sizes)


def in_processes(
    work: Callable[[int], LayerContents], items: Sequence[int], jobs: int
) -> Iterator[tuple[int, LayerContents | int]]:
    """Do `work` for each item, at most `jobs` at once, each in a forked process; results as they come.

    Forked, not spawned: what is to be read is in memory already and need not be sent. One item, or one job,
    is done here. A process that dies is a failure of its item, never of the scan: its exit status comes in
    place of a result, negative for a signal.
    """
    if jobs <= 1 or len(items) <= 1:
        for item in items:
            yield item, work(item)
        return
    waiting = list(reversed(items))
    running: dict[Connection, tuple[int, BaseProcess]] = {}
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                item = waiting.pop()
                receiver, process = _start(work, item)
                running[receiver] = (item, process)
            for ready in wait(list(running)):
                receiver = cast(Connection, ready)
                item, process = running.pop(receiver)
                yield item, _result(receiver, process)
    finally:
        for receiver, (_, process) in running.items():
            process.kill()
            process.join()
            receiver.close()


def _start(work: Callable[[int], LayerContents], item: int) -> tuple[Connection, BaseProcess]:
    """Fork a process that does the work and sends what came of it."""
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)

    def run() -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one who started us: he ends us
        receiver.close()
        with sender:
            sender.send(work(item))

    process = context.Process(target=run, daemon=True)
    process.start()
    sender.close()
    return receiver, process


def _result(receiver: Connection, process: BaseProcess) -> LayerContents | int:
    """What a process sent, or with what it ended instead."""
    try:
        contents = receiver.recv()
    except (EOFError, OSError):
        contents = None
    receiver.close()
    process.join()
    return contents if isinstance(contents, LayerContents) else process.exitcode or 0


def _died(name: str, status: int) -> LayerContents:
    """What is said of a part whose process ended without a result."""
    how = f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"
    hint = "is there enough memory? --jobs 1 takes least."
    return LayerContents(failure=Failed(name, f"the process that read it {how}", hint))
