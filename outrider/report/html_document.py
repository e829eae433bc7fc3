"""What every HTML page of ours has around its sections. Nothing is fetched; what runs is named by hash."""

from base64 import b64encode
from hashlib import sha256

from outrider.report.harmless import html as said
from outrider.report.html_style import SCRIPT, STYLE


def document(name: str, header: str, sections: str, footer: str) -> str:
    """The whole page; all but `name` is markup."""
    parts = [
        "<!DOCTYPE html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy()}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="referrer" content="no-referrer">',
        f"<title>Outrider: {said(name)}</title>",
        f"<style>{STYLE}</style>",
        "</head>",
        "<body>",
        header,
        f"<main>{sections}</main>",
        footer,
        f"<script>{SCRIPT}</script>",
        "</body>",
        "</html>",
    ]
    return "\n".join(parts) + "\n"


def policy() -> str:
    """The page's Content-Security-Policy: its own style and script, and nothing else."""
    style, script = (b64encode(sha256(text.encode()).digest()).decode() for text in (STYLE, SCRIPT))
    return (
        f"default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; "
        "base-uri 'none'; form-action 'none'"
    )
