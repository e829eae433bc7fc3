"""Keys in Parameter Store."""

from typing import TYPE_CHECKING

from outrider.policy.signing import parse_key
from scanner_lambda.aws.errors import translated

if TYPE_CHECKING:
    from types_boto3_ssm import SSMClient


def key(client: "SSMClient", name: str, *, secret: bool = False) -> bytes:
    """The Ed25519 key of a parameter; `secret`: a SecureString. Raises EnvironmentFault, InvalidInput."""
    with translated(f"cannot read the parameter {name}"):
        found = client.get_parameter(Name=name, WithDecryption=secret)
    return parse_key(found["Parameter"].get("Value", ""))
