"""Targets that are settings, not files: a task definition, a function's configuration, as rules look at
them."""

from collections.abc import Mapping
from typing import Any

from outrider import limits
from outrider.cli.files import read_capped, read_text
from outrider.errors import InvalidInput
from outrider.inject import document
from outrider.model import json_document
from outrider.model.finding import Secret
from outrider.scan.compliance.fields import mapping, objects, text, words
from outrider.scan.compliance.function_read import Ended, configured
from outrider.scan.compliance.subjects import Container, Function, Task
from outrider.scan.secrets.search import search_text


def read_task(path: str) -> Task:
    """A task definition from a file (`-`: standard input), in any form that `outrider patch` takes.

    Raises InvalidInput for one that is none, UsageError where there is no such file.
    """
    raw = read_capped(path, limits.TASK_DEFINITION, "the task definition")
    definition = document.register_form(document.load(raw)).document
    containers = tuple(
        Container(text(container, "name"), container, _secrets_of(container))
        for container in objects(definition, "containerDefinitions")
    )
    return Task(definition=definition, containers=containers)


def read_function(path: str, ended: Ended) -> Function:
    """A function from a file with the output of `aws lambda get-function` or get-function-configuration.

    Raises InvalidInput for a document that is none.
    """
    raw = read_text(path, limits.FUNCTION_DOCUMENT, "the function's configuration")
    found = json_document.parse(raw, "the function's configuration")
    if isinstance(found, dict) and isinstance(found.get("Configuration"), dict):
        found = found["Configuration"]
    if not isinstance(found, dict) or not isinstance(found.get("FunctionName"), str):
        raise InvalidInput(
            f"{path} is not a function's configuration",
            hint="aws lambda get-function-configuration --function-name NAME prints one.",
        )
    return configured(found, ended)


def _secrets_of(container: Mapping[str, Any]) -> tuple[Secret, ...]:
    """Credentials in a container's plain environment, words and labels."""
    places = [
        (f"env:{text(one, 'name')}", f"{text(one, 'name')}={text(one, 'value')}")
        for one in objects(container, "environment")
    ]
    places += [
        (f"{field}:{number}", word)
        for field in ("entryPoint", "command")
        for number, word in enumerate(words(container, field), 1)
    ]
    places += [
        (f"label:{name}", f"{name}={value}") for name, value in mapping(container, "dockerLabels").items()
    ]
    return tuple(secret for place, content in places for secret in search_text(place, content))
