"""One file: who wants it, and what they say. Small files can be looked at elsewhere, in another process."""

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, replace

from outrider import limits
from outrider.errors import InvalidInput
from outrider.model.artifact import Executable
from outrider.model.finding import Secret
from outrider.model.outcome import Failed
from outrider.scan.image.entry import Entry
from outrider.scan.image.names import shown
from outrider.scan.inventory.extractor import Extractor, File, Found
from outrider.scan.walk.contents import FileFacts, Reading
from outrider.scan.walk.interest import Interest
from outrider.scan.walk.readers import Readers

HEAD = 4096
"""First bytes of a file by which its kind is told."""
MOVED = 1 << 20
"""Largest file that is looked at elsewhere, bytes: to move a larger one costs more than to wait for it."""
_PIECE = 256 << 10
_ELF = b"\x7fELF"
_EXECUTE = 0o111


@dataclass(frozen=True, slots=True)
class Work:
    """A file that somebody wants, held in memory: all that is needed to look at it anywhere."""

    path: str
    data: bytes
    search: bool
    """For secrets."""
    mode: int
    uid: int
    gid: int
    capabilities: bytes


def weigh(entry: Entry, interest: Interest, readers: Readers) -> FileFacts | Work | None:
    """What a regular file tells; of a small one what is to be looked at; None: nobody wants anything."""
    takers = interest.named(entry.path)
    if not entry.size:
        return _work(entry, b"", search=False) if takers or entry.mode & _EXECUTE else None
    try:
        head = _head(entry)
        elf = head.startswith(_ELF)
        search = readers.secret_wanted(entry.path, entry.size, head)
        program = elf or entry.mode & _EXECUTE
        unsearched = (
            entry.size > limits.SECRET_FILE
            and not program
            and readers.secret_wanted(entry.path, limits.SECRET_FILE, head)
        )
        if not takers and not search and not program:
            return FileFacts(path=entry.path, unsearched=True) if unsearched else None
        if elf:
            takers = interest.program(entry.path)
        most = max([extractor.limit for extractor in takers], default=0)
        if entry.size <= most or entry.size <= (limits.PROGRAM_WHOLE if program else MOVED):
            held = _work(entry, whole(entry, head), search=search)
            return held if entry.size <= MOVED else look(held, interest, readers)
        return _large_file(entry, head, takers, readers, search=search)
    except InvalidInput as error:
        return FileFacts(path=entry.path, failures=(_failed(entry.path, error),))


def _work(entry: Entry, data: bytes, *, search: bool) -> Work:
    """An entry with its bytes."""
    return Work(entry.path, data, search, entry.mode, entry.uid, entry.gid, entry.capabilities)


def look(file: Work, interest: Interest, readers: Readers) -> FileFacts:
    """Facts of a file that is held in memory."""
    path, data = file.path, file.data
    elf = data.startswith(_ELF)
    takers = interest.program(path) if elf else interest.named(path)
    readings, failures = extract(path, data, len(data), takers) if takers else ((), ())
    executable = None
    if elf or file.mode & _EXECUTE:
        digest = hashlib.sha256(data).hexdigest()
        executable, failure = _executable(file, len(data), data, digest, readers)
        failures = (*failures, *failure)
    secrets = readers.secrets(path, (data,)) if file.search else ()
    return FileFacts(path=path, readings=readings, executable=executable, secrets=secrets, failures=failures)


