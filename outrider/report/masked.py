"""Credentials out of what a report quotes of an image's config: its history, labels, entry point and command.

A Secret keeps four characters at the beginning and two at the end; that is enough to find it again in the
line it was found in. A line where it is not found again is not quoted at all.
"""

import re
from collections.abc import Iterable
from dataclasses import replace

from outrider.model.artifact import Contents
from outrider.model.finding import Secret
from outrider.report.report import Report

_REDACTED = re.compile(r"(?P<head>[^*]{0,4})(?P<stars>\*{1,4000})(?P<tail>[^*]{0,2})", re.DOTALL)
_PLACES = ("history:", "label:", "env:", "config:")


def masked(report: Report) -> Report:
    """The report with every such credential as stars. Values of variables stay in it: formats do not show
    them."""
    secrets = [one for one in report.findings.secrets if one.path.startswith(_PLACES)]
    if not secrets:
        return report
    return replace(report, contents=_contents(report.contents, secrets))


def _contents(contents: Contents, secrets: list[Secret]) -> Contents:
    steps = {
        step.instruction: _quoted(step.instruction, secrets, f"history:{number}")
        for number, step in enumerate(contents.history)
    }
    config = contents.config
    if config:
        config = replace(
            config,
            entrypoint=tuple(_stars(word, secrets)[0] for word in config.entrypoint),
            cmd=tuple(_stars(word, secrets)[0] for word in config.cmd),
        )
    return replace(
        contents,
        config=config,
        history=tuple(replace(step, instruction=steps[step.instruction]) for step in contents.history),
        layers=tuple(
            replace(layer, instruction=steps.get(layer.instruction, _stars(layer.instruction, secrets)[0]))
            for layer in contents.layers
        ),
        labels=tuple((name, _quoted(value, secrets, f"label:{name}")) for name, value in contents.labels),
    )


def _quoted(text: str, secrets: list[Secret], place: str) -> str:
    """A text with stars, or what it holds when the credential of this very place is not seen in it."""
    shown, _ = _stars(text, secrets)
    for secret in secrets:
        if secret.path == place and not _stars(text, [secret])[1]:
            return f"(not shown: {secret.title})"
    return shown


def _stars(text: str, secrets: Iterable[Secret]) -> tuple[str, int]:
    """The text without the credentials, and how many were seen in it."""
    seen = 0
    for secret in secrets:
        form = _REDACTED.fullmatch(secret.redacted)
        if form and form["head"] + form["tail"]:
            pattern = f"{re.escape(form['head'])}.{{{len(form['stars'])}}}{re.escape(form['tail'])}"
            text, number = re.subn(pattern, secret.redacted.replace("\\", r"\\"), text, flags=re.DOTALL)
            seen += number
    return text, seen
