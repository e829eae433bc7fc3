"""Amazon Web Services."""

from outrider.model.finding import Severity
from outrider.scan.secrets.checks.chance import random_enough
from outrider.scan.secrets.pattern import Find, Pattern, token

_IDS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html"

PATTERNS: tuple[Pattern, ...] = (
    Pattern(
        name="aws-access-key-id",
        title="AWS access key ID",
        find=Find.STARTS,
        keywords=(b"AKIA", b"ASIA", b"ABIA", b"ACCA"),
        expression=token(rb"A(?:KI|SI|BI|CC)A[A-Z2-7]{16}"),
        severity=Severity.HIGH,
        check=random_enough(2.8, digits=0),
        reference=_IDS,
        example="AWS_ACCESS_KEY_ID=AKIA<32:16>",
        lookalikes=("AKIA<32:12>", "AKIAIOSFODNN7EXAMPLE", "XAKIA<32:16>", "AKIA0189<32:12>"),
    ),
    Pattern(
        name="aws-secret-access-key",
        title="AWS secret access key",
        find=Find.ANYWHERE,
        keywords=(b"secret",),
        expression=(
            rb"(?i:secret[_\- ]?(?:access)?[_\- ]?key)(?i:[_\- ]?id)?[\"']?[ \t]{0,4}(?:=|:|:=|=>|"
            rb",)[ \t]{0,4}[\"']?"
            rb"(?P<secret>[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])"
        ),
        severity=Severity.CRITICAL,
        check=random_enough(4.0),
        reach=128,
        reference="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html",
        example='aws_secret_access_key = "<b64:40>"',
        lookalikes=(
            'aws_secret_access_key = "<b64:36>"',
            "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            "secret_key = <hex:64>",
        ),
    ),
    Pattern(
        name="aws-session-token",
        title="AWS session token",
        find=Find.ANYWHERE,
        keywords=(b"iqojb3jpz2lux2vj",),
        expression=(rb"(?<![A-Za-z0-9+/])(?P<secret>IQoJb3JpZ2luX2Vj[A-Za-z0-9+/]{80,2000}={0,2})"),
        severity=Severity.HIGH,
        check=random_enough(4.0),
        reach=2100,
        reference="https://docs.aws.amazon.com/STS/latest/APIReference/API_Credentials.html",
        example="aws_session_token=IQoJb3JpZ2luX2Vj<b64:300>==",
        lookalikes=("aws_session_token=IQoJb3JpZ2luX2Vj<b64:30>",),
    ),
    Pattern(
        name="aws-bedrock-api-key",
        title="Amazon Bedrock API key",
        find=Find.STARTS,
        keywords=(b"ABSKQmVkcm9ja0FQSUtleS",),
        expression=(rb"(?<![A-Za-z0-9+/])(?P<secret>ABSKQmVkcm9ja0FQSUtleS[A-Za-z0-9+/]{80,270}={0,2})"),
        severity=Severity.CRITICAL,
        reference="https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html",
        example="AWS_BEARER_TOKEN_BEDROCK=ABSKQmVkcm9ja0FQSUtleS<b64:110>",
        lookalikes=("ABSKQmVkcm9ja0FQSUtleS<b64:12>",),
    ),
    Pattern(
        name="aws-appsync-api-key",
        title="AWS AppSync API key",
        find=Find.STARTS,
        keywords=(b"da2-",),
        expression=token(rb"da2-[a-z0-9]{26}"),
        severity=Severity.MEDIUM,
        reference="https://docs.aws.amazon.com/appsync/latest/devguide/security-authz.html",
        example='"aws_appsync_apiKey": "da2-<low:26>"',
        lookalikes=("da2-<low:20>", "da2-<low:25>-"),
    ),
    Pattern(
        name="amazon-mws-auth-token",
        title="Amazon Marketplace Web Service token",
        find=Find.STARTS,
        keywords=(b"amzn.mws.",),
        expression=token(rb"amzn\.mws\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
        severity=Severity.HIGH,
        reference="https://docs.developer.amazonservices.com/",
        example="mws=amzn.mws.<uuid>",
        lookalikes=("amzn.mws.<hex:8>-<hex:4>",),
    ),
)
