"""Requirement files of pip: `requirements.txt`, `requirements-dev.txt`, `requirements/base.txt`.

Only what is pinned to one version (`==`, `===`) is a package. The others are told of: their versions are
decided by whoever installs them.
Format: https://pip.pypa.io/en/stable/reference/requirements-file-format/
"""

import re
from collections.abc import Iterator

from outrider import limits
from outrider.model.package import Evidence, Package
from outrider.scan.inventory.extractor import Extractor, File, Found, Wants
from outrider.scan.inventory.language import naming, places
from outrider.scan.inventory.language.listing import found
from outrider.scan.inventory.language.text import decode

_COMMENT = re.compile(r"(?:^|(?<=\s))#.*")
_NAME = re.compile(r"([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*(.*)", re.ASCII)
_PINNED = re.compile(r"\(?\s*+===?\s*+([\w.+!-]++)\s*+\)?\s*+(?:;.*|--.*)?")


def read(file: File) -> Found:
    """The pinned ones; the names of the others in one sentence. Raises InvalidInput where it is not text."""
    told: list[Package | str] = []
    for line in _lines(decode(file.data, "the requirements file")):
        named = _NAME.fullmatch(line)
        if not named:
            continue  # an option, a path or an address
        pinned = _PINNED.fullmatch(named[2])
        if pinned:
            told.append(
                Package(
                    type="pypi",
                    name=naming.pypi(named[1]),
                    version=pinned[1],
                    evidence=Evidence.DECLARED,
                    path=f"/{file.path}",
                )
            )
        elif not named[2] or named[2][0] in "<>=!~@;(-":
            told.append(naming.pypi(named[1]))
    return found(told)


def _lines(content: str) -> Iterator[str]:
    """Logical lines: continued ones joined, comments and empty ones left out."""
    waiting: list[str] = []
    for line in content.split("\n"):
        if line.endswith("\\"):
            waiting.append(line[:-1])
            continue
        whole = _COMMENT.sub("", "".join((*waiting, line))).strip()
        waiting = []
        if whole:
            yield whole


EXTRACTOR = Extractor(
    name="python_requirements",
    version=1,
    wants=Wants(
        endings=frozenset({".txt"}),
        pattern=places.outside(r"[^/]*requirements[^/]*\.txt|requirements/[^/]+\.txt"),
    ),
    limit=limits.PACKAGE_JSON,
    read=read,
)
