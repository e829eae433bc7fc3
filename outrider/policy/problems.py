"""What pydantic finds wrong with a document, said to the person who wrote it."""

import difflib
from typing import Any

from pydantic import ValidationError

from outrider.errors import InvalidInput
from outrider.model.event import Kind
from outrider.policy.text import lines_of

_SHOWN = 8
"""Problems told at once; a broken indentation makes hundreds."""

_USUAL_HINT = "`outrider policy check --help` shows a small policy that is valid."


def explained(error: ValidationError, text: str, what: str, fields: frozenset[str]) -> InvalidInput:
    """Turn pydantic's problems with `text` into one error of ours.

    One line a problem, with its place in the document and its line, and the first hint there is. `fields`
    are all names a document may use, to guess what a misspelt one was meant to be.
    """
    found = error.errors(include_url=False)
    shown = found[:_SHOWN]
    paths = [_steps(problem["loc"]) for problem in shown]
    said = [
        f"{_place(path)}{f' (line {line})' if line else ''}: {_said(problem)}"
        for problem, path, line in zip(shown, paths, lines_of(text, paths), strict=True)
    ]
    if len(found) > len(shown):
        said.append(f"and {len(found) - len(shown)} more")
    hint = next(filter(None, (_hint(problem, fields) for problem in shown)), _USUAL_HINT)
    return InvalidInput(f"{what} is not valid\n  " + "\n  ".join(said), hint=hint)


def _steps(location: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """The path inside the document: pydantic puts the kind of a rule into it, which is no step there."""
    kinds = set(Kind)
    return tuple(
        step
        for index, step in enumerate(location)
        if step != "[key]" and not (step in kinds and index and isinstance(location[index - 1], int))
    )


def _place(steps: tuple[str | int, ...]) -> str:
    """`containers.web.rules[3].why`."""
    named = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
    return named.lstrip(".") or "the document"


_WORDS = {
    "missing": "is missing",
    "tuple_type": "a list is wanted",
    "model_type": "a mapping of names to values is wanted",
    "model_attributes_type": "a mapping of names to values is wanted",
    "dict_type": "a mapping of names to values is wanted",
    "string_type": "a text is wanted: put it in quotes",
    "int_type": "a whole number is wanted",
    "bool_type": "true or false is wanted",
    "union_tag_not_found": "`kind` is missing",
    "string_too_short": "is empty",
    "string_pattern_mismatch": "has characters that a name cannot have",
}
"""pydantic's kind of problem → what we say; others speak for themselves."""


def _said(problem: Any) -> str:
    """One problem in words."""
    kind = problem["type"]
    if kind == "extra_forbidden":
        return "is no field of this; check the spelling"
    if kind == "union_tag_invalid":
        return f"{problem['ctx']['tag']!r} is no kind of rule"
    if kind == "value_error":
        return str(problem["ctx"]["error"])
    return _WORDS.get(kind) or str(problem["msg"]).removeprefix("Input ")


def _hint(problem: Any, fields: frozenset[str]) -> str:
    """What to do about a problem; empty when it speaks for itself."""
    name = str(problem["loc"][-1]) if problem["loc"] else ""
    kind = problem["type"]
    if kind == "extra_forbidden":
        close = difflib.get_close_matches(name, sorted(fields), n=1)
        return f"did you mean `{close[0]}`?" if close else f"remove `{name}`."
    if kind == "missing" and name == "why":
        return "every rule says why it is there: add `why: …`, a sentence a reviewer can judge."
    if name == "arguments" or "arguments" in problem["loc"]:
        return 'arguments are a list, a pattern for each word: `["-m", "gunicorn", "**"]`, `**` for any more.'
    if kind.startswith("union_tag"):
        return f"`kind` is one of {', '.join(Kind)}."
    return ""
