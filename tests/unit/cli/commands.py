"""Runs `outrider` in this process, as the console script does."""

import io
import sys
from dataclasses import dataclass

import pytest

from outrider.cli.main import main


@dataclass(frozen=True)
class Result:
    status: int
    out: str
    err: str


class Outrider:
    """Calls the command line; keeps nothing from one call to the next."""

    def __init__(self, capture: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch) -> None:
        self._capture, self._patch = capture, patch

    def __call__(self, *arguments: object, stdin: bytes = b"") -> Result:
        self._patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        self._capture.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        said = self._capture.readouterr()
        assert isinstance(ended.value.code, int)
        return Result(int(ended.value.code), said.out, said.err)

    def ok(self, *arguments: object, stdin: bytes = b"") -> Result:
        """Call it, and expect that it succeeds."""
        result = self(*arguments, stdin=stdin)
        assert result.status == 0, result
        return result
