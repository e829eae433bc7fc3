"""Go's go.mod: the modules that a program requires, replacements put in (https://go.dev/ref/mod#go-mod-file).

The standard library is listed when the file names one release of it: by `toolchain`, or by `go` with three
numbers. `go 1.20` alone is a lower bound. go.sum is not read: it has hashes of modules that were only
considered.
"""

import re
from collections.abc import Iterator

from outrider import limits
from outrider.model.package import Evidence, Package
from outrider.scan.inventory.extractor import Extractor, File, Found, Wants
from outrider.scan.inventory.language import naming, places
from outrider.scan.inventory.language.listing import found
from outrider.scan.inventory.language.text import decode

_RELEASE = re.compile(r"(?:go)?(1\.\d+\.\d+|1\.\d+(?:rc|beta)\d+)(?:[-+].*)?", re.ASCII)


def read(file: File) -> Found:
    """The required modules, and the standard library. Raises InvalidInput where it is not text."""
    directives = list(_directives(decode(file.data, "go.mod")))
    replaced = dict(_replacement(words) for verb, words in directives if verb == "replace" and "=>" in words)
    return found(
        (*_required(directives, replaced, f"/{file.path}"), *_toolchain(directives, f"/{file.path}"))
    )


def _directives(content: str) -> Iterator[tuple[str, list[str]]]:
    """Verb and words of each line, those in blocks under the block's verb."""
    block = ""
    for line in content.split("\n"):
        words = [word.strip('"`') for word in line.partition("//")[0].split()]
        if not words:
            continue
        if words == [")"]:
            block = ""
        elif not block and words[-1] == "(":
            block = words[0]
        else:
            yield (block, words) if block else (words[0], words[1:])


def _replacement(words: list[str]) -> tuple[tuple[str, str], tuple[str, str]]:
    """`old [v] => new [v]` as old module and version (empty: all of them), new module and version (empty: a
    folder)."""
    at = words.index("=>")
    old, new = [*words[:at], "", ""], [*words[at + 1 :], "", ""]
    return (old[0], old[1]), (new[0], new[1])


def _required(
    directives: list[tuple[str, list[str]]], replaced: dict[tuple[str, str], tuple[str, str]], path: str
) -> Iterator[Package]:
    """A module that is replaced by a folder is part of the program and left out."""
    for verb, words in directives:
        if verb != "require" or len(words) != 2:
            continue
        wanted = (words[0], words[1])
        module, version = replaced.get(wanted) or replaced.get((words[0], "")) or wanted
        if version:
            yield _package(module, version, path)


def _toolchain(directives: list[tuple[str, list[str]]], path: str) -> Iterator[Package]:
    """The release of Go, where there is one. `toolchain` wins."""
    said = {verb: words[0] for verb, words in directives if verb in {"go", "toolchain"} and words}
    match = _RELEASE.fullmatch(said.get("toolchain", "")) or _RELEASE.fullmatch(said.get("go", ""))
    if match:
        yield _package("stdlib", match[1], path)


def _package(module: str, version: str, path: str) -> Package:
    namespace, name = naming.golang(module)
    return Package(
        type="golang", namespace=namespace, name=name, version=version, evidence=Evidence.DECLARED, path=path
    )


EXTRACTOR = Extractor(
    name="go_mod",
    version=1,
    wants=Wants(names=frozenset({"go.mod"}), pattern=places.outside(r"go\.mod")),
    limit=limits.PACKAGE_JSON,
    read=read,
)
