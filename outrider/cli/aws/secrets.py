"""Logins that a container names itself: `repositoryCredentials`, a secret of Secrets Manager."""

import boto3
import botocore.exceptions

from outrider.cli.registry_auth import Login
from outrider.errors import EnvironmentFault, InvalidInput
from outrider.model import json_document


def repository_login(secret: str) -> Login:
    """The login in a secret `{"username": …, "password": …}`, given by ARN or name.

    Raises EnvironmentFault when it cannot be read, InvalidInput when it has another form.
    Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/private-auth.html
    """
    parts = secret.split(":")
    region = parts[3] if len(parts) > 6 and parts[0] == "arn" else None
    try:
        text = boto3.client("secretsmanager", region_name=region).get_secret_value(SecretId=secret)[
            "SecretString"
        ]
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError, KeyError) as error:
        raise EnvironmentFault(
            f"cannot read the repositoryCredentials {secret}: {error}",
            hint="docker login works too, or give the config with --image-config.",
        ) from None
    document = json_document.parse(text, "the secret of repositoryCredentials")
    username, password = (
        (document.get(key) for key in ("username", "password"))
        if isinstance(document, dict)
        else (None, None)
    )
    if not isinstance(username, str) or not isinstance(password, str):
        raise InvalidInput(f"the secret {secret} holds no username and password")
    return Login(username, password)
