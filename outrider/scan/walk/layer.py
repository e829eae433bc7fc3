"""One layer, read once: every file is offered to all who want it, and its bytes are taken at most once."""

import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from outrider import limits
from outrider.errors import InvalidInput
from outrider.model.artifact import Executable
from outrider.model.finding import Secret
from outrider.model.outcome import Failed
from outrider.scan.image.entry import Entry, EntryKind
from outrider.scan.image.names import shown
from outrider.scan.image.notes import Notes
from outrider.scan.inventory.extractor import Extractor, File, Found
from outrider.scan.walk.contents import FileFacts, LayerContents, Reading
from outrider.scan.walk.interest import Interest
from outrider.scan.walk.keeping import Keeping
from outrider.scan.walk.readers import Readers

HEAD = 4096
"""First bytes of a file by which its kind is told."""
_PIECE = 256 << 10
_ELF = b"\x7fELF"
_EXECUTE = 0o111


def read_layer(
    entries: Iterable[Entry],
    interest: Interest,
    readers: Readers,
    *,
    notes: Notes | None = None,
    whiteouts: bool = True,
    what: str = "the layer",
) -> LayerContents:
    """Read a layer, or any other source of entries, in one pass.

    `notes` is what the source of the entries writes its remarks to. `whiteouts`: names that begin with
    `.wh.` are marks of an image's layer; not so in a zip or a folder. Never raises InvalidInput: where the
    source breaks off, what came before is returned with a `failure`, which calls it `what`.
    """
    keeping = Keeping(notes or Notes(), whiteouts=whiteouts)
    failure = None
    try:
        for entry in entries:
            keeping.add(entry)
            if entry.kind is EntryKind.FILE:
                facts = _look(entry, interest, readers)
                if facts is not None:
                    keeping.keep(facts)
            elif entry.kind is EntryKind.HARDLINK:
                _same(entry, interest, keeping)
    except InvalidInput as error:
        failure = Failed(what, error.message, error.hint)
    return keeping.contents(fingerprint(interest, readers), failure)


def read_again(
    entries: Iterable[Entry],
    interest: Interest,
    readers: Readers,
    wanted: Mapping[str, tuple[str, ...]],
    what: str = "the layer",
) -> LayerContents:
    """Read only certain files of a layer, under names that links give them: entry path → those names.

    Each name gets its `FileFacts`, an empty one where there was nothing to read. Never raises InvalidInput,
    as `read_layer`.
    """
    keeping = Keeping(Notes(), whiteouts=False)
    for entry_path, names in wanted.items():
        for name in names:
            keeping.keep(FileFacts(path=name, entry=entry_path))
    failure = None
    try:
        for entry in entries:
            names = wanted.get(entry.path, ())
            if entry.kind is not EntryKind.FILE:
                _cannot(entry, names, keeping)
                continue
            chosen = {name: interest.named(name) for name in names}
            largest = max((e.limit for takers in chosen.values() for e in takers), default=0)
            data = _whole(entry, b"") if 0 < entry.size <= largest else b""
            for name, takers in chosen.items():
                readings, failures = _extract(name, data, entry.size, takers)
                keeping.keep(FileFacts(path=name, entry=entry.path, readings=readings, failures=failures))
    except InvalidInput as error:
        failure = Failed(what, error.message, error.hint)
    return keeping.contents(fingerprint(interest, readers), failure)


def _cannot(entry: Entry, names: tuple[str, ...], keeping: Keeping) -> None:
    """Say that what a link leads to is no file whose content stands here."""
    for name in names:
        failed = Failed(_subject(name), f"a link leads it to {_subject(entry.path)}, a {entry.kind} itself")
        keeping.keep(FileFacts(path=name, entry=entry.path, failures=(failed,)))


def fingerprint(interest: Interest, readers: Readers) -> str:
    """What stored contents must carry to be used in place of a reading."""
    return f"{interest.fingerprint}-{readers.version}"


def _same(entry: Entry, interest: Interest, keeping: Keeping) -> None:
    """A hard link: what is known of the file under its other name, or that somebody wants to know it."""
    known = keeping.known(entry.link)
    takers = {extractor.name for extractor in interest.named(entry.path)}
    if known is not None and takers <= {reading.extractor for reading in known.readings}:
        keeping.keep(renamed(known, entry.path))
    elif takers:
        other = renamed(known, entry.path) if known is not None else FileFacts(path=entry.path)
        keeping.keep(replace(other, readings=(), hardlink=entry.link))