def _large_file(
    entry: Entry, head: bytes, takers: tuple[Extractor, ...], readers: Readers, *, search: bool
) -> FileFacts | None:
    """Facts of a file that streams by: one reader looks at the pieces, and all of them are hashed."""
    hashed = hashlib.sha256(head)
    elf = head.startswith(_ELF)

    def pieces() -> Iterator[bytes]:
        yield head
        while piece := entry.read(_PIECE):
            hashed.update(piece)
            yield piece

    stream = pieces()
    readings: tuple[Reading, ...] = ()
    failures = tuple(_too_large(entry.path, entry.size, e) for e in takers if not (elf and e.wants.programs))
    secrets: tuple[Secret, ...] = ()
    if elf:
        found, failure = _large_program(entry.path, stream, readers)
        readings, failures = (Reading("large", found),), (*failures, *failure)
        if search:
            failures = (*failures, Failed(subject(entry.path), "too large a program to search for secrets"))
    elif search:
        secrets = readers.secrets(entry.path, stream)
    executable = None
    if elf or entry.mode & _EXECUTE:
        for _ in stream:
            pass
        executable, failure = _executable(entry, entry.size, head, hashed.hexdigest(), readers)
        failures = (*failures, *failure)
    return FileFacts(
        path=entry.path, readings=readings, executable=executable, secrets=secrets, failures=failures
    )


def _large_program(path: str, pieces: Iterator[bytes], readers: Readers) -> tuple[Found, tuple[Failed, ...]]:
    """What a large ELF file tells."""
    try:
        found = readers.large(path, pieces)
    except InvalidInput as error:
        return Found(), (_failed(path, error),)
    return replace(found, problems=()), _problems(path, found)


def _executable(
    file: Entry | Work, size: int, data: bytes, sha256: str, readers: Readers
) -> tuple[Executable, tuple[Failed, ...]]:
    """A program, by its bytes or its first ones; one whose facts cannot be read is still one."""
    executable = Executable(
        path=f"/{file.path}",
        sha256=sha256,
        size=size,
        mode=file.mode,
        uid=file.uid,
        capabilities=file.capabilities.hex(),
    )
    try:
        facts = readers.facts(data)
    except InvalidInput as error:
        return executable, (_failed(file.path, error),)
    return replace(executable, format=facts.format, interpreter=facts.interpreter, needs=facts.needs), ()


def extract(
    path: str, data: bytes, size: int, takers: tuple[Extractor, ...]
) -> tuple[tuple[Reading, ...], tuple[Failed, ...]]:
    """Offer a file to the extractors that want it."""
    readings: list[Reading] = []
    failures: list[Failed] = []
    for extractor in takers:
        if size > extractor.limit:
            failures.append(_too_large(path, size, extractor))
            continue
        try:
            found = extractor.read(File(path, data))
        except InvalidInput as error:
            failures.append(_failed(path, error))
            continue
        if found.problems:
            failures += _problems(path, found)
            found = replace(found, problems=())
        readings.append(Reading(extractor.name, found))
    return tuple(readings), tuple(failures)


def _problems(path: str, found: Found) -> tuple[Failed, ...]:
    """What a reader says it could not read of a file, as outcomes."""
    return tuple(Failed(subject(path), problem) for problem in found.problems)


def _head(entry: Entry) -> bytes:
    """The first bytes of a file, as many as `HEAD` or all."""
    head = entry.read(HEAD)
    while len(head) < HEAD and len(head) < entry.size and (more := entry.read(HEAD - len(head))):
        head += more
    return head


def whole(entry: Entry, head: bytes) -> bytes:
    """All bytes of a file whose size was checked. A buffer, because joining pieces would hold it twice."""
    if len(head) >= entry.size:
        return head
    buffer = io.BytesIO()
    buffer.write(head)
    while piece := entry.read(_PIECE):
        buffer.write(piece)
    return buffer.getvalue()


def _too_large(path: str, size: int, extractor: Extractor) -> Failed:
    """The outcome for a file over an extractor's limit."""
    return Failed(
        subject(path), f"has {size} bytes, more than the {extractor.limit} that {extractor.name} reads"
    )


def _failed(path: str, error: InvalidInput) -> Failed:
    """The outcome for a file that could not be read."""
    return Failed(subject(path), error.message, error.hint)


def subject(path: str) -> str:
    """A file as outcomes name it."""
    return shown(f"/{path}")
