"""Text by the columns it takes on a terminal, not by its characters."""

import unicodedata


def width(text: str) -> int:
    """Columns of one harmless line: two for wide East Asian characters and most pictures, none for combining
    ones (Unicode Standard Annex 11)."""
    return len(text) if text.isascii() else sum(map(_cells, text))


def cut(text: str, most: int) -> str:
    """The text, or as much of its beginning as leaves room for an ellipsis within `most` columns."""
    if width(text) <= most:
        return text
    kept, room = [], most - 1
    for character in text:
        room -= _cells(character)
        if room < 0:
            break
        kept.append(character)
    return "".join(kept).rstrip() + "…" if most > 0 else ""


def wrap(text: str, most: int) -> list[str]:
    """Lines of at most `most` columns, broken at spaces where there are any. Never empty."""
    lines, line = [], ""
    for word in text.split(" "):
        if line and width(line) + 1 + width(word) <= most:
            line += f" {word}"
            continue
        if line:
            lines.append(line)
        *full, line = _pieces(word, most)
        lines += full
    return [*lines, line]


def _pieces(word: str, most: int) -> list[str]:
    """One word that may be wider than the line, in pieces that are not."""
    pieces, piece, used = [], "", 0
    for character in word:
        cells = _cells(character)
        if piece and used + cells > most:
            pieces.append(piece)
            piece, used = "", 0
        piece += character
        used += cells
    return [*pieces, piece]


def _cells(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