def renamed(facts: FileFacts, path: str) -> FileFacts:
    """The same facts of the same bytes under another path."""
    old, new = f"/{facts.path}", f"/{path}"

    def moved(text: str) -> str:
        return new + text[len(old) :] if text.startswith(old) else text

    return replace(
        facts,
        path=path,
        readings=tuple(
            Reading(
                reading.extractor,
                replace(
                    reading.found,
                    packages=tuple(replace(p, path=moved(p.path)) for p in reading.found.packages),
                ),
            )
            for reading in facts.readings
        ),
        executable=facts.executable and replace(facts.executable, path=new),
        secrets=tuple(replace(secret, path=moved(secret.path)) for secret in facts.secrets),
        failures=tuple(replace(failure, subject=moved(failure.subject)) for failure in facts.failures),
    )


def _look(entry: Entry, interest: Interest, readers: Readers) -> FileFacts | None:
    """All that anybody wants to know of a regular file; None: nobody wants anything."""
    takers = interest.named(entry.path)
    if not entry.size:
        if not takers and not entry.mode & _EXECUTE:
            return None
        return _whole_file(entry, b"", takers, readers, search=False)
    try:
        head = _head(entry)
        elf = head.startswith(_ELF)
        if elf:
            takers = interest.program(entry.path)
        search = readers.secret_wanted(entry.path, entry.size, head)
        program = elf or entry.mode & _EXECUTE
        unsearched = (
            entry.size > limits.SECRET_FILE
            and not program
            and readers.secret_wanted(entry.path, limits.SECRET_FILE, head)
        )
        if not takers and not search and not program:
            return FileFacts(path=entry.path, unsearched=True) if unsearched else None
        most = max((extractor.limit for extractor in takers), default=0)
        if entry.size <= max(most, limits.PROGRAM_WHOLE if program else 0):
            data = _whole(entry, head)
            return _whole_file(entry, data, takers, readers, search=search)
        return _large_file(entry, head, takers, readers, search=search)
    except InvalidInput as error:
        return FileFacts(path=entry.path, failures=(_failed(entry.path, error),))


def _whole_file(
    entry: Entry, data: bytes, takers: tuple[Extractor, ...], readers: Readers, *, search: bool
) -> FileFacts:
    """Facts of a file that is held in memory."""
    readings, failures = _extract(entry.path, data, entry.size, takers)
    executable = None
    if entry.mode & _EXECUTE or data.startswith(_ELF):
        executable, failure = _executable(entry, data, hashlib.sha256(data).hexdigest(), readers)
        failures = (*failures, *failure)
    return FileFacts(
        path=entry.path,
        readings=readings,
        executable=executable,
        secrets=readers.secrets(entry.path, (data,)) if search else (),
        failures=failures,
    )


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
            failures = (*failures, Failed(_subject(entry.path), "too large a program to search for secrets"))
    elif search:
        secrets = readers.secrets(entry.path, stream)
    executable = None
    if elf or entry.mode & _EXECUTE:
        for _ in stream:
            pass
        executable, failure = _executable(entry, head, hashed.hexdigest(), readers)
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
    entry: Entry, data: bytes, sha256: str, readers: Readers
) -> tuple[Executable, tuple[Failed, ...]]:
    """A program, by its bytes or its first ones; one whose facts cannot be read is still one."""
    executable = Executable(
        path=f"/{entry.path}",
        sha256=sha256,
        size=entry.size,
        mode=entry.mode,
        uid=entry.uid,
        capabilities=entry.capabilities.hex(),
    )
    try:
        facts = readers.facts(data)
    except InvalidInput as error:
        return executable, (_failed(entry.path, error),)
    return replace(executable, format=facts.format, interpreter=facts.interpreter, needs=facts.needs), ()


def _extract(
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
        readings.append(Reading(extractor.name, replace(found, problems=())))
        failures += _problems(path, found)
    return tuple(readings), tuple(failures)


def _problems(path: str, found: Found) -> tuple[Failed, ...]:
    """What a reader says it could not read of a file, as outcomes."""
    return tuple(Failed(_subject(path), problem) for problem in found.problems)


def _head(entry: Entry) -> bytes:
    """The first bytes of a file, as many as `HEAD` or all."""
    head = entry.read(HEAD)
    while len(head) < HEAD and len(head) < entry.size and (more := entry.read(HEAD - len(head))):
        head += more
    return head


def _whole(entry: Entry, head: bytes) -> bytes:
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
        _subject(path), f"has {size} bytes, more than the {extractor.limit} that {extractor.name} reads"
    )


def _failed(path: str, error: InvalidInput) -> Failed:
    """The outcome for a file that could not be read."""
    return Failed(_subject(path), error.message, error.hint)


def _subject(path: str) -> str:
    """A file as outcomes name it."""
    return shown(f"/{path}")
