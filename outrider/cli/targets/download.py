"""A file behind a signed URL, kept where nobody finds it by name while the scan lasts."""

import base64
import hashlib
from pathlib import Path
from tempfile import NamedTemporaryFile
from time import monotonic
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError

from outrider import limits
from outrider.cli.database.directory import explained
from outrider.cli.registry_auth import Header
from outrider.errors import EnvironmentFault, InvalidInput

_TIMEOUT = (5.0, 30.0)
"""Seconds to connect, and between two pieces."""

_SLOWEST = 64 << 10
"""Bytes a second, over the whole file: who is slower than that is stalling."""

_PATIENCE = 30.0
"""Seconds on top of what the slowest rate allows."""


def download(url: str, directory: Path, what: str, *, size: int, sha256: str) -> Path:
    """Fetch a URL that AWS signed into a new file of `directory`; returns its path.

    `size` (bytes) and `sha256` (base64, as Lambda's CodeSha256) must be right; 0 and empty: not known.
    The URL is a credential for an hour, so messages name its host only.
    Raises EnvironmentFault where it cannot be fetched, InvalidInput where something else comes.
    """
    host = urlsplit(url).hostname or "nowhere"
    if urlsplit(url).scheme not in {"https", "http"}:
        raise InvalidInput(f"{what}: AWS names no web address for it")
    seen, count = hashlib.sha256(), 0
    deadline = monotonic() + _PATIENCE + (size or limits.FUNCTION_PACKAGE) / _SLOWEST
    with explained(f"cannot keep {what}"), NamedTemporaryFile(dir=directory, delete=False) as file:
        try:
            # what AWS signed is there and nowhere else: redirects are not followed, ~/.netrc says nothing
            with requests.get(
                url, stream=True, timeout=_TIMEOUT, allow_redirects=False, auth=Header("")
            ) as response:
                if response.status_code != requests.codes.ok:
                    raise EnvironmentFault(
                        f"{what}: {host} answered {response.status_code}",
                        hint="signed addresses last minutes: try again.",
                    )
                while piece := response.raw.read1(1 << 20):
                    count += len(piece)
                    if count > (size or limits.FUNCTION_PACKAGE):
                        raise InvalidInput(f"{what} is larger than {size or limits.FUNCTION_PACKAGE} bytes")
                    if monotonic() > deadline:
                        raise EnvironmentFault(f"{what}: {host} sends less than {_SLOWEST} bytes a second")
                    seen.update(piece)
                    file.write(piece)
        except (requests.RequestException, HTTPError) as error:
            raise EnvironmentFault(
                f"cannot fetch {what} from {host}: {type(error).__name__}",
                hint="can this machine reach S3 of that region?",
            ) from None
        if size and count != size:
            raise InvalidInput(f"{what}: {count} bytes came where {size} were announced")
        if sha256 and base64.b64encode(seen.digest()).decode() != sha256:
            raise InvalidInput(f"{what} is not what AWS says it is: its SHA-256 is another")
        return Path(file.name)
