"""Bytes behind addresses that AWS signed, as a stream; an interrupted one goes on where it broke off."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import urllib3

from outrider.errors import EnvironmentFault, InvalidInput
from scanner_lambda.progress import Passing

_TIMEOUT = urllib3.Timeout(connect=5, read=30)
_RESUMES = 5
"""Times that one stream may break off."""

_SERVERS_FAULT = 500

_POOL = urllib3.PoolManager(num_pools=4, maxsize=2, timeout=_TIMEOUT, retries=False)

Read = Callable[[int], bytes]
"""The next bytes, at most so many; empty at the end."""

Address = Callable[[], str]
"""Asks for a signed address; each lasts minutes."""


class Stream:
    """One download, read from front to back."""

    def __init__(self, address: Address, what: str, *, plain: bool) -> None:
        """`plain`: http will do, for AWS itself is spoken to by it (a stand-in on this machine)."""
        self._address, self._what, self._plain = address, what, plain
        self._response: urllib3.BaseHTTPResponse | None = None
        self._done = 0
        self._resumes = 0

    def read(self, most: int) -> bytes:
        """The next bytes; empty at the end. Raises Passing, EnvironmentFault."""
        while True:
            try:
                if self._response is None:
                    self._response = self._open()
                piece = self._response.read1(most)
            except urllib3.exceptions.HTTPError as error:
                self._again(type(error).__name__)
                continue
            self._done += len(piece)
            return piece

    def close(self) -> None:
        """Leave the connection: what was not read is not wanted."""
        if self._response is not None:
            self._response.close()
            self._response = None

    def _again(self, why: str) -> None:
        """Give up, or be ready to go on."""
        self.close()
        self._resumes += 1
        if self._resumes > _RESUMES:
            raise Passing(f"{self._what}: the download broke off {self._resumes} times ({why})")

    def _open(self) -> urllib3.BaseHTTPResponse:
        """Ask for what is still missing. The address is a credential: messages name its host only."""
        url = self._address()
        parts = urlsplit(url)
        if parts.scheme != "https" and not (self._plain and parts.scheme == "http"):
            raise InvalidInput(f"{self._what}: AWS names no https address for it")
        headers = {"Accept-Encoding": "identity"}
        if self._done:
            headers["Range"] = f"bytes={self._done}-"
        found = _POOL.request("GET", url, headers=headers, preload_content=False, redirect=False)
        if found.status != (206 if self._done else 200):
            found.close()
            kind = Passing if found.status >= _SERVERS_FAULT else EnvironmentFault
            raise kind(f"{self._what}: {parts.hostname} answered {found.status}")
        return found


@contextmanager
def stream(address: Address, what: str, *, plain: bool) -> Iterator[Callable[[int], bytes]]:
    """Open a download for the length of a block."""
    found = Stream(address, what, plain=plain)
    try:
        yield found.read
    finally:
        found.close()
