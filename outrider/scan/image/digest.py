"""SHA-256 digests, the names under which registries keep content: what was asked for came, or an error."""

import hashlib
import re

from outrider.errors import InvalidInput

_FORM = re.compile(r"sha256:[0-9a-f]{64}")


def check_form(text: str) -> str:
    """Return `text` when it is a `sha256:…` digest.

    Raises InvalidInput; other algorithms are not accepted.
    """
    if not _FORM.fullmatch(text):
        raise InvalidInput(
            f"not a sha256 digest: {text[:80]!r}", hint="a digest reads sha256: and 64 lower-case hex digits."
        )
    return text


def of(data: bytes) -> str:
    """The digest of `data`, as `sha256:…`."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def verify(data: bytes, expected: str, what: str, source: str = "the registry") -> bytes:
    """Return `data` when its digest is `expected`. Raises InvalidInput.

    `what` names it in the error, and `source` who gave it.
    """
    check_form(expected)
    found = of(data)
    if found != expected:
        raise InvalidInput(
            f"{what}: {source} sent other content than was asked for (wanted {expected}, got {found})",
            hint="a broken or dishonest registry, proxy or cache: do not use this image before you know why.",
        )
    return data
