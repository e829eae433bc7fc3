"""The distribution, from os-release(5): https://www.freedesktop.org/software/systemd/man/os-release.html."""

import re

from outrider import limits
from outrider.errors import InvalidInput
from outrider.model.package import Release
from outrider.scan.inventory.extractor import Extractor, File, Found, Wants

_ASSIGNMENT = re.compile(r"[ \t]*([A-Z][A-Z0-9_]{0,63})=(.*)")
_ESCAPED = re.compile(r'\\([\\"$`])')
_BARE_ESCAPE = re.compile(r"\\(.)")


def read(file: File) -> Found:
    """A release; `/etc/os-release` is the one that counts where both are there, as systemd has it.

    Raises InvalidInput for a file without a single assignment.
    """
    values, odd = _assignments(file.data.decode("utf-8", "replace"))
    if not values:
        raise InvalidInput("it assigns nothing, so it is no os-release file")
    release = Release(
        id=values.get("ID", "linux").lower(),
        version=values.get("VERSION_ID", ""),
        name=values.get("PRETTY_NAME", values.get("NAME", "")),
        like=tuple(values.get("ID_LIKE", "").lower().split()),
        codename=values.get("VERSION_CODENAME", ""),
    )
    return Found(
        release=release, problems=(f"{odd} of its lines are not assignments of a shell",) if odd else ()
    )


def _assignments(text: str) -> tuple[dict[str, str], int]:
    """Names and values, the last of each counting, and the number of lines that make no sense."""
    values: dict[str, str] = {}
    odd = 0
    for line in text.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _ASSIGNMENT.fullmatch(line)
        value = _unquoted(match[2].rstrip()) if match else None
        if match is None or value is None:
            odd += 1
        else:
            values[match[1]] = value
    return values, odd


def _unquoted(text: str) -> str | None:
    """A value without a shell's quotes; None where they do not close. In double quotes a backslash takes
    its meaning from a quote, a backslash, a dollar or a backtick; in single quotes nothing has a meaning."""
    quote = text[:1]
    if quote not in {'"', "'"}:
        return _BARE_ESCAPE.sub(r"\1", text)
    if len(text) < 2 or text[-1] != quote:
        return None
    inner = text[1:-1]
    return inner if quote == "'" else _ESCAPED.sub(r"\1", inner)


EXTRACTOR = Extractor(
    name="os_release",
    version=1,
    wants=Wants(paths=frozenset({"etc/os-release", "usr/lib/os-release"})),
    limit=limits.OS_RELEASE,
    read=read,
)
