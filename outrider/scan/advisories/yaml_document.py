"""YAML that somebody else wrote, as plain text values: no types are guessed, nothing points at anything.

Version `1.10` stays `1.10` and the date `2014-06-30` stays text. https://yaml.org/spec/1.1/
"""

import re
from typing import Any

import yaml

from outrider import limits
from outrider.errors import InvalidInput

_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
"""libyaml where PyYAML was built with it: ten times as quick."""

_OPENING = (yaml.MappingStartEvent, yaml.SequenceStartEvent)
_CLOSING = (yaml.MappingEndEvent, yaml.SequenceEndEvent)

_SHALLOW = 200
"""Levels that libyaml takes without a thought for its stack."""

_STEP = re.compile(r"[-?:]\s")

_ALIAS = re.compile(r"(?:^|[\s\[{,:?-])\*[^\s*]", re.MULTILINE)
"""What may be an alias. Looking at all events takes longer than building the document, so only then."""


def parse(data: bytes, what: str) -> Any:
    """Parse one document into dicts, lists and texts; `what` names it in errors. Raises InvalidInput."""
    try:
        document = data.decode("utf-8-sig")
        if _ALIAS.search(document) or _may_be_deep(document):
            _check(document, what)
        return yaml.load(document, Loader=_LOADER)  # noqa: S506 - the base loader makes texts, lists and dicts
    except UnicodeDecodeError:
        raise InvalidInput(f"{what} is not UTF-8 text") from None
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise InvalidInput(f"{what} is not valid YAML{line}: {error.problem}") from None
    except (yaml.YAMLError, ValueError, TypeError) as error:
        raise InvalidInput(f"{what} cannot be read as YAML: {str(error)[:200]}") from None
    except RecursionError:
        raise InvalidInput(f"{what} is nested too deeply") from None


def _check(document: str, what: str) -> None:
    """Refuse aliases (ten lines of them are gigabytes) and depth (libyaml recurses), before anything is
    built."""
    depth = 0
    for event in yaml.parse(document, Loader=_LOADER):
        if isinstance(event, yaml.AliasEvent):
            raise InvalidInput(f"{what} has an alias, which no advisory needs")
        depth += isinstance(event, _OPENING) - isinstance(event, _CLOSING)
        if depth > limits.DOCUMENT_DEPTH:
            raise InvalidInput(f"{what} is nested deeper than {limits.DOCUMENT_DEPTH} levels")


def _may_be_deep(document: str) -> bool:
    """Whether there is enough of what makes depth: brackets, or one line's indentation and dashes."""
    if document.count("[") + document.count("{") > _SHALLOW:
        return True
    lines = (line for line in document.splitlines() if len(line) > _SHALLOW)
    return any(len(line) - len(line.lstrip()) + _STEP.subn("", line)[1] > _SHALLOW for line in lines)
