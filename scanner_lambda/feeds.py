"""Feeds of the mirror: fetched when they changed, else the copy of last time.

A copy of each feed stays in the state bucket with its ETag, size and digest. A mirror that does not
answer does not empty the database: the copy is read, and the failure told."""

import hashlib
import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import requests
from urllib3.exceptions import HTTPError

from outrider.errors import EnvironmentFault, InvalidInput, OutriderError
from outrider.model import json_document
from outrider.model.outcome import Covered, Failed, Outcome, Skipped
from outrider.scan.advisories import unpacking
from outrider.scan.advisories.formats.registry import by_name
from outrider.scan.advisories.record import Document, Format
from scanner_lambda import caps
from scanner_lambda.settings_database import Feed
from scanner_lambda.shards import digest_of

_PIECE = 64 << 10
_TIMEOUT = (5.0, 30.0)
"""Seconds to connect, and between two pieces of an answer."""

_SLOWEST = 256 << 10
"""Bytes a second below which a feed is given up, after a minute."""

_SHA256 = re.compile(r"[0-9a-f]{64}\Z")


class Objects(Protocol):
    """Where copies lie."""

    def get(self, key: str, limit: int) -> bytes | None:
        """A small object."""

    def put(self, key: str, data: bytes) -> None:
        """Write one."""

    def download(self, key: str, path: Path, size: int) -> str:
        """An object into a file; its SHA-256 in hex, empty: there is none."""

    def upload(self, path: Path, key: str) -> None:
        """A file into an object."""


@dataclass(frozen=True, slots=True)
class MirrorFeed:
    """A feed that was fetched; an `assembling.Feed`."""

    name: str
    path: Path
    format: Format | None
    published: str = ""

    def digest(self) -> str:
        """SHA-256 of the file."""
        return digest_of(self.path)

    def documents(self) -> Iterator[Document]:
        """What is in it, unpacked."""
        with self.path.open("rb") as stream:
            yield from unpacking.documents(self.name, stream)


@dataclass(frozen=True, slots=True)
class _Copy:
    """What is known of the copy of last time."""

    tag: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Mirror:
    """Fetches feeds."""

    address: str
    """Without the last slash."""
    objects: Objects
    folder: Path
    clock: Callable[[], float] = time.monotonic

    def fetch(self, feed: Feed) -> tuple[MirrorFeed | None, Outcome]:
        """A feed, and how it came: None when neither the mirror has it nor a copy is there."""
        url = f"{self.address}/{feed.path}"
        path = self.folder / hashlib.sha256(feed.path.encode()).hexdigest()[:32]
        found = MirrorFeed(feed.path, path, by_name(feed.format))
        try:
            copy = self._copy(path.name)
            if self._changed(url, path, path.name, copy.tag if copy else ""):
                return found, Covered(feed.path, f"{path.stat().st_size} bytes")
            self._copied(path, copy)
            return found, Skipped(feed.path, "it has not changed")
        except (OutriderError, OSError) as error:
            told = error.message if isinstance(error, OutriderError) else f"{feed.path}: {error}"
        try:
            self._copied(path, self._copy(path.name))
        except (OutriderError, OSError):
            return None, Failed(feed.path, told, "is the mirror there, and has it the feed?")
        return found, Failed(feed.path, f"{told}; the copy of last time is read")

    def _copy(self, name: str) -> _Copy | None:
        """What is known of the last copy; a mark that is damaged is none."""
        data = self.objects.get(f"db/feeds/{name}.json", caps.FEED_MARK)
        if data is None:
            return None
        value = json_document.parse(data, "the mark of a feed")
        match value:
            case {"tag": str(tag), "size": int(size), "sha256": str(digest)} if _SHA256.match(digest):
                return _Copy(tag[:256], size, digest)
        return None

    def _copied(self, path: Path, copy: _Copy | None) -> None:
        """Bring the copy. Raises EnvironmentFault or InvalidInput."""
        there = copy and 0 <= copy.size <= caps.FEED
        seen = self.objects.download(f"db/feeds/{path.name}", path, copy.size) if copy and there else ""
        if not copy or not seen:
            raise EnvironmentFault("there is no copy of the feed")
        if seen != copy.sha256:
            raise InvalidInput("the copy of the feed is damaged")

    def _changed(self, url: str, path: Path, name: str, tag: str) -> bool:
        """Fetch it unless it still has the tag, and keep a copy."""
        headers = {"Accept-Encoding": "identity", "User-Agent": "outrider"}
        headers |= {"If-None-Match": tag} if tag else {}
        try:
            with requests.get(
                url, headers=headers, stream=True, timeout=_TIMEOUT, allow_redirects=False
            ) as response:
                if response.status_code == requests.codes.not_modified and tag:
                    return False
                if response.status_code != requests.codes.ok:
                    raise EnvironmentFault(f"{url}: the mirror answered {response.status_code}")
                self._receive(response, url, path)
                new = response.headers.get("ETag", "")[:256]
        except (requests.RequestException, HTTPError) as error:
            raise EnvironmentFault(f"cannot fetch {url}: {type(error).__name__}") from None
        mark: dict[str, Any] = {"tag": new, "size": path.stat().st_size, "sha256": digest_of(path)}
        self.objects.upload(path, f"db/feeds/{name}")
        self.objects.put(f"db/feeds/{name}.json", json.dumps(mark).encode())
        return True

    def _receive(self, response: requests.Response, url: str, path: Path) -> None:
        """The body into a file, under a cap and a deadline."""
        size, began = 0, self.clock()
        with path.open("wb") as target:
            while piece := response.raw.read1(_PIECE):
                size += len(piece)
                if size > caps.FEED:
                    raise InvalidInput(f"{url} has more than {caps.FEED} bytes")
                if self.clock() - began > 60 + size / _SLOWEST:
                    raise EnvironmentFault(f"{url} comes too slowly")
                target.write(piece)
        announced = response.headers.get("Content-Length", "")
        if announced.isdecimal() and int(announced) != size:
            raise EnvironmentFault(f"{url} ended after {size} of {announced} bytes")
