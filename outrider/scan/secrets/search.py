"""Search a file or a text for credentials. The two doors of this room.

No credential leaves: what comes out is redacted, with a fingerprint to know it again.
"""

import codecs
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from outrider import limits
from outrider.model.finding import Secret, Severity
from outrider.scan.secrets import names
from outrider.scan.secrets.candidates import Candidate, candidates
from outrider.scan.secrets.pattern import Verdict
from outrider.scan.secrets.places import is_foreign, is_utf16, left_out
from outrider.scan.secrets.plan import plan_for
from outrider.scan.secrets.secret import described, is_documented

MORE = "more-secrets"
"""Rule of the entry that says that a file has more secrets than are listed."""

_KEPT = 1024
"""Bytes before a window's begin that are seen again: what a credential is called stands before it."""


def wanted(path: str, size: int, head: bytes) -> bool:
    """Whether a file is searched: `path` relative, `size` and the first bytes of its content.

    `places.left_out` says why not.
    """
    return not left_out(path, size, head)


def search(path: str, chunks: Iterable[bytes]) -> tuple[Secret, ...]:
    """The credentials of a file, each once, at the first line that has it.

    The same bytes give the same answer however they are cut into chunks. At most `limits.SECRETS_PER_FILE`;
    then a last entry with the rule `MORE` says that there are others.
    """
    path = path.lstrip("/")
    foreign = is_foreign(path)
    plan = plan_for(path, foreign=foreign)
    found: dict[str, Secret] = {}
    taken = 0
    for window in _whole(chunks) or _windows(_as_bytes(chunks)):
        line, counted = window.line, 0
        for candidate in candidates(plan, window.data):
            start = candidate.start
            if not (window.fresh <= start < window.limit) or window.offset + start < taken:
                continue
            line, counted = line + window.data.count(b"\n", counted, start), start
            secret = _told(candidate, "/" + path, line, foreign)
            taken = window.offset + candidate.end
            if secret is None or secret.fingerprint in found:
                continue
            if len(found) == limits.SECRETS_PER_FILE:
                return (*found.values(), _more("/" + path, line))
            found[secret.fingerprint] = secret
    return tuple(found.values())


def search_text(place: str, text: str) -> tuple[Secret, ...]:
    """The credentials of a text that is no file; `place` is `env:NAME`, `label:NAME` or `history:3`.

    For `env:` and `label:` the text is the value; a name that says that it is a password makes it one, unless
    it is a placeholder or a reference. In other places every `NAME=VALUE` is judged so.
    """
    kind, _, name = place.partition(":")
    named = kind in {"env", "label"}
    value = text.removeprefix(f"{name}=") if named else text
    data = (f"{name}={value}" if named else value)[: limits.SECRET_TEXT].encode("utf-8", "surrogateescape")
    found: dict[str, Secret] = {}
    spans: list[tuple[int, int]] = []
    for candidate in candidates(plan_for("", foreign=False), data):
        spans.append((candidate.start, candidate.end))
        secret = _told(candidate, place, 0, foreign=False)
        if secret is not None:
            found.setdefault(secret.fingerprint, secret)
    for start, secret in names.assigned(place, data, whole=named):
        if not any(begin <= start < end for begin, end in spans):
            found.setdefault(secret.fingerprint, secret)
    kept = tuple(found.values())
    most = limits.SECRETS_PER_FILE
    return kept if len(kept) <= most else (*kept[:most], _more(place, 0))


def _told(candidate: Candidate, path: str, line: int, foreign: bool) -> Secret | None:
    """What a report says of a candidate; None for one that documentation prints."""
    if is_documented(candidate.secret):
        return None
    pattern, verdict = candidate.pattern, candidate.verdict
    if foreign and not verdict.checked:
        verdict = Verdict(confidence="low", severity=verdict.severity)
    return described(
        rule=pattern.name,
        title=pattern.title,
        path=path,
        line=line,
        secret=candidate.secret,
        severity=pattern.severity,
        confidence=pattern.confidence,
        verdict=verdict,
    )


def _more(path: str, line: int) -> Secret:
    """Says that there are more."""
    return Secret(
        rule=MORE,
        title=f"more than {limits.SECRETS_PER_FILE} secrets; the others are not listed",
        path=path,
        line=line,
        severity=Severity.HIGH,
        confidence="medium",
    )


@dataclass(frozen=True, slots=True)
class _Window:
    """A piece of a file."""

    data: bytes
    offset: int
    """Of its begin in the file."""
    fresh: int
    """Index from which credentials have not been seen in the window before."""
    limit: int
    """Index from which on they are seen whole in the next one."""
    line: int
    """1-based line of its begin."""


def _whole(chunks: Iterable[bytes]) -> tuple[_Window, ...]:
    """The only window of a file that comes in one small piece, as most do; empty for others."""
    if not isinstance(chunks, tuple) or len(chunks) != 1:
        return ()
    (data,) = chunks
    if len(data) >= limits.SECRET_WINDOW or is_utf16(data):
        return ()
    return (_Window(data, 0, 0, limits.SECRET_WINDOW, 1),)


def _windows(chunks: Iterable[bytes]) -> Iterator[_Window]:
    """Cut a file at the same places whatever its chunks are; each window repeats the end of the last one."""
    pieces: list[bytes] = []
    size, offset, fresh, line = 0, 0, 0, 1
    step = limits.SECRET_WINDOW - limits.SECRET_OVERLAP
    for chunk in chunks:
        pieces.append(chunk)
        size += len(chunk)
        if size < limits.SECRET_WINDOW:
            continue
        data, at = b"".join(pieces), 0
        while size - at >= limits.SECRET_WINDOW:
            window = data[at : at + limits.SECRET_WINDOW]
            yield _Window(window, offset, fresh, step, line)
            cut = step - _KEPT
            line += window.count(b"\n", 0, cut)
            at, offset, fresh = at + cut, offset + cut, _KEPT
        pieces, size = [data[at:]], size - at
    yield _Window(b"".join(pieces), offset, fresh, limits.SECRET_WINDOW, line)


def _as_bytes(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """UTF-16 with a byte order mark becomes UTF-8; everything else stays as it is."""
    rest = iter(chunks)
    first: list[bytes] = []
    while sum(map(len, first)) < 2 and (chunk := next(rest, None)) is not None:
        first.append(chunk)
    whole = itertools.chain(first, rest)
    if not is_utf16(b"".join(piece[:2] for piece in first)):
        yield from whole
        return
    decoder = codecs.getincrementaldecoder("utf-16")("replace")
    for chunk in whole:
        yield decoder.decode(chunk).encode("utf-8", "replace")
    yield decoder.decode(b"", final=True).encode("utf-8", "replace")
