"""Programs too large to be held: searched while they stream by, in bounded memory."""

from collections.abc import Iterable

from outrider import limits
from outrider.scan.inventory.extractor import Found
from outrider.scan.inventory.program import go_build_info, go_modules, rust, signature, signatures

_KEPT = signatures.BEFORE + signatures.AFTER
"""Bytes of the past that a banner, or Go's header, may still need."""


def search(path: str, chunks: Iterable[bytes]) -> Found:
    """What an ELF file over `limits.PROGRAM_WHOLE` tells; `path` as in `File`, `chunks` of any sizes.

    Finds Go's build information in the form of Go 1.18 and later, and the signatures of well-known
    programs, wherever chunks begin and end. Holds at most `limits.GO_BUILD_INFO` bytes and a chunk. What was
    not looked for is a problem: cargo-auditable data, and Go's older form, can only be found by the
    headers of a whole file.
    """
    searches = _Search(path)
    for chunk in chunks:
        searches.feed(chunk)
    found = searches.go()
    known = searches.known
    named = signature.told(path, known.signature, searches.versions) if known else Found()
    unseen = f"it is over {limits.PROGRAM_WHOLE} bytes: cargo-auditable data ({rust.SECTION}) not looked for"
    return Found(
        packages=(*found.packages, *named.packages), problems=(unseen, *found.problems, *named.problems)
    )


class _Search:
    """The bytes that may still matter, and what was seen."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.known = signatures.of(path)
        self.versions: set[str] = set()
        self._info: go_build_info.BuildInfo | None = None
        self._older = False
        self._data = b""
        self._base = 0
        """Offset in the file of the first byte of `_data`."""
        self._begun = -1
        """Where in `_data` build information begins whose end has not come yet."""

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes of the file."""
        seen = len(self._data)
        self._data += chunk
        if self.known:
            start = max(0, seen - _KEPT)
            self.versions |= self.known.versions(self._data[start:])
        if self._info is None:
            self._look(max(0, seen - go_build_info.HEADER) if self._begun < 0 else self._begun)
        keep = max(0, len(self._data) - _KEPT)
        if self._begun >= 0:
            keep = min(keep, self._begun)
            self._begun -= keep
        self._data = self._data[keep:]
        self._base += keep

    def go(self) -> Found:
        """What the build information says; older Go's is mentioned, for it cannot be followed here."""
        if self._info is not None:
            return go_modules.found(self._info, f"/{self.path}")
        if self._older or self._begun >= 0:
            return Found(problems=("its Go build information is cut short or of a form before Go 1.18",))
        return Found()

    def _look(self, at: int) -> None:
        """Find build information from an offset of `_data` on."""
        self._begun = -1
        while (at := self._data.find(go_build_info.MAGIC, at)) >= 0:
            if at + go_build_info.HEADER > len(self._data):
                return
            if (self._base + at) % go_build_info.ALIGNMENT == 0:
                if not go_build_info.inlined(self._data, at):
                    self._older = True
                elif self._decoded(at):
                    return
            at += 1

    def _decoded(self, at: int) -> bool:
        """Whether the search ends here: the strings are there, or will come."""
        try:
            self._info = go_build_info.inline(self._data, at)
        except go_build_info.NeedsMore:
            self._begun = at
            return True
        return self._info is not None
