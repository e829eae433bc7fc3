"""Nobody but those who are named may invoke the function."""

from collections.abc import Mapping
from typing import Any

from outrider.model.finding import Severity
from outrider.scan.compliance.fields import mapping, objects, text
from outrider.scan.compliance.rule import Rule, Seen, not_applicable, verdict
from outrider.scan.compliance.subjects import Function

NARROW = frozenset(
    {
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceorgid",
        "aws:sourceorgpaths",
        "lambda:eventsourcetoken",
        "lambda:functionurlauthtype",
    }
)
"""Condition keys that say who it is (IAM user guide, global condition keys); the URL has a rule of its
own."""


def _open(statement: Mapping[str, Any]) -> list[str]:
    """What is too open in one statement."""
    if text(statement, "Effect") != "Allow":
        return []
    keys = {
        key.lower()
        for test in mapping(statement, "Condition").values()
        if isinstance(test, dict)
        for key in test
    }
    if keys & NARROW:
        return []
    principal = statement.get("Principal")
    everybody = principal == "*" or (isinstance(principal, dict) and "*" in _listed(principal.get("AWS")))
    name = text(statement, "Sid") or "a statement"
    if everybody:
        return [f"{name} allows everybody"]
    services = _listed(principal.get("Service")) if isinstance(principal, dict) else []
    return [f"{name} allows {service} on behalf of any account" for service in services]


def _listed(value: object) -> list[str]:
    """One string or a list of strings."""
    if isinstance(value, str):
        return [value]
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def look(function: Function) -> Seen:
    """Statements of the resource policy that allow everybody without a condition that narrows it down, and
    services without saying whose."""
    if function.policy is None:
        return not_applicable("its policy was not asked for")
    found = [words for statement in objects(function.policy, "Statement") for words in _open(statement)]
    return verdict(found, "no statement lets everybody in")


RULE = Rule(
    name="is_not_open_to_everybody",
    title="The function's policy does not let everybody in",
    severity=Severity.CRITICAL,
    remedy="Name the principals, or add a condition (aws:SourceArn, aws:SourceAccount, aws:PrincipalOrgID).",
    look=look,
)
