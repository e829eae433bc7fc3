"""Runtimes that keep their version in a small text file: a JDK, Go's tools, Erlang."""

import re
from collections.abc import Callable

from outrider import limits
from outrider.model.package import Evidence, Package
from outrider.scan.inventory.extractor import Extractor, File, Found, Wants
from outrider.scan.inventory.program.go_modules import standard_library

_JAVA = re.compile(r'^JAVA_VERSION="([\w.+-]{1,64})"\s*$', re.MULTILINE)
_ERLANG = re.compile(r"\d{1,3}(?:\.\d{1,4}){0,5}(?:-rc\d{1,2})?")


def read(file: File) -> Found:
    """One package; nothing where the file is another of the same name (`release` and `VERSION` are)."""
    teller = _TELLERS[file.path.rpartition("/")[2]]
    told = teller(file.data.decode("utf-8", "replace"))
    if told is None:
        return Found()
    kind, name, version = told
    package = Package(
        type=kind, name=name, version=version, evidence=Evidence.SIGNATURE, path=f"/{file.path}"
    )
    return Found(packages=(package,))


def _java(text: str) -> tuple[str, str, str] | None:
    """`release` of a JDK or JRE: shell assignments (https://openjdk.org/jeps/223)."""
    match = _JAVA.search(text)
    return ("generic", "openjdk", match[1]) if match else None


def _go(text: str) -> tuple[str, str, str] | None:
    """`VERSION` at the top of a Go toolchain: `go1.22.3` on its first line. Programs built with it have the
    same standard library."""
    version = standard_library(text.partition("\n")[0])
    return ("golang", "stdlib", version) if version else None


def _erlang(text: str) -> tuple[str, str, str] | None:
    """`OTP_VERSION` (https://www.erlang.org/doc/system/versions.html)."""
    version = text.strip()
    return ("generic", "erlang", version) if _ERLANG.fullmatch(version) else None


_TELLERS: dict[str, Callable[[str], tuple[str, str, str] | None]] = {
    "release": _java,
    "VERSION": _go,
    "OTP_VERSION": _erlang,
}

EXTRACTOR = Extractor(
    name="version_file",
    version=1,
    wants=Wants(names=frozenset(_TELLERS), pattern=re.compile(r"(?:^|/)(?:release|go/VERSION|OTP_VERSION)$")),
    limit=limits.OS_RELEASE,
    read=read,
)
