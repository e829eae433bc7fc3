"""The table of names as a file on the task volume: only the agent writes it, supervisors read it at any time.

Written with pwrite, not through a mapping: a call is a barrier, which Python cannot make otherwise, and a
file that somebody shortens is an error here and not a signal.
"""

import os
import time
from pathlib import Path

from outrider.errors import InvalidInput
from outrider.runtime import names_table
from outrider.runtime.names_table import Grant

MODE = 0o644
"""Supervisors run as any user. What is in it, every container of the task could see on the network itself."""

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_FLAGS = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW


class NamesTable:
    """The file. Its methods block for microseconds and raise OSError."""

    def __init__(self, path: Path) -> None:
        self.generation = 0
        self.evicted = 0
        self._path = path
        self._descriptor = -1

    def open(self, reading: bool) -> None:
        """Open the table; one of this boot is taken over with all it grants, any other is begun anew.

        `reading`: as of sign_of_life(); a new table never says anything else.
        """
        boot = bytes.fromhex(_BOOT_ID.read_text().strip().replace("-", ""))
        self._descriptor = os.open(self._path, _FLAGS, MODE)
        os.fchmod(self._descriptor, MODE)
        try:
            found = names_table.read_header(os.pread(self._descriptor, names_table.HEADER.size, 0))
            whole = os.fstat(self._descriptor).st_size == names_table.SIZE
            if not whole or found.boot != boot:
                raise InvalidInput("of another boot, or cut")
            self.generation, self.evicted = found.generation, found.evicted
            self.sign_of_life(reading)
        except InvalidInput:
            self._begin(boot, time.monotonic_ns() if reading else 0)

    def put(self, grant: Grant) -> None:
        """Enter a grant; the same again lasts as the later one says."""
        start = names_table.bucket_of(grant.address)
        bucket = os.pread(self._descriptor, names_table.WAYS * names_table.ENTRY.size, start)
        if len(bucket) < names_table.WAYS * names_table.ENTRY.size:
            raise OSError(f"{self._path} was shortened")
        placed = names_table.place(bucket, start, grant, time.monotonic_ns())
        entry = names_table.entry(grant, placed.sequence)
        os.pwrite(self._descriptor, names_table.odd(placed.sequence), placed.offset)
        os.pwrite(self._descriptor, entry[4:], placed.offset + 4)
        os.pwrite(self._descriptor, entry[:4], placed.offset)
        self.generation += 1
        self._number(names_table.GENERATION_AT, self.generation)
        if placed.evicts:
            self.evicted += 1
            self._number(names_table.EVICTED_AT, self.evicted)

    def sign_of_life(self, reading: bool) -> None:
        """Say that answers are read just now, or that they are not: then no connect waits for one."""
        self._number(names_table.ALIVE_AT, time.monotonic_ns() if reading else 0)

    def close(self) -> None:
        """Write no more; what is granted stays granted."""
        if self._descriptor >= 0:
            self.sign_of_life(False)
            os.close(self._descriptor)
            self._descriptor = -1

    def _begin(self, boot: bytes, alive_ns: int) -> None:
        """A table that grants nothing. The header comes last: until then it is none."""
        os.ftruncate(self._descriptor, 0)
        os.ftruncate(self._descriptor, names_table.SIZE)
        os.pwrite(self._descriptor, names_table.header(boot, alive_ns=alive_ns), 0)

    def _number(self, offset: int, number: int) -> None:
        """One field of the header."""
        os.pwrite(self._descriptor, number.to_bytes(8, "little"), offset)
