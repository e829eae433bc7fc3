"""One layer, read once: every file is offered to all who want it, and its bytes are taken at most once."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from outrider.errors import InvalidInput
from outrider.model.outcome import Failed
from outrider.scan.image.entry import Entry, EntryKind
from outrider.scan.image.notes import Notes
from outrider.scan.walk.contents import FileFacts, LayerContents, Reading
from outrider.scan.walk.crew import Crew, Line
from outrider.scan.walk.interest import Interest
from outrider.scan.walk.keeping import Keeping
from outrider.scan.walk.look import Work, extract, look, subject, weigh, whole
from outrider.scan.walk.readers import Readers


def read_layer(
    entries: Iterable[Entry],
    interest: Interest,
    readers: Readers,
    *,
    notes: Notes | None = None,
    whiteouts: bool = True,
    what: str = "the layer",
    crew: Crew | None = None,
) -> LayerContents:
    """Read a layer, or any other source of entries, in one pass.

    `notes` is what the source of the entries writes its remarks to. `whiteouts`: names that begin with
    `.wh.` are marks of an image's layer; not so in a zip or a folder. `crew`: others who look at some of the
    files; the result is the same with them and without. Never raises InvalidInput: where the
    source breaks off, what came before is returned with a `failure`, which calls it `what`.
    """
    keeping = Keeping(notes or Notes(), whiteouts=whiteouts)

    def keep(entry: Entry, facts: FileFacts | None) -> None:
        keeping.add(entry)
        if facts is not None:
            keeping.keep(facts)
        elif entry.kind is EntryKind.HARDLINK:
            _same(entry, interest, keeping)

    def seen(file: Work) -> FileFacts:
        return look(file, interest, readers)

    failure = None
    line = Line(keep, seen, crew) if crew is not None else None
    try:
        for entry in entries:
            found = weigh(entry, interest, readers) if entry.kind is EntryKind.FILE else None
            if line is not None:
                line.add(entry, found)
            else:
                keep(entry, seen(found) if isinstance(found, Work) else found)
    except InvalidInput as error:
        failure = Failed(what, error.message, error.hint)
    if line is not None:
        line.finish()
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
            data = whole(entry, b"") if 0 < entry.size <= largest else b""
            for name, takers in chosen.items():
                readings, failures = extract(name, data, entry.size, takers)
                keeping.keep(FileFacts(path=name, entry=entry.path, readings=readings, failures=failures))
    except InvalidInput as error:
        failure = Failed(what, error.message, error.hint)
    return keeping.contents(fingerprint(interest, readers), failure)


def _cannot(entry: Entry, names: tuple[str, ...], keeping: Keeping) -> None:
    """Say that what a link leads to is no file whose content stands here."""
    for name in names:
        failed = Failed(subject(name), f"a link leads it to {subject(entry.path)}, a {entry.kind} itself")
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
