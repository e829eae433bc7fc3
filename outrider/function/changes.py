"""The calls after which a function is another: its code, its settings, or who may invoke it.

One list for who is woken by them (EventBridge rules) and who reads them (the scanner), in CloudTrail's
names: https://docs.aws.amazon.com/lambda/latest/dg/logging-using-cloudtrail.html
"""

import re

DATED = (
    "AddPermission",
    "CreateFunction",
    "PublishVersion",
    "RemovePermission",
    "UpdateFunctionCode",
    "UpdateFunctionConfiguration",
)
"""CloudTrail adds the date of their API and, of several, a version: `UpdateFunctionCode20150331v2`."""

PLAIN = ("CreateFunctionUrlConfig", "UpdateFunctionUrlConfig")
"""Newer ones, which are named as they are."""

CENTURY = "20"
"""How each of the dates begins: enough for a prefix that `CreateFunctionUrlConfig` does not have."""

_FORM = re.compile(rf"({'|'.join(DATED)}){CENTURY}\d{{6}}(v\d)?|{'|'.join(PLAIN)}", re.ASCII)


def changes(event_name: str) -> bool:
    """Whether CloudTrail's `eventName` is one of them."""
    return bool(_FORM.fullmatch(event_name))


def event_names() -> list[str | dict[str, str]]:
    """The same calls as an EventBridge pattern's `eventName`."""
    return [*({"prefix": f"{name}{CENTURY}"} for name in DATED), *PLAIN]
