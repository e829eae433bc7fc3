"""Files at the command line: read under a cap, written whole or not at all. `-` is stdin or stdout."""

import os
import stat
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO

from outrider.errors import EnvironmentFault, InvalidInput, OutriderError, UsageError

STANDARD = "-"
"""The file name that stands for stdin when reading and stdout when writing."""


def read_capped(path: str | Path, limit: int, what: str) -> bytes:
    """Read a whole file of at most `limit` bytes; `what` names it in errors, as `the policy document`.

    Raises UsageError (missing, a directory), EnvironmentFault (may not be read), InvalidInput (over the cap).
    """
    with open_input(path, what) as stream:
        data = stream.read(limit + 1)
    if len(data) > limit:
        raise InvalidInput(
            f"{what} {_shown(path)} is larger than {limit} bytes",
            hint="is it the right file? The cap protects against input that was never meant for this.",
        )
    return data


def read_text(path: str | Path, limit: int, what: str) -> str:
    """Read a whole UTF-8 file of at most `limit` bytes. Raises as `read_capped`, also when not UTF-8."""
    try:
        return read_capped(path, limit, what).decode()
    except UnicodeDecodeError as error:
        raise InvalidInput(
            f"{what} {_shown(path)} is not UTF-8 text (byte {error.start})", hint="is it a binary file?"
        ) from None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file."""

    number: int
    """1-based."""
    data: bytes
    """Without the newline; empty when the line is blank or over the cap."""
    too_long: bool = False
    complete: bool = True
    """Whether it ends in a newline: the last line of a file that is still written to may not."""


def read_lines(path: str | Path, limit: int, what: str) -> Generator[Line, None, None]:
    """Lines of a file of any length. Of one over `limit` bytes nothing is kept: memory does not grow.

    Raises UsageError or EnvironmentFault, as `read_capped`.
    """
    with open_input(path, what) as stream:
        number = 0
        while raw := stream.readline(limit + 1):
            number += 1
            too_long = len(raw) > limit
            while raw and not raw.endswith(b"\n") and too_long:
                raw = stream.readline(limit + 1)
            yield Line(number, b"" if too_long else raw.strip(), too_long, raw.endswith(b"\n"))


@contextmanager
def open_input(path: str | Path, what: str) -> Iterator[BinaryIO]:
    """Open a file (or stdin) for reading bytes; what goes wrong comes out as an error of ours."""
    if str(path) == STANDARD:
        yield sys.stdin.buffer
        return
    try:
        with Path(path).open("rb") as stream:
            yield stream
    except OSError as error:
        raise _explain(error, f"{what} {_shown(path)}") from None


def write_atomic(path: str | Path, data: bytes | str, *, mode: int | None = None) -> None:
    """Put `data` (text as UTF-8) in place of the file at `path`: whole, on disk, or not at all.

    `mode` sets the permission bits; without it an existing file keeps its own, a new one follows the umask.
    A path that exists and is no regular file (a pipe, /dev/null) is written to, not replaced.
    Raises UsageError (no such directory) or EnvironmentFault (no permission, no space).
    """
    raw = data.encode() if isinstance(data, str) else data
    if str(path) == STANDARD:
        sys.stdout.flush()
        sys.stdout.buffer.write(raw)
        sys.stdout.buffer.flush()
        return
    try:
        _replace(Path(path), raw, mode)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise _explain(error, f"cannot write {_shown(path)}") from None


def _replace(path: Path, raw: bytes, mode: int | None) -> None:
    """Write to a temporary neighbour, make it durable, rename it over `path`."""
    with suppress(FileNotFoundError):
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            path.write_bytes(raw)
            return
        mode = stat.S_IMODE(found.st_mode) if mode is None else mode
    target = path.resolve()
    temporary = target.with_name(f".{target.name[:64]}.{token_hex(8)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    try:
        with open(descriptor, "wb") as stream:  # noqa: PTH123 - a descriptor, not a path
            if mode is not None:
                os.fchmod(descriptor, mode)
            stream.write(raw)
            stream.flush()
            os.fsync(descriptor)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _explain(error: OSError, subject: str) -> OutriderError:
    """Turn an operating system error into ours."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return UsageError(f"{subject}: there is no such file or directory", hint="check the path.")
    if isinstance(error, IsADirectoryError):
        return UsageError(f"{subject}: is a directory, a file is wanted")
    reason = error.strerror or str(error)
    return EnvironmentFault(f"{subject}: {reason}", hint="check permissions and free space.")


def _shown(path: str | Path) -> str:
    """A path as it is named in messages."""
    return "from standard input" if str(path) == STANDARD else str(path)
