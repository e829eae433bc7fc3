"""What a reader of archives has to say besides entries: few remarks, however many a hostile one causes."""

from outrider import limits


class Notes:
    """Remarks in the order they came; after `limits.ARCHIVE_NOTES` they are only counted."""

    __slots__ = ("_kept", "_more")

    def __init__(self) -> None:
        self._kept: list[str] = []
        self._more = 0

    def add(self, text: str) -> None:
        """Remember one sentence."""
        if len(self._kept) < limits.ARCHIVE_NOTES:
            self._kept.append(text)
        else:
            self._more += 1

    def sentences(self) -> tuple[str, ...]:
        """All that was kept, and how many more there were."""
        return (*self._kept, f"and {self._more} more of this kind") if self._more else tuple(self._kept)
