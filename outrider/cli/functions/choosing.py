"""Which functions a command is about: by name, tag or pattern."""

from collections.abc import Callable, Sequence
from typing import Any

import click

from outrider.account.functions import Functions
from outrider.cli.aws.functions_select import listed, tagged
from outrider.errors import UsageError


def options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the arguments that choose functions to a click command."""
    for decorate in (
        click.option("--region", default=None, metavar="REGION", help="Default: as the AWS CLI has it."),
        click.option("--all", "everything", is_flag=True, help="Every function of the account and region."),
        click.option("--pattern", "patterns", multiple=True, metavar="GLOB", help="Names like this: shop-*."),
        click.option(
            "--tag",
            "tags",
            multiple=True,
            metavar="KEY[=VALUE]",
            help="Functions that bear this tag; with several, all of them.",
        ),
        click.argument("names", nargs=-1, metavar="[NAME...]"),
    ):
        command = decorate(command)
    return command


def chosen(
    functions: Functions,
    names: Sequence[str],
    *,
    tags: Sequence[str],
    patterns: Sequence[str],
    everything: bool,
    region: str | None,
) -> list[str]:
    """Return the names of the functions meant, each once. Raises UsageError when nothing was chosen.

    A pattern or tag that matches none is an error too: nobody means it.
    """
    if not (names or tags or patterns or everything):
        raise UsageError("which functions?", hint="name them, or say --tag, --pattern or --all.")
    found = list(names)
    for pattern in ("*",) if everything else patterns:
        found += _some(listed(functions, pattern), f"no function is named like {pattern}")
    if tags:
        wanted = dict(_pair(tag) for tag in tags)
        found += _some(tagged(wanted, region=region), f"no function bears {', '.join(tags)}")
    return list(dict.fromkeys(found))


def _pair(tag: str) -> tuple[str, str]:
    """KEY=VALUE; KEY alone means any value."""
    key, _, value = tag.partition("=")
    if not key:
        raise UsageError(f"--tag {tag!r} has no key", hint="KEY=VALUE, or KEY for any value.")
    return key, value


def _some(found: list[str], otherwise: str) -> list[str]:
    """`found`, unless that is nothing."""
    if not found:
        raise UsageError(otherwise, hint="check the spelling, and the region.")
    return found
