"""Who one is: identity providers and signed tokens."""

from outrider.model.finding import Severity
from outrider.scan.secrets.checks.chance import random_enough
from outrider.scan.secrets.checks.decode import jwt
from outrider.scan.secrets.pattern import Find, Pattern, assigned

PATTERNS: tuple[Pattern, ...] = (
    Pattern(
        name="okta-token",
        title="Okta API token",
        find=Find.NEAR,
        keywords=(b"okta",),
        expression=assigned(rb"okta", rb"00[A-Za-z0-9_\-]{40}"),
        severity=Severity.CRITICAL,
        check=random_enough(3.8),
        reference="https://developer.okta.com/docs/guides/create-an-api-token/",
        example="OKTA_API_TOKEN=00<62:40>",
        lookalikes=("OKTA_CLIENT=0o<62:18>",),
    ),
    Pattern(
        name="auth0-client-secret",
        title="Auth0 client secret",
        find=Find.NEAR,
        keywords=(b"auth0",),
        expression=assigned(rb"auth0[a-z0-9_.\-]{0,24}secret", rb"[A-Za-z0-9_\-]{64}"),
        severity=Severity.HIGH,
        check=random_enough(4.2),
        reference="https://auth0.com/docs/secure/application-credentials",
        example="AUTH0_CLIENT_SECRET=<62:64>",
        lookalikes=("AUTH0_CLIENT_ID=<62:32>",),
    ),
    Pattern(
        name="json-web-token",
        title="JSON Web Token",
        find=Find.STARTS,
        keywords=(b"eyJ",),
        expression=(
            rb"(?<![A-Za-z0-9_\-.])(?P<secret>eyJ[A-Za-z0-9_\-]{14,1000}\.eyJ[A-Za-z0-9_\-]{14,3000}\.[A-Za-z0-9_\-]{30,1000})(?![A-Za-z0-9_\-])"
        ),
        severity=Severity.MEDIUM,
        check=jwt,
        reach=5120,
        reference="https://www.rfc-editor.org/rfc/rfc7519",
        example="Authorization: Bearer <jwt>",
        lookalikes=(
            "eyJ<62:20>.eyJ<62:40>.<62:43>",
            "<jwtnone>",
        ),
    ),
)
