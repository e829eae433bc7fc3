"""Signatures of a key that never leaves AWS KMS: ECC_NIST_EDWARDS25519, algorithm ED25519_SHA_512.

https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html: a RAW message has 4096 bytes at most.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from outrider.errors import EnvironmentFault, UsageError
from outrider.policy.signing import Signer

_ALGORITHM = "ED25519_SHA_512"


def region_of(key: str) -> str | None:
    """Region of a key that is named by its ARN; None: the environment's."""
    parts = key.split(":")
    return parts[3] if len(parts) > 5 and parts[0] == "arn" else None


def signer(key: str) -> tuple[Signer, bytes]:
    """A signer with the key of this id, ARN or `alias/NAME`, and its public key, 32 bytes.

    Raises UsageError (the key is of another kind) or EnvironmentFault (KMS says no).
    """
    with _explained(key):
        client = boto3.client("kms", region_name=region_of(key))
        der = client.get_public_key(KeyId=key)["PublicKey"]
    try:
        public = load_der_public_key(der)
    except (ValueError, UnsupportedAlgorithm):
        public = None
    if not isinstance(public, Ed25519PublicKey):
        raise UsageError(
            f"the KMS key {key} is not of ECC_NIST_EDWARDS25519",
            hint="make one: aws kms create-key --key-spec ECC_NIST_EDWARDS25519 --key-usage SIGN_VERIFY",
        )

    def sign(message: bytes) -> bytes:
        with _explained(key):
            answer = client.sign(KeyId=key, Message=message, MessageType="RAW", SigningAlgorithm=_ALGORITHM)
        return bytes(answer["Signature"])

    return sign, public.public_bytes_raw()


@contextmanager
def _explained(key: str) -> Iterator[None]:
    """AWS's errors in our words."""
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise EnvironmentFault(
            f"the KMS key {key}: {error}", hint="kms:GetPublicKey and kms:Sign on the key are needed."
        ) from None
