"""Libraries bundled into a script without any metadata, recognised by the banners that licences make bundlers
keep.

Looked at: the first comment of a `.js` file, its `/*!` and `@license` comments wherever they are, and the
files `*.LICENSE.txt` into which webpack moves them. A line counts when it begins with a title of the table
and a version. Scripts below node_modules are left to the package.json beside them.
"""

import re
from collections.abc import Iterator
from itertools import islice

from outrider import limits
from outrider.model.package import Evidence
from outrider.scan.inventory.extractor import Extractor, File, Found, Wants
from outrider.scan.inventory.language import node_manifest, places
from outrider.scan.inventory.language.javascript_titles import TITLES
from outrider.scan.inventory.language.listing import found

_HEAD = 1024
"""Of the file: some libraries begin with `//` or `/**`."""
_LEADING = re.compile(rb"\s*+(?:/\*.*?(?:\*/|\Z)|(?://[^\n]*+\n?)++)", re.DOTALL)
_OPENING = re.compile(rb"[/(]\*!|[/(]\*\*?\s{0,8}(?:\*\s{0,8})?@(?:license|preserve)|//! ")
_MARKS = (b"*!", b"@license", b"@preserve", b"//! ")
"""One of them is in whatever `_OPENING` finds: to look for them first costs a tenth of it."""
_DECORATION = re.compile(r"[\s*/!(]*(?:@(?:license|preserve)\s+)?[\s*]*")
_BANNER = re.compile(
    r"(@?[A-Za-z][\w.@/:-]*+(?: [A-Za-z][\w.-]*+){0,3}?)"  # the title
    r"(?: -)?,?(?: version)?:? [vV]?"
    r"(\d+\.\d+(?:\.\d+)?(?:-[A-Za-z][\w.]*)?)(?!\w)",
    re.ASCII,
)
_SPLIT_TITLE = re.compile(r"(moment\.js)\s++(?://!|\*)?\s*+version ?: ?(\d+\.\d+\.\d+)")
_REACT_FILE = re.compile(
    r"(react(?:-dom|-is|-test-renderer)?)[\w-]*+(?:\.browser)?\.(?:production|development)\."
)


def read(file: File) -> Found:
    """The libraries named by banners. Never raises: a script without banners is a script."""
    named = dict.fromkeys(pair for comment in _comments(file.data) for pair in _banners(comment))
    return found(
        node_manifest.package(name, version, f"/{file.path}", evidence=Evidence.SIGNATURE)
        for name, version in named
    )


def _comments(data: bytes) -> Iterator[str]:
    """The comment that the file begins with, and the beginning of each legal comment."""
    leading = _LEADING.match(data[:_HEAD])
    if leading:
        yield leading[0].decode("utf-8", "replace")
    if not any(mark in data for mark in _MARKS):
        return
    for match in islice(_OPENING.finditer(data), limits.SCRIPT_COMMENTS):
        comment = data[match.start() : match.start() + limits.SCRIPT_COMMENT]
        if comment.startswith(b"//"):  # of lines: what comes after them is code
            lines = _LEADING.match(comment)
            yield lines[0].decode("utf-8", "replace") if lines else ""
            continue
        ends = [at for at in (comment.find(b"*/"), comment.find(b"*)")) if at > 0]
        yield comment[: min(ends, default=len(comment))].decode("utf-8", "replace")


def _banners(comment: str) -> Iterator[tuple[str, str]]:
    """Name and version of each line that is a banner."""
    split = _SPLIT_TITLE.search(comment)
    if split:
        yield TITLES[split[1]], split[2]
    for line in comment.split("\n"):
        decoration = _DECORATION.match(line)
        match = _BANNER.match(line, decoration.end() if decoration else 0)
        name = TITLES.get(match[1].lower(), "") if match else ""
        if match and name:
            yield (_react(comment) if name == "react" else name), match[2]


def _react(comment: str) -> str:
    """All of React's files are called React; the second line has the file's name."""
    file = _REACT_FILE.search(comment)
    return file[1] if file else "react"


EXTRACTOR = Extractor(
    name="javascript_banner",
    version=1,
    wants=Wants(
        endings=frozenset({".js", ".mjs", ".cjs", ".txt"}),
        pattern=places.outside(r"[^/]+\.(?:js|mjs|cjs)|[^/]+\.LICENSE\.txt"),
    ),
    limit=limits.SCRIPT_FILE,
    read=read,
)
