"""Credentials out of what a report quotes of an image's config: history, layers, labels, command.

A Secret keeps at most four characters at the beginning and two at the end, and stars between. That is enough
to find it again in the line it was found in; a line where it is not found again is not quoted at all. Those
that are the value of a variable or a label are known as they are, and looked for everywhere.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from outrider.model.artifact import Contents
from outrider.model.finding import Secret
from outrider.report.report import Report

_REDACTED = re.compile(r"(?P<head>[^*]{0,4})(?P<stars>\*{1,400})(?P<tail>[^*]{0,2})", re.DOTALL)

_QUOTED = 4096
"""Characters of a line with a credential that are quoted: looking for stars costs that times _LONGEST."""

_LONGEST = 512
"""Characters of a credential whose middle is fewer stars than it was long."""

_TRIED = 16
"""Credentials of one line that are looked for; a line with more is not quoted."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A line with a credential, as it was and as it is shown."""

    raw: str
    shown: str
    secrets: tuple[Secret, ...]


def masked(report: Report) -> Report:
    """The report with every such credential as stars. Values of variables stay: formats never show them."""
    placed: dict[str, tuple[Secret, ...]] = {}
    for secret in report.findings.secrets:
        if not secret.path.startswith("/"):
            placed[secret.path] = (*placed.get(secret.path, ()), secret)
    return replace(report, contents=_contents(report.contents, placed)) if placed else report


def _contents(contents: Contents, placed: dict[str, tuple[Secret, ...]]) -> Contents:
    values = _values(contents, placed)
    lines = []
    for number, step in enumerate(contents.history):
        if secrets := placed.get(f"history:{number}"):
            lines.append(_Line(step.instruction, _shown(step.instruction, secrets, values), secrets))
    config = contents.config
    if config:
        entrypoint, cmd = (
            tuple(_quoted(word, lines, values) for word in words) for words in (config.entrypoint, config.cmd)
        )
        config = replace(config, entrypoint=entrypoint, cmd=cmd)
    return replace(
        contents,
        config=config,
        history=tuple(
            replace(step, instruction=_quoted(step.instruction, lines, values)) for step in contents.history
        ),
        layers=tuple(
            replace(layer, instruction=_quoted(layer.instruction, lines, values)) for layer in contents.layers
        ),
        labels=tuple(
            (name, _shown(value, placed.get(f"label:{name}", ()), values)) for name, value in contents.labels
        ),
    )


def _values(contents: Contents, placed: dict[str, tuple[Secret, ...]]) -> list[tuple[str, str]]:
    """(credential, how it is shown), for what is the value of a variable or a label; the longest first."""
    env = contents.config.env if contents.config else ()
    told = [(f"env:{name}", value) for name, _, value in (variable.partition("=") for variable in env)]
    told += [(f"label:{name}", value) for name, value in contents.labels]
    known = {value: placed[place][0].redacted for place, value in told if place in placed and value}
    return sorted(known.items(), key=lambda one: (-len(one[0]), one[0]))


def _shown(text: str, secrets: Iterable[Secret], values: list[tuple[str, str]]) -> str:
    """A text with stars for the credentials that were found in it; what it holds, when one is not seen."""
    text = _without(text, values)
    for number, secret in enumerate(secrets):
        if secret.redacted and secret.redacted in text:
            continue
        text, seen = _stars(text[:_QUOTED], secret)
        if not seen or number == _TRIED:
            return f"(not shown: {secret.title})"
    return text


def _quoted(text: str, lines: list[_Line], values: list[tuple[str, str]]) -> str:
    """A text that may be a line with a credential, or a piece of one."""
    for line in lines:
        if text == line.raw:
            return line.shown
        if text and (text in line.raw or line.raw in text) and text not in line.shown:
            return _shown(text, line.secrets, values)
    return _without(text, values)


def _without(text: str, values: list[tuple[str, str]]) -> str:
    for value, shown in values:
        text = text.replace(value, shown)
    return text


def _stars(text: str, secret: Secret) -> tuple[str, int]:
    """The text without the credential, and how often it was seen. Long ones have fewer stars than characters:
    all up to the last place where the end fits is taken, rather too much than too little."""
    form = _REDACTED.fullmatch(secret.redacted)
    if form is None or not form["head"]:
        return text, 0
    least = len(form["stars"])
    middle = rf"\S{{{least},{max(least, _LONGEST)}}}"
    pattern = re.escape(form["head"]) + middle + (f"{re.escape(form['tail'])}" if form["tail"] else "")
    return re.subn(pattern, lambda _: secret.redacted, text)
