"""Where an account keeps lists of programs, and how the list of an image is found: by the image's digest.

| object | holds |
|---|---|
| `s3://bucket/prefix/<digest of the list>` | a list, `programs.dump`; what tasks read |
| `s3://bucket/prefix/images/<digest of the image>` | the digest of its list: 64 hex digits and a newline |

Nothing of it is trusted: who follows a note checks the list against its digest, and that it is of the image.
"""

import re
from dataclasses import dataclass

from outrider.errors import InvalidInput, UsageError
from outrider.policy import programs
from outrider.policy.programs import ProgramList

NOTE = 128
"""Bytes of a note: a digest in hex has 64."""

_PLACE = re.compile(
    r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/(?P<prefix>[\w!.*'()/-]{0,512})\{digest\}", re.A
)
_NOTE = re.compile(rb"([0-9a-f]{64})\n")
_IMAGE = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Place:
    """A prefix of a bucket."""

    bucket: str
    prefix: str
    """What keys begin with; with its slash."""

    def of_list(self, digest: str) -> str:
        """Key of the list with this digest (hex)."""
        return f"{self.prefix}{digest}"

    def of_image(self, image: str) -> str:
        """Key of the note on the image with this digest (`sha256:…`). Raises InvalidInput for none."""
        if not _IMAGE.fullmatch(image):
            raise InvalidInput(f"not the digest of an image: {image[:80]!r}")
        return f"{self.prefix}images/{image.removeprefix('sha256:')}"


def parse(text: str) -> Place:
    """`s3://bucket/prefix/{digest}`, as `outrider patch --programs` takes it. Raises UsageError."""
    if not (found := _PLACE.fullmatch(text)):
        raise UsageError(
            f"no place for lists of programs: {text[:200]!r}", hint="s3://bucket/prefix/{digest}"
        )
    return Place(found["bucket"], found["prefix"])


def note(digest: str) -> bytes:
    """What is kept of an image whose list has this digest."""
    return f"{digest}\n".encode()


def read_note(data: bytes) -> str:
    """The digest that a note has. Raises InvalidInput."""
    if not (found := _NOTE.fullmatch(data)):
        raise InvalidInput("what is noted of its list of programs is damaged")
    return found[1].decode()


def read_list(data: bytes, digest: str, image: str) -> ProgramList:
    """The list that a note of this image names. Raises InvalidInput: another, of another image, or none."""
    if (found := programs.digest(data)) != digest:
        raise InvalidInput(
            f"the list of its programs is not what was noted: its SHA-256 is {found}, not {digest}"
        )
    listed = programs.parse(data)
    if listed.image != image:
        raise InvalidInput(f"the list of its programs is of another image: {listed.image or 'none'}")
    return listed
