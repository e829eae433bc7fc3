"""Functions in an account, read for a scan with the user's own credentials."""

import boto3

from outrider.account.errors import NotThereError, translated
from outrider.account.function_reading import FunctionReader
from outrider.cli.aws.functions import CONFIG


def function_reader(*, region: str | None = None) -> FunctionReader:
    """For the account and region of the credentials around us. Raises EnvironmentFault."""
    with translated("cannot ask AWS"):
        client = boto3.Session(region_name=region).client("lambda", config=CONFIG)
    return FunctionReader(client, translated, NotThereError)
