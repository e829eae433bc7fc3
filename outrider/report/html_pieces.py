"""Pieces of the HTML page. Whatever goes into one was escaped by `said`: a piece is markup, a text is not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from outrider.model.finding import Severity
from outrider.report.harmless import html as said
from outrider.report.harmless import is_link


@dataclass(frozen=True, slots=True)
class Markup:
    """HTML of ours."""

    html: str
    key: str = ""
    """What a table is sorted by, where that is not the text: `5` for critical."""


Piece = Markup | str
"""Markup as it is, or a text that is escaped when it is put in."""


def put(piece: Piece) -> str:
    """A piece as HTML."""
    return piece.html if isinstance(piece, Markup) else said(piece)


def element(tag: str, *pieces: Piece, css: str = "") -> Markup:
    """One element around its pieces."""
    opening = f'<{tag} class="{css}">' if css else f"<{tag}>"
    return Markup(f"{opening}{''.join(map(put, pieces))}</{tag}>")


def listed(pieces: Iterable[Piece]) -> Markup:
    """A list; nothing for none."""
    rows = "".join(f"<li>{put(piece)}</li>" for piece in pieces)
    return Markup(f"<ul>{rows}</ul>" if rows else "")


def folded(summary: Piece, *pieces: Piece, open: bool = False) -> Markup:
    """Something that opens on a click, with no script."""
    inner = "".join(map(put, pieces))
    return Markup(f"<details{' open' if open else ''}><summary>{put(summary)}</summary>{inner}</details>")


def section(name: str, title: str, *pieces: Piece) -> str:
    """A part of the page with its heading, by which it is named."""
    inner = "\n".join(map(put, pieces))
    return f'<section aria-labelledby="{name}"><h2 id="{name}">{said(title)}</h2>\n{inner}\n</section>'


def table(
    caption: str, heads: Sequence[str], rows: Iterable[Sequence[Piece]], *, sortable: bool = False
) -> Markup:
    """A table; on a narrow screen every row is a card, whose lines are named by the heads."""
    columns = "".join(f'<th scope="col">{said(head)}</th>' for head in heads)
    body = "\n".join(
        f"<tr>{''.join(_cell(head, piece) for head, piece in zip(heads, row, strict=True))}</tr>"
        for row in rows
    )
    marked = " data-sort" if sortable else ""
    return Markup(
        f"<table{marked}><caption>{said(caption)}</caption><thead><tr>{columns}</tr></thead>"
        f"<tbody>\n{body}\n</tbody></table>"
    )


def severity(level: Severity) -> Markup:
    """The word in its colour; a word, because not everybody sees colours."""
    return Markup(f'<span class="word {level.word}">{level.word}</span>', key=str(int(level)))


def tag(text: str, css: str = "") -> Markup:
    """A short mark beside a name."""
    return element("span", text, css=f"tag {css}".strip())


def link(address: str) -> Piece:
    """A link where the address may be one, else the text."""
    if not is_link(address):
        return address
    return Markup(f'<a href="{said(address)}" rel="noreferrer">{said(address)}</a>')


def joined(*pieces: Piece, by: str = " ") -> Markup:
    """Pieces one after the other; empty ones left out."""
    return Markup(by.join(text for piece in pieces if (text := put(piece))))


def _cell(head: str, piece: Piece) -> str:
    key = f' data-key="{said(piece.key)}"' if isinstance(piece, Markup) and piece.key else ""
    inner = put(piece)
    return f'<td data-label="{said(head)}"{key}>{f"<span>{inner}</span>" if inner else ""}</td>'
