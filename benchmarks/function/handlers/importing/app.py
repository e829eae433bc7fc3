# ruff: noqa: D103
"""Imports what functions in Python often import, and answers at once."""

import aws_lambda_powertools  # noqa: F401
from aws_lambda_powertools import Logger  # noqa: F401
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver  # noqa: F401


def handler(event, context):
    return {"statusCode": 200, "body": "hello"}
