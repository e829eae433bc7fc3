# ruff: noqa: D103
"""Imports what every function of the CDK app needs whatever it does, and answers at once."""

import boto3  # noqa: F401
from aws_lambda_powertools import Logger, Metrics  # noqa: F401
from aws_lambda_powertools.utilities.batch import BatchProcessor  # noqa: F401


def handler(event, context):
    return {}
