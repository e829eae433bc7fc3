"""Downloads: https only, under caps and deadlines, again after faults that may pass, on from where it
stopped.

https://www.rfc-editor.org/rfc/rfc9110 (Range, ETag)
"""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from urllib.parse import urljoin, urlsplit

import requests
from urllib3.exceptions import HTTPError

from outrider import __version__, limits
from outrider.cli.database.directory import explained
from outrider.cli.registry import Session
from outrider.errors import EnvironmentFault, InvalidInput, UsageError

T = TypeVar("T")

_PIECE = 64 << 10
_SMALL_SECONDS = 60.0
"""For a manifest or a signature."""
_SLOWEST = 16 << 10
"""Bytes a second below which a download is given up, after `_SMALL_SECONDS`."""
_PASSING = {408, 425, 429, 500, 502, 503, 504}
_REDIRECTS = {301, 302, 303, 307, 308}


@dataclass(slots=True)
class Web:
    """Asks web servers."""

    plain_http: Collection[str] = ()
    """Hosts (with port) that may be asked without TLS, because the user said so."""
    pauses: tuple[float, ...] = (0.5, 2.0, 8.0)
    """Seconds before each further attempt."""
    timeout: tuple[float, float] = (5.0, 20.0)
    """Seconds to connect, and between two pieces of an answer."""
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    session: Session = field(default_factory=Session)

    def check(self, url: str) -> None:
        """Raise UsageError for an address that may not be asked."""
        parts = urlsplit(url)
        if parts.scheme == "https" and parts.hostname:
            return
        if parts.scheme == "http" and parts.netloc in self.plain_http:
            return
        raise UsageError(
            f"{url[:200]}: only https is asked",
            hint=f"for a server of your own without TLS: --http {parts.netloc}",
        )

    def small(self, url: str, limit: int, tag: str = "") -> tuple[bytes, str] | None:
        """A small file and its ETag; None: it still has the tag. Raises EnvironmentFault or InvalidInput."""
        headers = {"If-None-Match": tag} if tag else {}
        return self._patiently(lambda: self._small(url, limit, headers))

    def optional(self, url: str, limit: int) -> bytes:
        """A small file; empty where the server has none."""
        try:
            found = self.small(url, limit)
        except _Missing:
            return b""
        return found[0] if found else b""

    def download(self, url: str, partial: Path, size: int) -> None:
        """Bring a file to `size` bytes. What has come is kept when it fails, and gone on from. Raises
        alike."""
        self._patiently(lambda: self._on(url, partial, size))

    def _patiently(self, attempt: Callable[[], T]) -> T:
        """Try, and again after faults that may pass."""
        for pause in self.pauses:
            try:
                return attempt()
            except _Passing:
                self.sleep(pause)
        return attempt()

    def _small(self, url: str, limit: int, headers: dict[str, str]) -> tuple[bytes, str] | None:
        """One request for a small file."""
        with _Faults(url), self._get(url, headers) as response:
            if response.status_code == requests.codes.not_modified and headers:
                return None
            _expect(response, url, {requests.codes.ok})
            body, deadline = bytearray(), self.clock() + _SMALL_SECONDS
            while piece := response.raw.read1(_PIECE):
                body += piece
                if len(body) > limit:
                    raise InvalidInput(f"{url} has more than {limit} bytes")
                if self.clock() > deadline:
                    raise _Passing(f"{url} took longer than {_SMALL_SECONDS:.0f} seconds")
            _expect_length(response, len(body), url)
            return bytes(body), response.headers.get("ETag", "")[:256]

    def _on(self, url: str, partial: Path, size: int) -> None:
        """One request for the rest of a file."""
        with explained(f"cannot write {partial}"):
            have = partial.stat().st_size if partial.exists() else 0
        if have > size:
            partial.unlink()
            have = 0
        if have == size:
            return
        headers = {"Range": f"bytes={have}-"} if have else {}
        with _Faults(url), self._get(url, headers) as response:
            if response.status_code == requests.codes.requested_range_not_satisfiable:
                partial.unlink(missing_ok=True)
                raise _Passing(f"{url} is shorter than it was said to be")
            _expect(response, url, {requests.codes.ok, requests.codes.partial_content})
            goes_on = response.headers.get("Content-Range", "").startswith(f"bytes {have}-")
            if response.status_code == requests.codes.partial_content and not goes_on:
                raise InvalidInput(f"{url}: the server sent another part than it was asked for")
            at = have if response.status_code == requests.codes.partial_content else 0
            self._receive(response, url, partial, at, size)

    def _receive(self, response: requests.Response, url: str, partial: Path, at: int, size: int) -> None:
        """Append what comes to what is there."""
        deadline = self.clock() + _SMALL_SECONDS + (size - at) / _SLOWEST
        with explained(f"cannot write {partial}"), partial.open("r+b" if at else "wb") as target:
            target.seek(at)
            while piece := response.raw.read1(_PIECE):
                at += len(piece)
                if at > size:
                    target.truncate(0)
                    raise InvalidInput(f"{url} has more than the {size} bytes that the manifest names")
                target.write(piece)
                if self.clock() > deadline:
                    raise _Passing(f"{url} comes too slowly")
        if at != size:
            raise _Passing(f"{url} ended after {at} of {size} bytes")

    def _get(self, url: str, headers: dict[str, str]) -> requests.Response:
        """GET, with redirects followed by hand: nobody talks us out of TLS."""
        sent = {"Accept-Encoding": "identity", "User-Agent": f"outrider/{__version__}", **headers}
        for _ in range(limits.REGISTRY_REDIRECTS + 1):
            response = self.session.get(url, headers=sent, stream=True, timeout=self.timeout)
            location = response.headers.get("Location", "")
            if response.status_code not in _REDIRECTS or not location:
                return response
            response.close()
            target = urljoin(url, location)
            self._may_follow(url, target)
            url = target
        raise InvalidInput(f"{url}: more than {limits.REGISTRY_REDIRECTS} redirects")

    def _may_follow(self, url: str, target: str) -> None:
        """Raise InvalidInput for a way to something less than what was asked for."""
        before, after = urlsplit(url), urlsplit(target)
        plain = before.scheme == after.scheme == "http" and after.netloc in self.plain_http
        if after.scheme != "https" and not plain:
            raise InvalidInput(f"{url} sent us to {target[:200]}: refused")


