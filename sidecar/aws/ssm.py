"""A policy in an SSM parameter. Parameters hold 8 KiB at most: larger policies belong into S3."""

from botocore.exceptions import ClientError

from outrider.errors import InvalidInput
from sidecar.aws.client import client, code, explained
from sidecar.sources import Absent, Fetched, capped


class ParameterSource:
    """An SSM parameter, of type String or SecureString."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._client = client("ssm")

    def fetch(self, version: str) -> Fetched | None:
        """Read the parameter; its version tells whether it is new."""
        with explained(f"SSM parameter {self._name}"):
            try:
                answer = self._client.get_parameter(Name=self._name, WithDecryption=True)
            except ClientError as error:
                if code(error) == "ParameterNotFound":
                    raise Absent(f"SSM parameter {self._name}: ParameterNotFound") from None
                raise
        parameter = answer["Parameter"]
        found = str(parameter.get("Version", ""))
        if found and found == version:
            return None
        if parameter.get("Type") == "StringList":
            raise InvalidInput(f"SSM parameter {self._name} is a list", hint="a policy is a String.")
        return Fetched(found, capped(parameter["Value"].encode(), f"SSM parameter {self._name}"))
