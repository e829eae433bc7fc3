"""Lines of a text feed, under a cap."""

from collections.abc import Iterator

from outrider import limits
from outrider.errors import InvalidInput
from outrider.scan.advisories.record import Document


def lines(document: Document) -> Iterator[str]:
    """Lines without their ends; bytes that are not UTF-8 are replaced. Raises InvalidInput for one over the
    cap."""
    while raw := document.stream.readline(limits.ADVISORY_LINE + 1):
        if len(raw) > limits.ADVISORY_LINE:
            raise InvalidInput(f"{document.name} has a line of more than {limits.ADVISORY_LINE} bytes")
        yield raw.decode("utf-8", "replace").rstrip("\r\n")
