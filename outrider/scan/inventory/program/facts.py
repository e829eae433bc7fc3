"""What kind of program a file is, and what the kernel and the loader will ask for to start it."""

import struct
from dataclasses import dataclass

from outrider import limits
from outrider.errors import InvalidInput
from outrider.scan.inventory.program import elf

_NEEDED, _STRTAB = 1, 5
_BLANK = b" \t"


@dataclass(frozen=True, slots=True)
class ProgramFacts:
    """As `Executable` has them: `format`, `interpreter` and `needs`."""

    format: str = ""
    """`elf`, `script`, or empty when it is neither."""
    interpreter: str = ""
    """PT_INTERP of an ELF file, the path after `#!` of a script; empty for a static program."""
    needs: tuple[str, ...] = ()
    """DT_NEEDED of an ELF file, in its order."""


def facts(data: bytes) -> ProgramFacts:
    """The facts of a program; never raises.

    The head of a file is enough for the format and, in all programs that linkers make, for the interpreter
    (4 KiB); `needs` are left out where they lie beyond `data`. What is damaged is left out too.
    """
    if data.startswith(elf.MAGIC):
        return _elf(data)
    if data.startswith(b"#!"):
        return _script(data)
    return ProgramFacts()


def _script(data: bytes) -> ProgramFacts:
    """The `#!` line as the kernel reads it (fs/binfmt_script.c): within 256 bytes, blanks around the path
    skipped, and no script at all where the path is missing or may go on beyond them."""
    head = data[2 : limits.SCRIPT_LINE]
    line, newline, _ = head.partition(b"\n")
    line = line.lstrip(_BLANK)
    path = line.replace(b"\t", b" ").partition(b" ")[0].partition(b"\0")[0]
    cut = not newline and len(data) >= limits.SCRIPT_LINE and len(path) == len(line)
    if not path or cut:
        return ProgramFacts()
    return ProgramFacts("script", path.decode("utf-8", "surrogateescape"))


def _elf(data: bytes) -> ProgramFacts:
    """What the program headers say."""
    try:
        head = elf.header(data)
        parts = elf.segments(data, head)
    except InvalidInput:
        return ProgramFacts("elf")
    interpreter = ""
    for part in parts:
        if part.kind == elf.INTERP:
            interpreter = elf.text(data, part.offset, min(part.size, limits.FILE_PATH)) or ""
            break
    return ProgramFacts("elf", interpreter, _needs(data, head, parts))


def _needs(data: bytes, head: elf.Header, parts: tuple[elf.Segment, ...]) -> tuple[str, ...]:
    """DT_NEEDED, read the way the loader does: by segments, whether there are sections or not."""
    entries = _dynamic(data, head, parts)
    tables = [value for tag, value in entries if tag == _STRTAB]
    strings = elf.offset_of(tables[0], parts) if tables else None
    if strings is None:
        return ()
    wanted = [value for tag, value in entries if tag == _NEEDED][: limits.PROGRAM_NEEDS]
    names = (elf.text(data, strings + value, limits.FILE_PATH) for value in wanted)
    return tuple(name for name in names if name)


def _dynamic(data: bytes, head: elf.Header, parts: tuple[elf.Segment, ...]) -> list[tuple[int, int]]:
    """(tag, value) of the dynamic segment, as far as `data` has it."""
    form = struct.Struct(head.order + ("II" if head.bits == 32 else "QQ"))
    found: list[tuple[int, int]] = []
    for part in parts:
        if part.kind != elf.DYNAMIC:
            continue
        size = min(part.size, max(len(data) - part.offset, 0), form.size * limits.PROGRAM_HEADERS)
        whole = data[part.offset : part.offset + size - size % form.size]
        for tag, value in form.iter_unpack(whole):
            if tag == 0:
                break
            found.append((tag, value))
        break
    return found
