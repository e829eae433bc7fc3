"""A layer as it comes from a registry: a stream that survives broken connections and does not stall."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import requests

from outrider.cli.registry import Registry, explained
from outrider.errors import EnvironmentFault, InvalidInput
from outrider.scan.image.manifest import Descriptor
from outrider.scan.image.reference import Reference

_SLOWEST = 64 << 10
"""Bytes a second, over the whole blob: who is slower than that is stalling."""

_PATIENCE = 60.0
"""Seconds on top of what the slowest rate allows."""

_RESUMED = 3
"""Broken connections (a count) after which a blob is given up."""


@dataclass(slots=True)
class _Open:
    """An answer whose body is still to be read."""

    url: str
    response: requests.Response

    @property
    def status(self) -> int:
        """HTTP status."""
        return self.response.status_code

    @property
    def headers(self) -> requests.structures.CaseInsensitiveDict[str]:
        """HTTP headers."""
        return self.response.headers


@dataclass(slots=True)
class Blob:
    """One blob, read from front to back. Its digest is for the reader to check: he sees all of it."""

    registry: Registry
    image: Reference
    wanted: Descriptor
    clock: Callable[[], float] = time.monotonic
    _open: _Open | None = None
    _position: int = 0
    _broken: int = 0
    _deadline: float = field(default=0.0)

    def read(self, most: int = 1 << 20) -> bytes:
        """The next bytes, at most so many; empty at the end.

        Raises EnvironmentFault where the registry stalls or breaks off for good, InvalidInput where it sends
        more or less than it announced.
        """
        while self._position < self.wanted.size:
            try:
                piece = self._piece(most)
            except EnvironmentFault:
                if not self._again():
                    raise
                continue
            if piece:
                return self._counted(piece)
            if not self._again():
                raise InvalidInput(
                    f"{self._what()}: {self._position} bytes came where {self.wanted.size} were announced"
                )
        self.close()
        return b""

    def close(self) -> None:
        """Let the connection go."""
        if self._open is not None:
            self._open.response.close()
            self._open = None

    def _piece(self, most: int) -> bytes:
        """What the connection has; opens one when there is none."""
        if self._open is None:
            self._open = self._connect()
        if not self._deadline:
            self._deadline = self.clock() + _PATIENCE + self.wanted.size / _SLOWEST
        if self.clock() > self._deadline:
            self._broken = _RESUMED
            raise EnvironmentFault(
                f"{self._what()}: the registry sends less than {_SLOWEST >> 10} KiB a second",
                hint="try again later, or from a network that is nearer to it.",
            )
        with explained(self._open.url, self._what()):
            return bytes(self._open.response.raw.read1(most))

    def _counted(self, piece: bytes) -> bytes:
        """The piece, if it still belongs to the blob."""
        self._position += len(piece)
        if self._position > self.wanted.size:
            raise InvalidInput(f"{self._what()}: more than the announced {self.wanted.size} bytes came")
        return piece

    def _connect(self) -> _Open:
        """Ask for what is still missing."""
        what = self._what()

        def fetch(url: str, header: str) -> _Open:
            response = self.registry.open(url, ("*/*",), header, what, start=self._position)
            if response.status_code not in {requests.codes.ok, requests.codes.partial_content}:
                response.close()  # a redirect or a refusal: its head is all there is to read
            return _Open(url, response)

        opened = self.registry.ask(self.image, f"blobs/{self.wanted.digest}", fetch, what)
        if opened.headers.get("Content-Encoding", "identity") != "identity":
            raise InvalidInput(f"{what}: the registry compressed its answer although that was not asked for")
        if self._position and opened.status != requests.codes.partial_content:
            self._skip(opened)
        return opened

    def _skip(self, opened: _Open) -> None:
        """A registry without ranges sends all of it again: read over what we have."""
        missing = self._position
        while missing:
            with explained(opened.url, self._what()):
                piece = opened.response.raw.read1(min(missing, 1 << 20))
            if not piece:
                raise EnvironmentFault(f"{self._what()}: the registry broke off again")
            missing -= len(piece)

    def _again(self) -> bool:
        """Whether to ask once more; drops the connection that broke."""
        with suppress(requests.RequestException):
            self.close()
        self._broken += 1
        return self._broken <= _RESUMED

    def _what(self) -> str:
        """How messages name it."""
        return f"layer {self.wanted.digest[:19]}… of {self.image.repository}"
