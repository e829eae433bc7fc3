"""Names in archives made safe: relative, without empty, `.` and `..` parts, as a chroot would see them."""

from outrider import limits
from outrider.errors import InvalidInput
from outrider.scan.image.notes import Notes


def normalise(name: str) -> str:
    """The path that a name means below the root; empty for the root itself.

    Lexical, as Go's filepath.Clean after a leading slash, which is what container runtimes do: `..` never
    leads above the root. A trailing slash goes.
    """
    clean = name[2:] if name.startswith("./") else name
    if clean.endswith("/"):
        clean = clean.rstrip("/")
    if "/." not in clean and "//" not in clean and not clean.startswith(("/", ".")):
        return clean
    parts: list[str] = []
    for part in clean.split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in {"", "."}:
            parts.append(part)
    return "/".join(parts)


def climbs(name: str) -> bool:
    """Whether a name has a `..` part."""
    return ".." in name and ".." in name.split("/")


def usable(path: str, name: str, notes: Notes) -> bool:
    """Whether an entry of this path can be looked at; if not, or if its name tries to climb, say so."""
    if len(path) > limits.FILE_PATH:
        notes.add(f"{shown(path[:80])}…: left out, the name is longer than {limits.FILE_PATH} characters")
        return False
    if climbs(name):
        notes.add(f"{shown(name)}: the name climbs with `..`; taken as {shown('/' + path)}")
    return True


def text(raw: bytes) -> str:
    """A name as archives have it; bytes that are not UTF-8 become surrogates. Raises InvalidInput for NUL."""
    if b"\0" in raw:
        raise InvalidInput(f"the archive has a name with a NUL byte: {raw[:80]!r}")
    return raw.decode("utf-8", "surrogateescape")


def shown(path: str) -> str:
    """A path as reports may print it: what was not UTF-8 becomes `\\xff`, control characters too."""
    plain = path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    if plain.isprintable():
        return plain
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in plain
    )
