# ruff: noqa: D103
"""Answers at once."""


def handler(event, context):
    return {"statusCode": 200, "body": "hello"}
