"""A diff shows what changed and nothing else."""

from typing import Any

import pytest

from outrider.inject.difference import in_the_order_of, text, unified

from .samples import patch, task


def test_the_order_of_keys_is_no_difference() -> None:
    before = {"b": 1, "a": {"y": [{"name": "p", "v": 1}, {"name": "q", "v": 2}], "x": 2}}
    after = {"a": {"x": 2, "y": [{"v": 1, "name": "p"}, {"v": 2, "name": "q"}]}, "b": 1}
    assert unified(before, after, "t.json") == ""


def test_a_diff_names_the_file_and_shows_only_what_is_new() -> None:
    lines = unified(task(), patch(task()).document, "task.json").splitlines()
    assert lines[:2] == ["--- a/task.json", "+++ b/task.json"]
    assert [line for line in lines[2:] if line.startswith("-")] == []
    assert '+      "entryPoint": [' not in lines, "it stays where it was"
    assert any("/outrider/bin/outrider-run" in line for line in lines if line.startswith("+"))


def test_text_is_readable_and_ends_with_a_newline() -> None:
    assert text({"a": "ü"}) == '{\n  "a": "ü"\n}\n'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, {"a": 1}),
        ([], [1]),
        ([{"name": []}], [{"name": []}, {"name": "x"}]),
        ({"a": []}, {"a": {}}),
        (1, "x"),
    ],
)
def test_any_two_values_can_be_put_in_order(before: Any, after: Any) -> None:
    assert in_the_order_of(before, after) == after


def test_a_container_is_compared_with_the_one_of_its_name() -> None:
    before = [{"name": "a", "x": 1, "y": 2}, {"name": "b", "y": 1, "x": 2}]
    after = [{"x": 2, "y": 1, "name": "b"}]
    assert list(in_the_order_of(before, after)[0]) == ["name", "y", "x"]
