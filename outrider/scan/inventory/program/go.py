"""Modules of Go programs, from the build information in them."""

from outrider import limits
from outrider.errors import InvalidInput
from outrider.scan.inventory.extractor import Extractor, File, Found, Wants
from outrider.scan.inventory.program import elf, go_build_info, go_modules


def read(file: File) -> Found:
    """Packages of type `golang`; nothing for a program that is not Go's. Raises InvalidInput for damaged
    build information. An ELF file whose own headers are damaged is no program, and no fault of ours."""
    try:
        head = elf.header(file.data)
        elf.segments(file.data, head)
    except InvalidInput:
        return Found()
    info = go_build_info.of(file.data)
    return go_modules.found(info, f"/{file.path}") if info else Found()


EXTRACTOR = Extractor(name="go", version=2, wants=Wants(programs=True), limit=limits.PROGRAM_WHOLE, read=read)