class _Passing(EnvironmentFault):
    """A fault that may pass."""


class _Missing(EnvironmentFault):
    """The server has no such file."""


@dataclass(frozen=True, slots=True)
class _Faults:
    """Faults of the network as errors of ours."""

    url: str

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, requests.RequestException | HTTPError | ValueError):
            host = urlsplit(self.url).netloc
            words = str(error).rpartition(": ")[2][:200] or type(error).__name__
            raise _Passing(
                f"cannot fetch {self.url} from {host}: {words}", hint="is the network up?"
            ) from None


def _expect(response: requests.Response, url: str, statuses: set[int]) -> None:
    """Raise for another status, or for an answer that was compressed unasked."""
    status = response.status_code
    if status in _PASSING:
        raise _Passing(f"{url}: the server answered {status}", hint="try again later.")
    if status in (404, 410):
        raise _Missing(f"{url}: the server does not have it", hint="is it the folder of a database?")
    if status not in statuses:
        raise EnvironmentFault(
            f"{url}: the server answered {status}", hint="may this address be asked from here?"
        )
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise InvalidInput(f"{url}: the server compressed its answer although that was not asked for")


def _expect_length(response: requests.Response, came: int, url: str) -> None:
    """An answer that is shorter than it said was cut off."""
    announced = response.headers.get("Content-Length", "")
    if announced.isdecimal() and int(announced) != came:
        raise _Passing(f"{url} ended after {came} of {announced} bytes")
