"""The table of four rows: what a container starts, before and after."""

from typing import Any

import pytest

from outrider.errors import RefusedDefinition
from outrider.inject.entrypoint import launcher, needs_image, start, without_launcher
from outrider.model.image import ImageConfig
from outrider.model.outcome import Covered, Failed

from .samples import NGINX, bare, container, patch, task

W = ["/outrider/bin/outrider-run", "--container", "web", "--on-failure", "availability", "--"]
E, C = ["/entry"], ["serve"]
EP, CMD = list(NGINX.config.entrypoint), list(NGINX.config.cmd)


@pytest.mark.parametrize(
    ("entry_point", "command", "patched_entry_point", "patched_command"),
    [
        (None, None, W + EP, CMD),
        (None, C, W + EP, C),
        (E, None, W + E, None),
        (E, C, W + E, C),
        ([], None, W + EP, CMD),
        ([], [], W + EP, CMD),
        (None, [], W + EP, CMD),
        ([], C, W + EP, C),
        (E, [], W + E, []),
        ([""], C, W, C),
    ],
)
def test_the_table(
    entry_point: list[str] | None,
    command: list[str] | None,
    patched_entry_point: list[str],
    patched_command: list[str] | None,
) -> None:
    given: dict[str, Any] = bare()
    if entry_point is not None:
        given["entryPoint"] = entry_point
    if command is not None:
        given["command"] = command
    result = patch(task(given), {"web": NGINX})
    assert isinstance(result.outcomes[0], Covered)
    assert container(result)["entryPoint"] == patched_entry_point
    assert container(result).get("command") == patched_command


def test_an_image_with_only_a_cmd_keeps_it_in_command() -> None:
    begun = start({}, ImageConfig(cmd=("nginx",)))
    assert (begun.entry_point, begun.command) == ((), ("nginx",))


@pytest.mark.parametrize("given", [{}, {"entryPoint": [], "command": []}])
def test_nothing_to_start_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(RefusedDefinition, match="neither the definition nor the image says what to start"):
        start(given, ImageConfig())


def test_a_cleared_entry_point_without_a_command_starts_nothing() -> None:
    with pytest.raises(RefusedDefinition):
        start({"entryPoint": [""]}, ImageConfig(entrypoint=("/a",), cmd=("b",)))


def test_an_image_that_was_not_read_is_a_failure_and_never_a_guess() -> None:
    result = patch(task(bare()), {"web": Failed("container web", "no network", "plug it in")})
    assert result.outcomes == (Failed("container web", "no network", "plug it in"),)
    assert result.document == task(bare())
    assert not result.complete


@pytest.mark.parametrize("given", [{}, {"entryPoint": []}, {"command": ["x"]}])
def test_the_first_two_rows_need_the_image(given: dict[str, Any]) -> None:
    assert needs_image(given)
    assert not needs_image({**given, "entryPoint": ["/x"]})


@pytest.mark.parametrize("key", ["", "A" * 43 + "="])
@pytest.mark.parametrize("words", [[], ["--", "x"], ["/bin/sh", "-c", "exec -- y"]])
def test_the_launcher_can_be_taken_off_again(key: str, words: list[str]) -> None:
    assert without_launcher([*launcher("a-b_c", "security", key), *words]) == words
    assert without_launcher([*launcher("--", "security", key), *words]) == words


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["/bin/sh"],
        [W[0]],
        [W[0], "--container"],
        W[:-1],
        [W[0], "web", "--"],
        [W[0], "--container", "web", "x", "--"],
    ],
)
def test_what_is_not_a_whole_launcher_is_not_taken_off(words: list[str]) -> None:
    assert without_launcher(words) is None
