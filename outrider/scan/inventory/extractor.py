"""What an extractor is: it names the files it wants and reads one of them at a time.

To add one:

1. Write `operating_system/NAME.py` or `language/NAME.py`: a function `File -> Found`, and `EXTRACTOR`.
2. Add it to the registry beside it (`registry.py`).
3. Put a fixture into `tests/data/scan/extractors/NAME/`: the file under its own path, and `expected.json`.
4. `pytest tests/contracts/test_extractors.py` does the rest: it is asked for what it must never do.
5. Raise `version` whenever the same bytes give another answer: stored inventories are then read anew.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from outrider.model.package import Owned, Package, Release


@dataclass(frozen=True, slots=True)
class File:
    """One file of an artifact, whole."""

    path: str
    """Relative to the artifact's root: no leading slash, no `.` or `..`, as `usr/lib/os-release`."""
    data: bytes
    """At most the extractor's `limit`."""


@dataclass(frozen=True, slots=True)
class Found:
    """What one file tells. Paths in it are absolute (`/` + File.path); layers are filled in by whoever
    merges."""

    packages: tuple[Package, ...] = ()
    owned: tuple[Owned, ...] = ()
    """Files and the OS package they belong to."""
    release: Release | None = None
    licences: tuple[tuple[str, str], ...] = ()
    """(OS package, licence) where the licence stands in another file than the package; for those without
    one."""
    inexact: tuple[str, ...] = ()
    """What it names without one exact version, a sentence each, without the path: no package, and no fault of
    the file's."""
    problems: tuple[str, ...] = ()
    """What could not be read of it, a sentence each, without the path. The rest is still told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wants:
    """Which files an extractor is offered: by whole path, by folder, by base name, or by ending; then
    `pattern` must match too.

    A file matches when (its path is in `paths`, or the path of its directory in `folders`, or its base name
    in `names`, or its base name ends with one of `endings`, or it is a program and `programs` is set) and,
    where there is a `pattern`, `pattern.search(path)` finds something.
    """

    paths: frozenset[str] = frozenset()
    folders: frozenset[str] = frozenset()
    """Directories whose files are wanted whatever their names, those below not: `var/lib/dpkg/status.d`."""
    names: frozenset[str] = frozenset()
    endings: frozenset[str] = frozenset()
    """Each begins with a dot, has no second one, and is lower case: `.jar`; the base name is compared in
    lower case."""
    programs: bool = False
    """ELF files, whatever their name and mode (the first bytes decide)."""
    pattern: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Extractor:
    """A reader of one kind of file.

    `read` gets whole files only, never raises anything but InvalidInput (the file is not what its name
    says), and
    is a function of its argument alone: same bytes, same answer, in the file's order.
    """

    name: str
    """That of its module: `dpkg`."""
    version: int
    wants: Wants = field(default_factory=Wants)
    limit: int
    """Largest file it takes, bytes, from `outrider.limits`. Larger ones are told of, not read."""
    read: Callable[[File], Found]
