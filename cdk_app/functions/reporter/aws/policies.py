"""Policies and proposals in S3, the key that signs in KMS, the terms in SSM."""

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from cdk_app.functions.reporter.aws.client import explained
from cdk_app.functions.reporter.staging.publishing import Lying
from outrider import limits
from outrider.errors import InvalidInput
from outrider.policy.signing import sign_digest

_GONE = ("NoSuchKey", "404")
_FASTER = ("PreconditionFailed", "ConditionalRequestConflict")


class S3Policies:
    """Proposals in one bucket, which forgets them, and policies in another, which does not."""

    def __init__(self, s3: Any, proposals: str, policies: str) -> None:
        self._s3 = s3
        self._proposals = proposals
        self._policies = policies

    def propose(self, key: str, text: str) -> str:
        """Write a document; gives its address."""
        with explained("the bucket of proposals"):
            self._s3.put_object(
                Bucket=self._proposals, Key=key, Body=text.encode(), ContentType="application/yaml"
            )
        return f"s3://{self._proposals}/{key}"

    def address(self, key: str) -> str:
        """Of a policy."""
        return f"s3://{self._policies}/{key}"

    def lying(self, key: str) -> Lying | None:
        """The policy that agents find."""
        with explained("the bucket of policies"):
            try:
                answer = self._s3.get_object(Bucket=self._policies, Key=key)
            except ClientError as error:
                if _code(error) in _GONE:
                    return None
                raise
            with answer["Body"] as body:
                data = body.read(limits.POLICY_BLOB + 1)
        if len(data) > limits.POLICY_BLOB:
            raise InvalidInput(f"what lies at {key} is larger than any policy")
        return Lying(data, answer["ETag"])

    def put(self, key: str, data: bytes, over: Lying | None) -> bool:
        """Write over what was seen. https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html"""
        condition = {"IfMatch": over.tag} if over else {"IfNoneMatch": "*"}
        with explained("the bucket of policies"):
            try:
                self._s3.put_object(Bucket=self._policies, Key=key, Body=data, **condition)
            except ClientError as error:
                if _code(error) in (*_FASTER, *_GONE):
                    return False
                raise
        return True


def signing(kms: Any, key: str) -> Callable[[bytes], bytes]:
    """Signs policies with a KMS key of ECC_NIST_EDWARDS25519, which never leaves KMS: their digest, for KMS
    takes 4,096 bytes. https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html"""

    def signature(message: bytes) -> bytes:
        with explained("the key that signs policies"):
            answer = kms.sign(
                KeyId=key, Message=message, MessageType="RAW", SigningAlgorithm="ED25519_SHA_512"
            )
        return bytes(answer["Signature"])

    return lambda blob: sign_digest(blob, signature)


def parameter(ssm: Any, name: str) -> str:
    """Value of a parameter."""
    with explained(f"the parameter {name}"):
        return str(ssm.get_parameter(Name=name)["Parameter"]["Value"])


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))
